"""Great-circle distances on a sphere, in float64.

The vectorised form is the haversine written with chords: for points p, q on the unit sphere
sin^2(angle / 2) = |p - q|^2 / 4. Unit vectors are made once per directory, so that ranking a lead
needs no trigonometry per location, and small distances keep their digits.
"""

from collections.abc import Sequence
from math import asin, cos, isfinite, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

EARTH_MILES = 3958.7613
EARTH_KM = 6371.0088

FloatArray = NDArray[np.float64]
Place = tuple[float, float]

# No point of the unit sphere is near it: a location without a place is farther than any real one.
NOWHERE = (4.0, 4.0, 4.0)


def place_of(lat: float | None, lon: float | None) -> Place | None:
    """(lat, lon) in degrees, or None when they give no place: absent, not finite, out of range or 0/0."""
    if lat is None or lon is None or not (isfinite(lat) and isfinite(lon)):
        return None
    if abs(lat) > 90 or abs(lon) > 180 or (lat == 0 and lon == 0):
        return None
    return float(lat), float(lon)


def haversine(a: Place, b: Place, *, radius: float = EARTH_MILES) -> float:
    """Distance between two places in the unit of `radius` (miles unless told)."""
    (lat_a, lon_a), (lat_b, lon_b) = (map(radians, a), map(radians, b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * radius * asin(sqrt(min(h, 1.0)))


def unit_vector(place: Place | None) -> tuple[float, float, float]:
    """The place on the unit sphere; NOWHERE when there is none."""
    if place is None:
        return NOWHERE
    lat, lon = radians(place[0]), radians(place[1])
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def unit_vectors(places: Sequence[Place | None]) -> FloatArray:
    """Shape (n, 3), one row per place."""
    return np.array([unit_vector(place) for place in places], dtype=np.float64).reshape(-1, 3)


def half_chords(vectors: FloatArray, place: Place) -> FloatArray:
    """sin^2(angle / 2) from `place` to each row of `vectors` (n, 3); above 1 for NOWHERE."""
    x, y, z = unit_vector(place)
    h: FloatArray = (vectors[:, 0] - x) ** 2
    h += (vectors[:, 1] - y) ** 2
    h += (vectors[:, 2] - z) ** 2
    h *= 0.25
    return h


def miles_of(half: FloatArray) -> FloatArray:
    """Miles from sin^2(angle / 2); infinite where there is no place."""
    miles: FloatArray = 2 * EARTH_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    # Rounding can lift an antipode a hair above 1; NOWHERE gives more than 2.
    miles[half > 1.5] = np.inf
    return miles
