"""The Census gazetteer of ZIP code tabulation areas: one point a row. Pure.

Source: US Census Bureau, Gazetteer Files. Tabs part the columns until 2024, bars from 2025; some
years have blanks behind the last name, and the order of latitude and longitude differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.directory.columns import Cells, Columns, find_aliases
from intake.directory.points import read_point

DELIMITERS = "\t|,"
_NAMES = {
    "zip": ("GEOID", "ZCTA5", "GEOID10", "GEOID20"),
    "latitude": ("INTPTLAT",),
    "longitude": ("INTPTLONG",),
}


@dataclass(frozen=True, slots=True)
class ZipFacts:
    """`latitude`, `longitude`: degrees, the internal point of the area."""

    zip: str
    latitude: float
    longitude: float


def layout(header: Sequence[str], *, name: str) -> Columns:
    """Find the columns. Raises BadFile naming those that are missing."""
    return find_aliases(header, _NAMES, list(_NAMES), not_it=f"{name} is not a gazetteer of ZIP codes")


def read_row(columns: Columns, values: Sequence[str]) -> ZipFacts | None:
    """None for an empty row. Raises RowRejected."""
    if not any(value.strip() for value in values):
        return None
    row = columns.row(values)
    zip_code, point = _zip(row), read_point(row)
    if point is None:
        row.refuse("latitude", "", "is empty")
    return ZipFacts(zip_code, *point)


def _zip(row: Cells) -> str:
    """Five digits. Every area has five, so that lost zeros are certain here."""
    digits = row.number("zip")
    if not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 5):
        row.refuse("zip", digits, "is no ZIP code of five digits; keep the column as text")
    return digits.zfill(5)
