import gzip
import zipfile
from pathlib import Path

import pytest

from intake.directory.table_file import BadFile, open_table


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path: Path) -> list[tuple[int, list[str]]]:
    with open_table(path) as table:
        return [(row.line, row.values) for row in table.rows]


def refusal(path: Path) -> str:
    with pytest.raises(BadFile) as wrong, open_table(path):
        pass
    return str(wrong.value)


def test_rows_carry_their_line_when_blank_lines_stand_between(tmp_path: Path) -> None:
    assert rows(written(tmp_path / "a.csv", "x,y\n1,2\n\n3,4\n")) == [(2, ["1", "2"]), (4, ["3", "4"])]


def test_header_is_read_when_a_byte_order_mark_leads(tmp_path: Path) -> None:
    with open_table(written(tmp_path / "a.csv", b"\xef\xbb\xbfx,y\n1,2\n")) as table:
        assert table.header == ["x", "y"]


def test_share_read_is_all_when_the_end_is_reached(tmp_path: Path) -> None:
    with open_table(written(tmp_path / "a.csv", "x\n" + "1\n" * 100)) as table:
        list(table.rows)
        assert table.share_read() == 1.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n \n", "is empty"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xff\xfeN\0P\0I\0", "UTF-16"),
        (b"\x00\x01\x02" * 100, "not a text file"),
        (gzip.compress(b"NPI\n", mtime=0), "gunzip"),
    ],
)
def test_file_is_refused_with_its_kind_when_it_is_no_csv(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(written(tmp_path / "a.csv", content))


def test_file_is_refused_when_it_is_the_zip_as_downloaded(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.csv", "w") as archive:
        archive.writestr("npidata.csv", "NPI\n")
    assert "Unpack it" in refusal(tmp_path / "a.csv")


def test_file_is_refused_when_it_is_a_folder_or_absent(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)
    assert "does not exist" in refusal(tmp_path / "absent.csv")


@pytest.mark.parametrize("text", ["x,y,z\n1,2,3\n4,5", 'x,y,z\n1,2,3\n4,"five and', "x,y,z\n1"])
def test_file_is_refused_before_any_row_when_it_is_cut_off(tmp_path: Path, text: str) -> None:
    assert "cut off" in refusal(written(tmp_path / "a.csv", text))


def test_file_is_read_when_only_the_last_line_break_is_missing(tmp_path: Path) -> None:
    assert rows(written(tmp_path / "a.csv", "x,y\n1,2")) == [(2, ["1", "2"])]


def test_row_has_no_values_when_a_quote_never_closes_within_reason(tmp_path: Path) -> None:
    found = rows(written(tmp_path / "a.csv", 'x,y\n1,"' + "z" * 200_000 + "\n3,4\n"))
    assert [] in [values for _, values in found]
