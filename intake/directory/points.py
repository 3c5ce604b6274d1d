"""Two sources for one point: both are kept, a disagreement is written down, never averaged. Pure."""

from math import asin, cos, radians, sin, sqrt

from intake.directory.columns import Cells
from intake.places import Place

MOST_MILES_APART = 10.0
_EARTH_MILES = 3958.7613

Point = tuple[float, float]


def miles_between(one: Point, other: Point) -> float:
    """Great-circle miles (haversine, mean earth radius)."""
    (lat_1, lon_1), (lat_2, lon_2) = ((radians(p[0]), radians(p[1])) for p in (one, other))
    chord = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * _EARTH_MILES * asin(sqrt(chord))


def read_point(row: Cells) -> Point | None:
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


def point_of(place: Place | None) -> Point | None:
    if place is None or place.lat is None or place.lon is None:
        return None
    return place.lat, place.lon


def far_apart(one: Point | None, other: Point | None) -> float | None:
    """The miles between two points where they disagree, else None."""
    if one is None or other is None:
        return None
    apart = miles_between(one, other)
    return apart if apart > MOST_MILES_APART else None
