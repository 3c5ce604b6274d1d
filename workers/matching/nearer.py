"""Why doctors who are nearer than the first of the list are not on it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from math import cos, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intake.rules.reasons import Reason
from intake.rules.taxonomy import SPECIALTIES, specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import Question
from workers.matching.cells import roles_in
from workers.matching.geo import Place, half_chords
from workers.matching.rules import half_of
from workers.matching.snapshot import BoolArray, IntArray, Snapshot

Numbers = NDArray[np.int32]

_MILES_PER_DEGREE = 69.0
# Miles by which somebody must be nearer: less is the other side of the street.
_CLEARLY = 0.1
_SURGEONS = specialty_mask(short for short, row in SPECIALTIES.items() if row.surgical)
# What is told, in this order, and of which kind of doctor.
_TOLD = (
    ("nearer_no_experience", "surgeon"),
    ("nearer_no_experience", "doctor"),
    ("nearer_not_accepting", "surgeon"),
    ("nearer_not_accepting", "doctor"),
    ("nearer_same_center", None),
    ("nearer_lower", None),
)


def nearer_reasons(
    question: Question, snapshot: Snapshot, listed: Sequence[int], first_miles: float | None
) -> tuple[Reason, ...]:
    """Counts by reason of the wanted kinds of doctor nearer than `first_miles`, at most
    WEIGHTS.nearer_within miles away.

    `listed`: positions of those who are on the list. () when no distance is known.
    """
    place = question.place
    if place is None or first_miles is None:
        return ()
    miles = min(first_miles - _CLEARLY, float(WEIGHTS.nearer_within))
    if miles <= 0:
        return ()
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    close = _within(snapshot, place, miles)
    close = close[(snapshot.specialties[close] & wanted) != 0]
    close = _once(close[~_is_one_of(close, listed)])
    return tuple(_reasons(question, snapshot, close, listed))


def _within(snapshot: Snapshot, place: Place, miles: float) -> IntArray:
    """Doctors with a location so near, by position, one for each location."""
    rows, doctors = _around(snapshot, place, miles)
    half = half_chords([column.take(rows) for column in snapshot.vectors], place)
    found: IntArray = doctors[half < half_of(miles)].astype(np.int64)
    return found


def _around(snapshot: Snapshot, place: Place, miles: float) -> tuple[Numbers, Numbers]:
    """Locations in the box around the circle, and whose they are."""
    nearby, (lat, lon) = snapshot.by_latitude, place
    north = miles / _MILES_PER_DEGREE + 0.1
    east = north / max(0.05, cos(radians(min(89.0, abs(lat) + north))))
    band = slice(*np.searchsorted(nearby.lat, np.array([lat - north, lat + north], np.float32)))
    away = np.abs(nearby.lon[band] - np.float32(lon))
    inside = np.minimum(away, 360 - away) <= east
    return nearby.rows[band][inside], nearby.doctors[band][inside]


def _once(doctors: IntArray) -> IntArray:
    # By hand: of so few, np.unique takes far longer.
    doctors.sort()
    found: IntArray = doctors[np.diff(doctors, prepend=-1) != 0]
    return found


def _is_one_of(values: NDArray[Any], few: Collection[int]) -> BoolArray:
    # For so few, np.isin takes far longer.
    found: BoolArray = (values[:, None] == np.array(few, values.dtype)).any(axis=1)
    return found


def _reasons(
    question: Question, snapshot: Snapshot, close: IntArray, listed: Sequence[int]
) -> Iterator[Reason]:
    other = (snapshot.specialties[close] & np.uint32(_SURGEONS)) == 0
    serves = roles_in(question, snapshot, close) != 0
    capped = _is_one_of(snapshot.centre[close], _full_centres(snapshot, listed))
    told = np.where(serves, np.where(snapshot.open[close], 5 - capped, 2 + other), other)
    for (code, kind), count in zip(_TOLD, np.bincount(told, minlength=len(_TOLD)).tolist(), strict=True):
        if count:
            about = {"kind": kind, "diagnosis": question.case.diagnosis.value} if kind else {}
            yield Reason(code, {"count": count, **about})


def _full_centres(snapshot: Snapshot, listed: Sequence[int]) -> list[int]:
    counts = Counter(snapshot.centre[list(listed)].tolist())
    return [centre for centre, count in counts.items() if count >= WEIGHTS.per_centre and centre >= 0]
