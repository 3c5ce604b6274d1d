"""What one cell of the guidance means for one directory, kept while families with the same cell come.

Who passes every question but distance, their points without distance, and their places side by
side: all that does not depend on where a family lives.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import expertise_mask
from intake.rules.reasons import ExclusionCode
from intake.rules.taxonomy import SPECIALTIES, specialty_mask
from workers.matching import points
from workers.matching.case import Question
from workers.matching.geo import FloatArray, Place, half_chords
from workers.matching.points import Points
from workers.matching.snapshot import BoolArray, IntArray, Snapshot

_ANY_TYPE = np.uint32(specialty_mask(short for short, row in SPECIALTIES.items() if row.any_type_with))
_KEPT_BYTES = 16_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Nth:
    """The n-th location of each doctor who has so many: `who` by place in the cell, None for all."""

    who: IntArray | None
    vectors: tuple[FloatArray, FloatArray, FloatArray]


_NOBODY = Nth(None, (np.empty(0), np.empty(0), np.empty(0)))


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """`doctors` by position in the snapshot (shape k, rising); `roles`: the wanted specialties in which
    each one's experience serves the type; `base`: points without distance, language and insurance.
    `places`: kept for those families who want no limit to their way (see Group)."""

    doctors: IntArray
    roles: NDArray[np.uint32]
    base: Points
    centres: NDArray[np.int32]
    locations: tuple[Nth, ...]
    excluded: dict[str, int]
    places: dict[Any, IntArray] = field(default_factory=dict)

    def halves(self, place: Place) -> FloatArray:
        """sin^2(angle / 2) from the place to each doctor's nearest location (k,)."""
        # Each of them has a first location: who has none was excluded.
        first, *others = self.locations or (_NOBODY,)
        nearest = half_chords(first.vectors, place)
        for nth in others:
            half = half_chords(nth.vectors, place)
            if nth.who is None:
                nearest = np.minimum(nearest, half, out=half)
            else:
                nearest[nth.who] = np.minimum(nearest[nth.who], half)
        return nearest

    @property
    def size(self) -> int:
        """Bytes, about."""
        places = sum(3 * nth.vectors[0].nbytes for nth in self.locations)
        return places + 3 * self.doctors.nbytes + 3 * self.base.nbytes


class Cells:
    """The cells used last, as far as they fit in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, Cell] = OrderedDict()

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def cell(self, question: Question, snapshot: Snapshot) -> Cell:
        key = (question.guidance, question.case.diagnosis, question.today)
        with self._lock:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
        made = cell_of(question, snapshot)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > 1 and sum(cell.size for cell in self._kept.values()) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return made


def cell_of(question: Question, snapshot: Snapshot) -> Cell:
    """Apply every exclusion but distance to the whole directory."""
    doctors, excluded = _suitable(question, snapshot)
    roles = roles_in(question, snapshot, doctors)
    base = points.standing(snapshot, question.today, surgical=question.guidance.surgical).take(doctors)
    base += points.specialty(question, roles)
    base += points.expertise(question, snapshot.expertise.take(doctors))
    centres = snapshot.centre.take(doctors)
    return Cell(doctors, roles, base, centres, locations_of(snapshot, doctors), excluded)


def locations_of(snapshot: Snapshot, doctors: IntArray) -> tuple[Nth, ...]:
    """First locations, second locations, and so on."""
    starts, counts = snapshot.starts.take(doctors), snapshot.counts.take(doctors)
    found = []
    for nth in range(int(counts.max(initial=0))):
        has = counts > nth
        who = None if has.all() else np.flatnonzero(has)
        rows = (starts if who is None else starts.take(who)).astype(np.int64) + nth
        # Three columns taken one by one are three times as fast as one matrix taken by column.
        x, y, z = (column.take(rows) for column in snapshot.vectors)
        found.append(Nth(who, (x, y, z)))
    return tuple(found)


def _suitable(question: Question, snapshot: Snapshot) -> tuple[IntArray, dict[str, int]]:
    """Who passes every question but distance, and how many fell to each question."""
    wanted = np.uint32(specialty_mask(question.guidance.specialties))
    relevant = (snapshot.specialties & wanted) != 0
    excluded = _count_irrelevant(snapshot, relevant=int(np.count_nonzero(relevant)))
    asked = {
        ExclusionCode.NO_EXPERTISE_FOR_TYPE: _serves(question, snapshot, wanted),
        ExclusionCode.NOT_ACCEPTING: snapshot.open,
        ExclusionCode.NO_LOCATION: snapshot.placed,
    }
    alive, left = relevant, int(np.count_nonzero(relevant))
    for code, holds in asked.items():
        alive &= holds
        still = int(np.count_nonzero(alive))
        excluded[code], left = left - still, still
    return np.flatnonzero(alive), excluded


def _serves(question: Question, snapshot: Snapshot, wanted: np.uint32) -> BoolArray:
    """Who has experience with the type, or a wanted specialty in which hers serves every type."""
    shown = np.uint64(expertise_mask(question.shown))
    serves: BoolArray = (snapshot.expertise & shown) != 0
    if wanted & _ANY_TYPE:
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
    shown = np.uint64(expertise_mask(question.shown))
    serves = (snapshot.expertise.take(doctors) & shown) != 0
    roles: NDArray[np.uint32] = (snapshot.specialties.take(doctors) & wanted) * serves
    if wanted & _ANY_TYPE:
        roles |= snapshot.any_type.take(doctors) & wanted
    return roles
