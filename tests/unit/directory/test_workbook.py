from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from intake.directory.table_file import BadFile
from intake.directory.workbook import open_sheet
from tests import workbooks


def cells(path: Path) -> list[list[str]]:
    with open_sheet(path) as sheet:
        return [row.values for row in sheet.rows]


def sheet(path: Path, xml: str) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", xml)
    return path


@pytest.mark.parametrize("shared", [True, False])
def test_cells_come_in_their_columns_when_some_are_empty(tmp_path: Path, shared: bool) -> None:
    rows = [["A title"], ["NPI", "", "Day & hour"], ["1234567893", "x"]]
    path = workbooks.write(tmp_path / "a.xlsx", rows, shared=shared)
    assert cells(path) == [["A title"], ["NPI", "", "Day & hour"], ["1234567893", "x"]]


def test_number_is_whole_when_excel_wrote_all_its_digits_as_a_power(tmp_path: Path) -> None:
    path = workbooks.write(tmp_path / "a.xlsx", [["1.234567893E9", "1.23457E9"]])
    assert cells(path) == [["1234567893", "1.23457E9"]]


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>',
        " " * 9000 + '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>',
        "<!-- long --><worksheet/>",
        "<other/>",
        "<worksheet><row>",
        "",
    ],
)
def test_sheet_is_refused_when_it_is_no_plain_xml(tmp_path: Path, xml: str) -> None:
    with pytest.raises(BadFile, match=r"begins otherwise|damaged"):
        cells(sheet(tmp_path / "a.xlsx", xml))


def test_cell_far_to_the_right_takes_no_memory(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", '<worksheet><row r="x"><c r="ZZZZZZ1"><v>1</v></c></row></worksheet>')
    assert all(len(row) < 20_000 for row in cells(path))
