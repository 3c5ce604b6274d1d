"""The NCI's list of designated cancer centres: one point a row, each a fact of the list's day. Pure.

Two sources give a point: the list itself and the centre's ZIP code. Public lists hold points that
are many miles off, so both are kept and a disagreement is written down, never averaged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from intake.directory.columns import Cells, Columns, find_columns
from intake.directory.points import MOST_MILES_APART, Point, miles_between, point_of, read_point
from intake.places import Place
from intake.rules.expertise import designation_of

_PAEDIATRIC = frozenset({"pediatric cancer center", "paediatric cancer centre"})
_NEEDED = {
    "name": "name",
    "city": "city",
    "state": "state",
    "zip": "zip5",
    "latitude": "latitude",
    "longitude": "longitude",
    "designation": "designation",
}
_WELCOME = {"street": "street", "url": "url", "second_zip": "geocoder_zip5"}

FindPlace = Callable[[str], Place | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreFacts:
    """`latitude`, `longitude`: the point to use; `given_*`: the list's own. `note`: what is doubtful."""

    name: str
    street: str | None
    city: str
    state: str
    zip: str
    latitude: float | None
    longitude: float | None
    given_latitude: float | None
    given_longitude: float | None
    designation: str
    url: str | None
    note: str | None


def layout(header: Sequence[str], *, name: str) -> Columns:
    """Find the columns of the file `name`. Raises BadFile naming those that are missing."""
    return find_columns(header, needed=_NEEDED, welcome=_WELCOME, not_it=f"{name} is not a list of centres")


def read_centre(columns: Columns, values: Sequence[str], find: FindPlace) -> CentreFacts | None:
    """What a row says; None for a centre that treats children only. Raises RowRejected."""
    row = columns.row(values)
    words = row.needed("designation")
    if words.casefold() in _PAEDIATRIC:
        return None
    designation = designation_of(words)
    if designation is None:
        row.refuse("designation", words, "is no designation that we know")
    state = row.state("state")
    zip_code = row.zip("zip", state)
    given = read_point(row)
    used = _used_point(row, given, point_of(find(zip_code)), find)
    return CentreFacts(
        name=row.needed("name"),
        street=row.text("street") or None,
        city=row.needed("city"),
        state=state,
        zip=zip_code,
        latitude=used[0] if used else None,
        longitude=used[1] if used else None,
        given_latitude=given[0] if given else None,
        given_longitude=given[1] if given else None,
        designation=designation.value,
        url=row.text("url") or None,
        note="; ".join(row.notes) or None,
    )


def _used_point(row: Cells, given: Point | None, by_zip: Point | None, find: FindPlace) -> Point | None:
    """The list's point where the ZIP code bears it out, else the ZIP code's.

    Where they disagree and the list names a second ZIP code close to its own point, two of three
    sources agree on the list's point.
    """
    if given is None or by_zip is None:
        return given or by_zip
    apart = miles_between(given, by_zip)
    if apart <= MOST_MILES_APART:
        return given
    second = point_of(find(row.text("second_zip")))
    borne_out = second is not None and miles_between(given, second) <= MOST_MILES_APART
    chosen = "the list's point is used: its second ZIP code agrees" if borne_out else "the ZIP code's is used"
    row.notes.append(f"the list's point lies {apart:.0f} miles from that of the ZIP code; {chosen}")
    return given if borne_out else by_zip


__all__ = ["MOST_MILES_APART", "CentreFacts", "Point", "layout", "miles_between", "read_centre"]
