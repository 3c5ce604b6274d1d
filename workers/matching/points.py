"""Points in whole thousandths, one array for each part of a score but distance.

Nothing here reads a payment: there is none in the snapshot.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.facts import Language
from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import Question
from workers.matching.snapshot import (
    DESIGNATIONS,
    INSURANCE_BITS,
    LANGUAGE_BITS,
    VOLUMES,
    IntArray,
    Snapshot,
)

Points = NDArray[np.int32]
# The day under which points stand that no day changes.
_ALWAYS = 0


def specialty(question: Question, roles: NDArray[np.uint32]) -> Points:
    """Points for the role of each doctor that is worth most."""
    guidance = question.guidance
    by_worth: dict[int, list[str]] = {}
    for short, worth in WEIGHTS.for_kinds(guidance).items():
        by_worth.setdefault(worth, []).append(short)
    points = np.zeros(len(roles), np.int32)
    for worth, shorts in by_worth.items():
        has = (roles & np.uint32(specialty_mask(shorts))) != 0
        np.maximum(points, has * np.int32(worth), out=points)
    return points


def expertise(question: Question, known: NDArray[np.uint64]) -> Points:
    """Points for the type, the leading treatment and a few further ones."""
    treatments = question.guidance.treatments
    shown = np.uint64(expertise_mask(question.shown))
    leading = np.uint64(expertise_mask(treatments[:1]))
    further = np.uint64(expertise_mask(treatments[1:]))
    counted = np.minimum(np.bitwise_count(known & further), WEIGHTS.further_most)
    points: Points = counted.astype(np.int32) * np.int32(WEIGHTS.further_treatment)
    points += ((known & shown) != 0) * np.int32(WEIGHTS.type_shown)
    points += ((known & leading) != 0) * np.int32(WEIGHTS.leading_treatment)
    return points


def standing(snapshot: Snapshot, today: date, *, surgical: bool) -> Points:
    """Points that are the same for every family on one day (n,), kept with the snapshot."""
    key = (surgical, today.toordinal())
    points = snapshot.points.get(key)
    if points is None:
        for old in [old for old in snapshot.points if old[1] not in (key[1], _ALWAYS)]:
            snapshot.points.pop(old, None)
        points = experience(snapshot, surgical=surgical) + _availability(snapshot)
        points += _freshness(snapshot, today)
        snapshot.points[key] = points
    return points


def experience(snapshot: Snapshot, *, surgical: bool) -> Points:
    points = snapshot.points.get((surgical, _ALWAYS))
    if points is None:
        balance = WEIGHTS.balance(surgical=surgical)
        volume = np.array([balance.volume.get(band or "", 0) for band in VOLUMES], np.int32)
        designation = np.array([balance.designation.get(kind or "", 0) for kind in DESIGNATIONS], np.int32)
        points = volume[snapshot.volume] + designation[snapshot.designation]
        snapshot.points[surgical, _ALWAYS] = points
    return points


def _availability(snapshot: Snapshot) -> Points:
    points: Points = np.where(snapshot.accepts > 0, WEIGHTS.accepting, WEIGHTS.accepting_unknown).astype(
        np.int32
    )
    points[snapshot.video] += WEIGHTS.video
    return points


def _freshness(snapshot: Snapshot, today: date) -> Points:
    age = today.toordinal() - snapshot.verified
    points = np.zeros(len(snapshot), np.int32)
    for days, worth in reversed(WEIGHTS.freshness):
        points[age <= days] = worth
    return points


def language(question: Question, snapshot: Snapshot, doctors: IntArray) -> Points | np.int32:
    if question.case.language is Language.ENGLISH:
        return np.int32(WEIGHTS.spoken)
    wanted = np.uint8(LANGUAGE_BITS[question.case.language])
    spoken: Points = ((snapshot.languages[doctors] & wanted) != 0).astype(np.int32)
    return spoken * np.int32(WEIGHTS.spoken)


def insurance(question: Question, snapshot: Snapshot, doctors: IntArray) -> Points | np.int32:
    """All points when the family named none; half when nothing is known about the doctor."""
    if question.case.insurance is None:
        return np.int32(WEIGHTS.taken)
    known = snapshot.insurance[doctors]
    taken = (known & np.uint8(INSURANCE_BITS[question.case.insurance])) != 0
    return np.where(taken, WEIGHTS.taken, np.where(known == 0, WEIGHTS.taken_unknown, 0)).astype(np.int32)
