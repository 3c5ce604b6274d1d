"""Who may stand on a family's list: masks first, distances only for those who are left.

The order of the questions is that of ExclusionCode, and a doctor is counted once, under the first
reason that holds. When nobody lies within the travel wish, the wish is widened step by step
(an hour, half a day, no limit) rather than answering with nothing, and the result says so.
"""

from dataclasses import dataclass
from math import sin

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.facts import Travel
from intake.rules.guidance import shown_by
from intake.rules.reasons import ExclusionCode
from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import MatchCase, Question
from workers.matching.geo import EARTH_MILES, FloatArray, Place, half_chords
from workers.matching.snapshot import BoolArray, IntArray, Snapshot

_LADDER = (Travel.HOUR, Travel.HALF_DAY, Travel.ANYWHERE)
# sin^2(angle / 2) of a real place is at most 1; NOWHERE is beyond.
NO_PLACE = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Doctors by position in the snapshot (shape k, rising). `half`: sin^2(angle / 2) to the nearest
    location, above NO_PLACE when not known; None when the family's own place is not known."""

    snapshot: Snapshot
    doctors: IntArray
    half: FloatArray | None

    def __len__(self) -> int:
        return len(self.doctors)

    def only(self, keep: BoolArray) -> "Group":
        """Those for whom `keep` (shape k) holds."""
        return Group(self.snapshot, self.doctors[keep], None if self.half is None else self.half[keep])


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
    doctors, excluded = _suitable(question, snapshot)
    suitable = Group(snapshot, doctors, _nearest_half(question.case, snapshot, doctors))
    near, limit, widened = _within(question.case, suitable)
    _count_far(excluded, suitable, near)
    counts = {str(code): count for code, count in excluded.items() if count}
    return Field(near, suitable, counts, limit, widened)


def _suitable(question: Question, snapshot: Snapshot) -> tuple[IntArray, dict[str, int]]:
    """Who passes every question but distance, and how many fell to each question."""
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    relevant = (snapshot.specialties & wanted) != 0
    excluded = _count_irrelevant(snapshot, relevant=int(np.count_nonzero(relevant)))
    asked = {
        ExclusionCode.NO_EXPERTISE_FOR_TYPE: relevant & ~_serves(question, snapshot, wanted),
        ExclusionCode.NOT_ACCEPTING: snapshot.refuses,
        ExclusionCode.NO_LOCATION: snapshot.counts == 0,
    }
    alive, left = relevant, int(np.count_nonzero(relevant))
    for code, holds in asked.items():
        alive = alive & ~holds
        still = int(np.count_nonzero(alive))
        excluded[code], left = left - still, still
    return np.flatnonzero(alive), excluded


def _serves(question: Question, snapshot: Snapshot, wanted: np.uint32) -> BoolArray:
    """Who has experience with the type, or a wanted specialty in which hers serves every type."""
    shown = np.uint64(expertise_mask(shown_by(question.case.diagnosis)))
    serves: BoolArray = (snapshot.expertise & shown) != 0
    serves |= (snapshot.any_type & wanted) != 0
    return serves


def _count_irrelevant(snapshot: Snapshot, *, relevant: int) -> dict[str, int]:
    # Paediatric and trainee doctors have no specialty that we know, so neither is among the relevant.
    return {
        ExclusionCode.PAEDIATRIC: snapshot.paediatric,
        ExclusionCode.TRAINEE: snapshot.trainee,
        ExclusionCode.NOT_RELEVANT_SPECIALTY: len(snapshot)
        - relevant
        - snapshot.paediatric
        - snapshot.trainee,
    }


def roles_in(question: Question, snapshot: Snapshot, doctors: IntArray) -> NDArray[np.uint32]:
    """Wanted specialties in which each doctor's experience serves this type."""
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    shown = np.uint64(expertise_mask(shown_by(question.case.diagnosis)))
    serves = (snapshot.expertise[doctors] & shown) != 0
    served = np.where(serves, snapshot.specialties[doctors], snapshot.any_type[doctors])
    roles: NDArray[np.uint32] = served & wanted
    return roles


def _nearest_half(case: MatchCase, snapshot: Snapshot, doctors: IntArray) -> FloatArray | None:
    if case.place is None:
        return None
    return nearest_half(case.place, snapshot, doctors)


def nearest_half(place: Place, snapshot: Snapshot, doctors: IntArray) -> FloatArray:
    """sin^2(angle / 2) from the place to each doctor's nearest location (k,). None has no location."""
    starts, counts = snapshot.starts[doctors], snapshot.counts[doctors]
    nearest = half_chords(snapshot.vectors.take(starts, axis=1), place)
    for further in range(1, int(counts.max(initial=0))):
        more = np.flatnonzero(counts > further)
        half = half_chords(snapshot.vectors.take(starts[more] + further, axis=1), place)
        nearest[more] = np.minimum(nearest[more], half)
    return nearest


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
