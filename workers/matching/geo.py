"""Great-circle distances on a sphere, in float64.

The vectorised form is the haversine written with chords: for points p, q on the unit sphere
sin^2(angle / 2) = |p - q|^2 / 4. Unit vectors are made once per directory, so that ranking a lead
needs no trigonometry per location, and small distances keep their digits.
"""

from collections.abc import Sequence
from math import asin, cos, inf, isfinite, radians, sin, sqrt

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


def unit_vectors(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Shape (3, n) from degrees of shape (n,); NOWHERE where they give no place (see place_of)."""
    known = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    known &= (lat != 0) | (lon != 0)
    phi, lam = np.radians(np.where(known, lat, 0.0)), np.radians(np.where(known, lon, 0.0))
    vectors = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    vectors[:, ~known] = np.array(NOWHERE)[:, None]
    return vectors


def half_chords(vectors: Sequence[FloatArray] | FloatArray, place: Place) -> FloatArray:
    """sin^2(angle / 2) from `place` to each column of `vectors` (3, n); above 1 for NOWHERE."""
    x, y, z = unit_vector(place)
    h: FloatArray = vectors[0] - x
    h *= h
    for row, origin in ((1, y), (2, z)):
        part = vectors[row] - origin
        part *= part
        h += part
    h *= 0.25
    return h


def one_mileage(half: float) -> float:
    """Miles from one sin^2(angle / 2), as miles_of gives them."""
    return inf if half > 1.5 else 2 * EARTH_MILES * asin(sqrt(min(half, 1.0)))


def miles_of(half: FloatArray) -> FloatArray:
    """Miles from sin^2(angle / 2); infinite where there is no place."""
    miles: FloatArray = 2 * EARTH_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    # Rounding can lift an antipode a hair above 1; NOWHERE gives more than 2.
    miles[half > 1.5] = np.inf
    return miles
