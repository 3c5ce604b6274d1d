import csv
from pathlib import Path

import pytest

from intake.directory.rejects import HEADER, RowRejected, rejects_beside
from intake.errors import BadInput

WRONG = RowRejected("NPI", "12\0" + "3" * 500, "an NPI has ten digits")


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_no_file_is_made_when_nothing_is_rejected(tmp_path: Path) -> None:
    with rejects_beside(tmp_path / "npi.csv") as rejects:
        pass
    assert rejects.path is None
    assert list(tmp_path.iterdir()) == []


def test_row_is_written_with_line_value_and_reason_when_rejected(tmp_path: Path) -> None:
    with rejects_beside(tmp_path / "npi.csv") as rejects:
        rejects.write(7, "123", WRONG)
    header, row = rows(tmp_path / "npi.csv.rejects.csv")
    assert (tuple(header), row[:3], row[4]) == (HEADER, ["7", "123", "NPI"], "an NPI has ten digits")
    assert ("\0" in row[3], len(row[3])) == (False, 200)


def test_file_stands_in_the_current_folder_when_the_other_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with rejects_beside(tmp_path / "absent" / "npi.csv") as rejects:
        rejects.write(7, "123", WRONG)
    assert rejects.path == tmp_path / "npi.csv.rejects.csv"


def test_import_is_refused_when_neither_folder_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "npi.csv.rejects.csv").mkdir()
    monkeypatch.chdir(tmp_path)
    with rejects_beside(tmp_path / "npi.csv") as rejects, pytest.raises(BadInput, match="folder of your own"):
        rejects.write(7, "123", WRONG)


def test_file_of_another_kind_is_kept_when_it_has_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "npi.csv.rejects.csv").write_text("my notes\n")
    with rejects_beside(tmp_path / "npi.csv"):
        pass
    assert (tmp_path / "npi.csv.rejects.csv").read_text() == "my notes\n"


@pytest.mark.parametrize("value", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_value_of_somebody_elses_file_is_no_formula_when_written_down(tmp_path: Path, value: str) -> None:
    with rejects_beside(tmp_path / "npi.csv") as rejects:
        rejects.write(7, value, RowRejected("NPI", value, value))
    _, row = rows(tmp_path / "npi.csv.rejects.csv")
    assert [cell[:1] for cell in (row[1], row[3], row[4])] == ["'"] * 3
