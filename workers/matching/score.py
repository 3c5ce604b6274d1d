"""The scores of a group, and the first of them exactly.

Everything but distance is counted for all. Distance is bounded for all with a square root, and
computed exactly only for those who can still be among the first. explain.py computes the same
points one doctor at a time; a property test holds the two together.
"""

import numpy as np
from numpy.typing import NDArray

from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching import points
from workers.matching.case import Question
from workers.matching.geo import EARTH_MILES, miles_of
from workers.matching.points import Points
from workers.matching.rules import Group, in_state
from workers.matching.snapshot import IntArray

PARTS = (
    "specialty", "expertise", "centre", "distance", "availability", "language", "insurance", "freshness",
)  # fmt: skip


class Scores:
    """The scores of one group for one question. Positions below are places in the group."""

    def __init__(self, question: Question, group: Group) -> None:
        self.question = question
        self.group = group
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
        if look < len(most):
            # The look-th exact score is at least the look-th bound less the slack.
            last = len(most) - look
            least = (most.max() if look == 1 else np.partition(most, last)[last]) - self._slack
            places = np.flatnonzero(most >= least)
        else:
            places = np.arange(len(most))
        if among is not None:
            places = among[places]
        order = np.argsort(-self.exact(places), kind="stable")
        return places[order[:look]]

    def with_role(self, shorts: tuple[str, ...]) -> IntArray:
        """Places of those who have one of the specialties as a role."""
        kept = self.group.places
        if shorts not in kept:
            kept[shorts] = np.flatnonzero((self.group.roles & np.uint32(specialty_mask(shorts))) != 0)
        return kept[shorts]

    def most_experienced(self, shorts: tuple[str, ...]) -> IntArray:
        """Of those with one of the specialties as a role, who has most points for volume and centre."""
        kept, key = self.group.places, ("most experienced", *shorts)
        if key not in kept:
            kept[key] = self._most_experienced(self.with_role(shorts))
        return kept[key]

    def _most_experienced(self, places: IntArray) -> IntArray:
        """Nobody, where nobody has any."""
        surgical = self.question.guidance.surgical
        everybody = points.experience(self.group.snapshot, surgical=surgical)
        found = everybody[self.group.doctors[places]]
        most = found.max(initial=0)
        return places[found == most] if most > 0 else places[:0]

    def _without_distance(self) -> Points:
        question, snapshot, doctors = self.question, self.group.snapshot, self.group.doctors
        spoken = points.language(question, snapshot, doctors)
        base: Points = self.group.base + spoken
        base += points.insurance(question, snapshot, doctors)
        return base

    def _bounded(self) -> tuple[NDArray[np.float64] | Points, int]:
        """Scores that no exact one exceeds, nor stays below by more than the second value."""
        half = self.group.half
        if half is None:
            return self.exact(np.arange(len(self.group))), 0
        # The straight line is shorter than the way round, by at most an eighth of the points
        # (at the worst radius; see half_at / (half_at + miles) for chord and arc of a half circle).
        most = np.sqrt(half)
        most *= 2 * EARTH_MILES
        most += WEIGHTS.half_at_miles
        np.divide(self.balance.distance * WEIGHTS.half_at_miles, most, out=most)
        most += self._base
        most += 1
        return most, self.balance.distance // 8 + 2

    def _distance(self, places: IntArray) -> Points:
        most = self.balance.distance
        if self.group.half is not None:
            half_at = WEIGHTS.half_at_miles
            return np.rint(most * half_at / (half_at + miles_of(self.group.half[places]))).astype(np.int32)
        state = self.question.home_state
        if state is None:
            return np.zeros(len(places), np.int32)
        inside = in_state(state, self.group.snapshot, self.group.doctors[places])
        return np.where(inside, most, most * WEIGHTS.other_state_percent // 100).astype(np.int32)
