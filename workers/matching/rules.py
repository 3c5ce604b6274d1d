"""Who may stand on a family's list: masks first, distances only for those who are left.

The order of the questions is that of ExclusionCode, and a doctor is counted once, under the first
reason that holds. When nobody lies within the travel wish, the wish is widened step by step
(an hour, half a day, no limit) rather than answering with nothing, and the result says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.facts import Travel
from intake.rules.guidance import shown_by
from intake.rules.reasons import ExclusionCode
from intake.rules.taxonomy import specialty_mask
from intake.rules.weights import WEIGHTS
from workers.matching.case import MatchCase, Question
from workers.matching.geo import FloatArray, half_chords, miles_of
from workers.matching.snapshot import BoolArray, IntArray, Snapshot

_LADDER = (Travel.HOUR, Travel.HALF_DAY, Travel.ANYWHERE)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The doctors left, by position in the snapshot (shape k, rising), with what scoring needs.

    `roles`: the specialties in which each one counts here. `miles`: to the nearest location,
    infinite when not known. `limit`: miles that were applied, None for no limit.
    """

    snapshot: Snapshot
    doctors: IntArray
    roles: NDArray[np.uint32]
    miles: FloatArray
    in_state: BoolArray
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
    case = question.case
    doctors, roles, excluded = _suitable(question, snapshot)
    rows = _LocationRows.of(snapshot, doctors)
    miles = _nearest_miles(case, rows)
    keep, limit, widened = _within(case, miles)
    _count_far(excluded, miles, keep=keep)
    in_state = _in_state(case, rows)[keep]
    counts = {str(code): count for code, count in excluded.items() if count}
    return Field(snapshot, doctors[keep], roles[keep], miles[keep], in_state, counts, limit, widened)


def _suitable(question: Question, snapshot: Snapshot) -> tuple[IntArray, NDArray[np.uint32], dict[str, int]]:
    """Who passes every question but distance, their roles, and how many fell to each question."""
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    doctors = np.flatnonzero((snapshot.specialties & wanted) != 0)
    excluded = _count_irrelevant(snapshot, relevant=len(doctors))
    roles = _roles(question, snapshot, doctors=doctors)
    asked = {
        ExclusionCode.NO_EXPERTISE_FOR_TYPE: roles == 0,
        ExclusionCode.NOT_ACCEPTING: snapshot.accepts[doctors] < 0,
        ExclusionCode.NO_LOCATION: snapshot.counts[doctors] == 0,
    }
    alive = np.ones(len(doctors), np.bool_)
    for code, holds in asked.items():
        excluded[code] = int(np.count_nonzero(alive & holds))
        alive &= ~holds
    return doctors[alive], roles[alive], excluded


def _count_irrelevant(snapshot: Snapshot, *, relevant: int) -> dict[str, int]:
    # Paediatric and trainee doctors have no specialty that we know, so neither is among the relevant.
    paediatric = int(np.count_nonzero(snapshot.paediatric))
    trainee = int(np.count_nonzero(snapshot.trainee))
    return {
        ExclusionCode.PAEDIATRIC: paediatric,
        ExclusionCode.TRAINEE: trainee,
        ExclusionCode.NOT_RELEVANT_SPECIALTY: len(snapshot) - relevant - paediatric - trainee,
    }


def _roles(question: Question, snapshot: Snapshot, *, doctors: IntArray) -> NDArray[np.uint32]:
    """Wanted specialties in which each doctor's experience serves this type."""
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    shown = np.uint64(expertise_mask(shown_by(question.case.diagnosis)))
    serves = (snapshot.expertise[doctors] & shown) != 0
    served = np.where(serves, snapshot.specialties[doctors], snapshot.any_type[doctors])
    roles: NDArray[np.uint32] = served & wanted
    return roles


@dataclass(frozen=True, slots=True, eq=False)
class _LocationRows:
    """All locations of some doctors end to end; doctor j's begin at firsts[j]. None are empty."""

    snapshot: Snapshot
    rows: IntArray
    firsts: IntArray

    @classmethod
    def of(cls, snapshot: Snapshot, doctors: IntArray) -> "_LocationRows":
        counts = snapshot.counts[doctors]
        firsts = np.cumsum(counts) - counts
        rows = np.repeat(snapshot.starts[doctors] - firsts, counts) + np.arange(counts.sum())
        return cls(snapshot, rows, firsts)


def _nearest_miles(case: MatchCase, locations: _LocationRows) -> FloatArray:
    if case.place is None or not len(locations.firsts):
        return np.full(len(locations.firsts), np.inf)
    half = half_chords(locations.snapshot.vectors[locations.rows], case.place)
    return miles_of(np.minimum.reduceat(half, locations.firsts))


def _in_state(case: MatchCase, locations: _LocationRows) -> BoolArray:
    number = locations.snapshot.state_numbers.get(case.home_state or "none")
    if case.place is not None or number is None or not len(locations.firsts):
        return np.zeros(len(locations.firsts), np.bool_)
    inside = locations.snapshot.states[locations.rows] == number
    found: BoolArray = np.logical_or.reduceat(inside, locations.firsts)
    return found


def _within(case: MatchCase, miles: FloatArray) -> tuple[BoolArray, int | None, bool]:
    """Who is near enough, the limit that held in the end, and whether it is wider than the wish."""
    everyone = np.ones(len(miles), np.bool_)
    if case.place is None:
        return everyone, None, False
    for wish in wishes_from(case.travel):
        limit = limit_of(wish)
        keep = everyone if limit is None else miles <= limit
        if keep.any():
            return keep, limit, wish is not case.travel
    return everyone, limit_of(case.travel), False


def _count_far(excluded: dict[str, int], miles: FloatArray, *, keep: BoolArray) -> None:
    placeless = int(np.count_nonzero(np.isinf(miles) & ~keep))
    excluded[ExclusionCode.NO_LOCATION] += placeless
    excluded[ExclusionCode.TOO_FAR] = int(np.count_nonzero(~keep)) - placeless
