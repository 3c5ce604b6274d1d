"""The monthly report of deactivated NPIs: a workbook with a title above its header. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from intake.directory.columns import Cells, Columns, find_columns
from intake.directory.facts import Deactivation
from intake.directory.table_file import BadFile, Row, heading

_NEEDED = {"npi": "NPI", "on": "NPPES Deactivation Date"}
_HEADER_WITHIN = 10
# Excel counts days from here; what it shows as a date is this number.
_EXCEL_DAY = date(1899, 12, 30)


def layout(rows: Iterator[Row], *, name: str) -> Columns:
    """Read on to the header, which stands below a title. Raises BadFile where there is none."""
    header: Sequence[str] = ()
    for row in islice(rows, _HEADER_WITHIN):
        if heading("NPI") in map(heading, row.values):
            header = row.values
            break
    not_it = f"{name} is not the NPPES report of deactivated NPIs"
    if not header:
        raise BadFile(f'{not_it}: no "NPI" in its first {_HEADER_WITHIN} rows.')
    return find_columns(header, needed=_NEEDED, welcome={}, not_it=not_it)


def read_row(columns: Columns, values: Sequence[str]) -> Deactivation | None:
    """The NPI and its last day; None for an empty row. Raises RowRejected."""
    if not any(values):
        return None
    row = columns.row([*values, *[""] * (columns.width - len(values))])
    return Deactivation(row.npi("npi"), _day(row))


def _day(row: Cells) -> date:
    text = row.needed("on")
    if text.isdecimal() and len(text) <= 6:
        return _EXCEL_DAY + timedelta(days=int(text))
    return row.day("on") or row.refuse("on", text, "is no date; write month/day/year")
