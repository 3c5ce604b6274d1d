"""Points of every doctor of a group, in whole thousandths, and the first of them exactly.

Everything but distance is counted for all. Distance is bounded for all with a square root, and
computed exactly only for those who can still be among the first. Nothing here reads a payment:
there is none in the snapshot. explain.py computes the same points one doctor at a time; a property
test holds the two together.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.facts import Language
from intake.rules.guidance import shown_by
from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import Question
from workers.matching.geo import EARTH_MILES, miles_of
from workers.matching.rules import NO_PLACE, Group, in_state, roles_in
from workers.matching.snapshot import (
    DESIGNATIONS,
    INSURANCE_BITS,
    LANGUAGE_BITS,
    VOLUMES,
    BoolArray,
    IntArray,
    Snapshot,
)

PARTS = (
    "specialty", "expertise", "centre", "distance", "availability", "language", "insurance", "freshness",
)  # fmt: skip

Points = NDArray[np.int32]
# The day under which points stand that no day changes.
_ALWAYS = 0


class Scores:
    """The scores of one group for one question. Positions below are places in the group."""

    def __init__(self, question: Question, group: Group) -> None:
        self.question = question
        self.group = group
        self.roles = roles_in(question, group.snapshot, group.doctors)
        self.balance = WEIGHTS.balance(surgical=question.guidance.surgical)
        # Points without distance, then the most that distance can add to them.
        self._base = self._without_distance()
        self._most, self._slack = self._bounded()

    def exact(self, places: IntArray) -> Points:
        """The scores of some places, to the thousandth."""
        total: Points = self._base[places] + self._distance(places)
        return total

    def first(self, look: int, among: IntArray | None = None) -> IntArray:
        """The best `look` places, by score and then by the lower place; of `among` (rising) when given."""
        most = self._most if among is None else self._most[among]
        places = np.arange(len(most)) if among is None else among
        if look < len(most):
            # The look-th exact score is at least the look-th bound less the slack.
            least = np.partition(most, len(most) - look)[len(most) - look] - self._slack
            places = places[most >= least]
        order = np.argsort(-self.exact(places), kind="stable")
        return places[order[:look]]

    def with_role(self, shorts: tuple[str, ...]) -> IntArray:
        """Places of those who have one of the specialties as a role."""
        return np.flatnonzero((self.roles & np.uint32(specialty_mask(shorts))) != 0)

    def experience(self, places: IntArray) -> Points:
        """Points for the volume band and the centre's designation."""
        surgical = self.question.guidance.surgical
        return _experience(self.group.snapshot, surgical=surgical)[self.group.doctors[places]]

    def _without_distance(self) -> Points:
        question, snapshot, doctors = self.question, self.group.snapshot, self.group.doctors
        points = _standing(snapshot, question.today, surgical=question.guidance.surgical).take(doctors)
        points += self._specialty()
        points += self._expertise()
        points += _language(question, snapshot, doctors)
        points += _insurance(question, snapshot, doctors)
        return points

    def _specialty(self) -> Points:
        tiers = self.question.guidance.tiers
        points = np.zeros(len(self.roles), np.int32)
        for priority in reversed(range(len(tiers))):
            mask = np.uint32(specialty_mask(tiers[priority]))
            points[(self.roles & mask) != 0] = WEIGHTS.for_priority(priority)
        return points

    def _expertise(self) -> Points:
        treatments = self.question.guidance.treatments
        known = self.group.snapshot.expertise[self.group.doctors]
        shown = np.uint64(expertise_mask(shown_by(self.question.case.diagnosis)))
        leading = np.uint64(expertise_mask(treatments[:1]))
        further = np.uint64(expertise_mask(treatments[1:]))
        counted = np.minimum(np.bitwise_count(known & further), WEIGHTS.further_most)
        points: Points = counted.astype(np.int32) * np.int32(WEIGHTS.further_treatment)
        points += ((known & shown) != 0) * np.int32(WEIGHTS.type_shown)
        points += ((known & leading) != 0) * np.int32(WEIGHTS.leading_treatment)
        return points

    def _bounded(self) -> tuple[NDArray[np.float64] | Points, int]:
        """Scores that no exact one exceeds, nor stays below by more than the second value."""
        half = self.group.half
        if half is None:
            return self.exact(np.arange(len(self.group))), 0
        # The straight line is shorter than the way round, by at most an eighth of the points
        # (at the worst radius; see half_at / (half_at + miles) for chord and arc of a half circle).
        chord = np.sqrt(half)
        chord *= 2 * EARTH_MILES
        chord += WEIGHTS.half_at_miles
        most = self.balance.distance * WEIGHTS.half_at_miles / chord
        most += self._base
        most += 1
        return most, self.balance.distance // 8 + 2

    def _distance(self, places: IntArray) -> Points:
        most = self.balance.distance
        if self.group.half is not None:
            half_at = WEIGHTS.half_at_miles
            return np.rint(most * half_at / (half_at + miles_of(self.group.half[places]))).astype(np.int32)
        state = self.question.case.home_state
        if state is None:
            return np.zeros(len(places), np.int32)
        inside = in_state(state, self.group.snapshot, self.group.doctors[places])
        return np.where(inside, most, most * WEIGHTS.other_state_percent // 100).astype(np.int32)

    def placed(self, places: IntArray) -> BoolArray:
        """Who has a known place; nobody when the family has none."""
        if self.group.half is None:
            return np.zeros(len(places), np.bool_)
        known: BoolArray = self.group.half[places] < NO_PLACE
        return known


def _standing(snapshot: Snapshot, today: date, *, surgical: bool) -> Points:
    """Points that are the same for every family on one day (n,), kept with the snapshot."""
    key = (surgical, today.toordinal())
    points = snapshot.points.get(key)
    if points is None:
        for old in [old for old in snapshot.points if old[1] not in (key[1], _ALWAYS)]:
            snapshot.points.pop(old, None)
        points = _experience(snapshot, surgical=surgical) + _availability(snapshot)
        points += _freshness(snapshot, today)
        snapshot.points[key] = points
    return points


def _experience(snapshot: Snapshot, *, surgical: bool) -> Points:
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


def _language(question: Question, snapshot: Snapshot, doctors: IntArray) -> Points | np.int32:
    if question.case.language is Language.ENGLISH:
        return np.int32(WEIGHTS.spoken)
    wanted = np.uint8(LANGUAGE_BITS[question.case.language])
    spoken: Points = ((snapshot.languages[doctors] & wanted) != 0).astype(np.int32)
    return spoken * np.int32(WEIGHTS.spoken)


def _insurance(question: Question, snapshot: Snapshot, doctors: IntArray) -> Points | np.int32:
    """All points when the family named none; half when nothing is known about the doctor."""
    if question.case.insurance is None:
        return np.int32(WEIGHTS.taken)
    known = snapshot.insurance[doctors]
    taken = (known & np.uint8(INSURANCE_BITS[question.case.insurance])) != 0
    return np.where(taken, WEIGHTS.taken, np.where(known == 0, WEIGHTS.taken_unknown, 0)).astype(np.int32)
