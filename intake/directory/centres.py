"""The NCI's list of designated cancer centres: one point a row, each a fact of the list's day. Pure.

Two sources give a point: the list itself and the centre's ZIP code. Public lists hold points that
are many miles off, so both are kept and a disagreement is written down, never averaged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from intake.directory.columns import Cells, Columns, find_columns
from intake.places import Place
from intake.rules.expertise import designation_of

MOST_MILES_APART = 10.0
_EARTH_MILES = 3958.7613
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

Point = tuple[float, float]
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
    given = _given_point(row)
    used = _used_point(row, given, _point(find(zip_code)), find)
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


def miles_between(one: Point, other: Point) -> float:
    """Great-circle miles (haversine, mean earth radius)."""
    (lat_1, lon_1), (lat_2, lon_2) = ((radians(p[0]), radians(p[1])) for p in (one, other))
    chord = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(chord))


def _given_point(row: Cells) -> Point | None:
    """Raises RowRejected for what is no point on earth; 0/0 and empty mean that the list has none."""
    texts = row.text("latitude"), row.text("longitude")
    if texts == ("", ""):
        return None
    try:
        lat, lon = float(texts[0]), float(texts[1])
    except ValueError:
        row.refuse("latitude", "/".join(texts), "with the longitude is no pair of numbers")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        row.refuse("latitude", "/".join(texts), "with the longitude is no point on earth")
    return (lat, lon) if (lat or lon) else None


def _point(place: Place | None) -> Point | None:
    if place is None or place.lat is None or place.lon is None:
        return None
    return place.lat, place.lon


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
    second = _point(find(row.text("second_zip")))
    borne_out = second is not None and miles_between(given, second) <= MOST_MILES_APART
    chosen = "the list's point is used: its second ZIP code agrees" if borne_out else "the ZIP code's is used"
    row.notes.append(f"the list's point lies {apart:.0f} miles from that of the ZIP code; {chosen}")
    return given if borne_out else by_zip
