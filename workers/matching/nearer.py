"""Why doctors who are nearer than the first of the list are not on it."""

from collections.abc import Iterator, Sequence
from math import cos, radians

import numpy as np

from intake.rules.reasons import Reason
from intake.rules.taxonomy import SPECIALTIES, specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import Question
from workers.matching.cells import locations_of, roles_in
from workers.matching.geo import Place, half_chords
from workers.matching.rules import half_of
from workers.matching.snapshot import BoolArray, IntArray, Snapshot

_MILES_PER_DEGREE = 69.0
# Miles by which somebody must be nearer: less is the other side of the street.
_CLEARLY = 0.1
_SURGEONS = specialty_mask(short for short, row in SPECIALTIES.items() if row.surgical)


def nearer_reasons(
    question: Question, snapshot: Snapshot, listed: Sequence[int], first_miles: float | None
) -> tuple[Reason, ...]:
    """Counts by reason of the wanted kinds of doctor nearer than `first_miles`, at most
    WEIGHTS.nearer_within miles away.

    `listed`: positions of those who are on the list. () when no distance is known.
    """
    place = question.case.place
    if place is None or first_miles is None:
        return ()
    miles = min(first_miles - _CLEARLY, float(WEIGHTS.nearer_within))
    if miles <= 0:
        return ()
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    close = _around(snapshot, place, miles)
    close = close[(snapshot.specialties[close] & wanted) != 0]
    close = np.setdiff1d(close, listed)
    close = close[_within(snapshot, place, close, miles)]
    return tuple(_reasons(question, snapshot, close, listed))


def _within(snapshot: Snapshot, place: Place, doctors: IntArray, miles: float) -> BoolArray:
    near = np.zeros(len(doctors), np.bool_)
    for nth in locations_of(snapshot, doctors):
        who = slice(None) if nth.who is None else nth.who
        near[who] |= half_chords(nth.vectors, place) < half_of(miles)
    return near


def _around(snapshot: Snapshot, place: Place, miles: float) -> IntArray:
    """Doctors with a location in the box around the circle, by position, one for each location."""
    nearby, (lat, lon) = snapshot.by_latitude, place
    north = miles / _MILES_PER_DEGREE + 0.1
    east = north / max(0.05, cos(radians(min(89.0, abs(lat) + north))))
    band = slice(*np.searchsorted(nearby.lat, np.array([lat - north, lat + north], np.float32)))
    away = np.abs(nearby.lon[band] - np.float32(lon))
    inside = np.minimum(away, 360 - away) <= east
    found: IntArray = nearby.doctors[band][inside].astype(np.int64)
    return found


def _reasons(
    question: Question, snapshot: Snapshot, close: IntArray, listed: Sequence[int]
) -> Iterator[Reason]:
    surgeons = (snapshot.specialties[close] & np.uint32(_SURGEONS)) != 0
    serves = roles_in(question, snapshot, close) != 0
    refuses = ~snapshot.open[close]
    left = {
        "nearer_no_experience": ~serves,
        "nearer_not_accepting": serves & refuses,
    }
    for code, holds in left.items():
        for kind, those in (("surgeon", surgeons), ("doctor", ~surgeons)):
            if count := int(np.count_nonzero(holds & those)):
                params = {"count": count, "kind": kind, "diagnosis": question.case.diagnosis.value}
                yield Reason(code, params)
    fits = serves & ~refuses
    capped = fits & _of_full_centres(snapshot, close, listed)
    for code, holds in (("nearer_same_center", capped), ("nearer_lower", fits & ~capped)):
        if count := int(np.count_nonzero(holds)):
            yield Reason(code, {"count": count})


def _of_full_centres(snapshot: Snapshot, close: IntArray, listed: Sequence[int]) -> BoolArray:
    numbers, counts = np.unique(snapshot.centre[list(listed)], return_counts=True)
    full = numbers[(counts >= WEIGHTS.per_centre) & (numbers >= 0)]
    inside: BoolArray = np.isin(snapshot.centre[close], full)
    return inside
