"""Who may stand on a family's list: masks first, distances only for those who are left.

The order of the questions is that of ExclusionCode, and a doctor is counted once, under the first
reason that holds. When nobody lies within the travel wish, the wish is widened step by step
(an hour, half a day, no limit) rather than answering with nothing, and the result says so.
"""

from dataclasses import dataclass, field
from math import sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intake.rules.facts import Travel
from intake.rules.reasons import ExclusionCode
from intake.rules.weights import WEIGHTS
from workers.matching.case import MatchCase, Question
from workers.matching.geo import EARTH_MILES, FloatArray
from workers.matching.points import Points
from workers.matching.snapshot import BoolArray, IntArray, Snapshot

_LADDER = (Travel.HOUR, Travel.HALF_DAY, Travel.ANYWHERE)
# sin^2(angle / 2) of a real place is at most 1; NOWHERE is beyond.
NO_PLACE = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Doctors of a cell (see Cell for the arrays). `half`: sin^2(angle / 2) to the nearest location,
    above NO_PLACE when not known; None when the family's own place is not known. `places`: places in
    the group that depend on nothing of the family, by what they are; found once."""

    snapshot: Snapshot
    doctors: IntArray
    roles: NDArray[np.uint32]
    base: Points
    centres: NDArray[np.int32]
    half: FloatArray | None
    places: dict[Any, IntArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.doctors)

    def only(self, keep: BoolArray) -> "Group":
        """Those for whom `keep` (shape k) holds."""
        # Where they are is found once: a mask would be counted through for each of the five arrays.
        places = np.flatnonzero(keep)
        return Group(
            self.snapshot,
            self.doctors.take(places),
            self.roles.take(places),
            self.base.take(places),
            self.centres.take(places),
            None if self.half is None else self.half.take(places),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """`near`: who may stand on the list. `suitable`: they, and those beyond the travel limit.

    `limit`: miles that were applied, None for no limit.
    """

    near: Group
    suitable: Group
    excluded: dict[str, int]
    limit: int | None
    widened: bool


def limit_of(travel: Travel) -> int | None:
    """Miles that a travel wish stands for; None for no limit."""
    return WEIGHTS.travel.get(travel)


def wishes_from(travel: Travel) -> tuple[Travel, ...]:
    """The wish and the wider ones tried after it."""
    return _LADDER[_LADDER.index(travel) :] if travel in _LADDER else (travel,)


def field_of(question: Question, snapshot: Snapshot) -> Field:
    """Apply every exclusion to the whole directory."""
    cell, place = snapshot.cells.cell(question, snapshot), question.place
    half = None if place is None else cell.halves(place)
    suitable = Group(snapshot, cell.doctors, cell.roles, cell.base, cell.centres, half, cell.places)
    near, limit, widened = _within(question.case, suitable)
    excluded = dict(cell.excluded)
    _count_far(excluded, suitable, near)
    counts = {str(code): count for code, count in excluded.items() if count}
    return Field(near, suitable, counts, limit, widened)


def in_state(state: str | None, snapshot: Snapshot, doctors: IntArray) -> BoolArray:
    """Who has a location in the state."""
    number = snapshot.state_numbers.get(state or "none")
    found = np.zeros(len(doctors), np.bool_)
    if number is None:
        return found
    starts, counts = snapshot.starts[doctors], snapshot.counts[doctors]
    for place in range(int(counts.max(initial=0))):
        more = np.flatnonzero(counts > place)
        found[more] |= snapshot.states[starts[more] + place] == number
    return found


def _within(case: MatchCase, suitable: Group) -> tuple[Group, int | None, bool]:
    """Who is near enough, the limit that held in the end, and whether it is wider than the wish."""
    if suitable.half is None:
        return suitable, None, False
    for wish in wishes_from(case.travel):
        limit = limit_of(wish)
        if limit is None:
            return suitable, None, wish is not case.travel and len(suitable) > 0
        keep = suitable.half <= half_of(limit)
        if keep.any():
            return suitable.only(keep), limit, wish is not case.travel
    return suitable, limit_of(case.travel), False


def half_of(miles: float) -> float:
    """sin^2(angle / 2) of a distance."""
    return sin(miles / EARTH_MILES / 2) ** 2


def _count_far(excluded: dict[str, int], suitable: Group, near: Group) -> None:
    if suitable.half is None or near is suitable:
        excluded[ExclusionCode.TOO_FAR] = 0
        return
    placeless = int(np.count_nonzero(suitable.half > NO_PLACE))
    excluded[ExclusionCode.NO_LOCATION] += placeless
    excluded[ExclusionCode.TOO_FAR] = len(suitable) - len(near) - placeless
