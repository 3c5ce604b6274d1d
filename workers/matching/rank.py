"""The ranked list for one family: exact, stable, capped per centre, every line explained."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf, isinf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intake.rules.guidance import Guidance
from intake.rules.weights import POINT, RULE_VERSION, WEIGHTS
from workers.matching.case import MatchCase, Question
from workers.matching.explain import Reason, Seen, parts_of, reasons_of, roles_for
from workers.matching.geo import haversine
from workers.matching.rules import Field, field_of, limit_of
from workers.matching.score import Points, parts_of_field, totals
from workers.matching.snapshot import DoctorRow, IntArray, LocationRow, Snapshot, principal

_FIRST_LOOK = 128


@dataclass(frozen=True, slots=True)
class Ranked:
    """One doctor of the list. `score` is the sum of `parts`; `location` is the one to go to.

    `centre` is the one that was scored and capped: the best known of the doctor's centres.
    """

    rank: int
    doctor: DoctorRow
    location: LocationRow
    centre: str | None
    score: float
    parts: Mapping[str, float]
    distance_miles: float | None
    reasons: tuple[Reason, ...]

    def summary(self) -> dict[str, Any]:
        """As `advocate match --json` prints it."""
        return {
            "rank": self.rank,
            "id": self.doctor.id,
            "npi": self.doctor.npi,
            "name": self.doctor.name,
            "sample": self.doctor.sample,
            "score": self.score,
            "parts": dict(self.parts),
            "distance_miles": None if self.distance_miles is None else round(self.distance_miles, 3),
            "location": {"id": self.location.id, "lat": self.location.lat, "lon": self.location.lon},
            "centre": self.centre,
            "taxonomy_codes": list(self.doctor.taxonomy_codes),
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class MatchResult:
    """`considered` + the sum of `excluded` is the size of the directory.

    `beside`: for a veteran, doctors of veterans' hospitals who are not in `matches` already; their
    ranks go on from the list's. `limit_miles`: what was applied in the end, None for no limit.
    """

    rule_version: str
    directory_version: int | str
    guidance: Guidance
    matches: tuple[Ranked, ...]
    beside: tuple[Ranked, ...]
    excluded: dict[str, int]
    considered: int
    widened: bool
    limit_miles: int | None


def match(case: MatchCase, snapshot: Snapshot, *, today: date, limit: int = WEIGHTS.limit) -> MatchResult:
    """Rank the directory for one family; ties go to the lower NPI, then the lower id."""
    question = Question.of(case, today=today)
    field = field_of(question, snapshot)
    scores = totals(parts_of_field(question, field))
    chosen = _chosen(scores, snapshot.centre[field.doctors], limit=limit)
    extra = _veterans_beside(field, scores, chosen=chosen) if case.veteran else []
    ranked = [
        _ranked(question, _seen(question, field, at=at), rank=rank)
        for rank, at in enumerate([*chosen, *extra], start=1)
    ]
    return MatchResult(
        rule_version=RULE_VERSION,
        directory_version=snapshot.version,
        guidance=question.guidance,
        matches=tuple(ranked[: len(chosen)]),
        beside=tuple(ranked[len(chosen) :]),
        excluded=field.excluded,
        considered=len(field.doctors),
        widened=field.widened,
        limit_miles=field.limit,
    )


def _chosen(scores: Points, centres: NDArray[np.int32], *, limit: int) -> list[int]:
    """Places in the field, best first, at most WEIGHTS.per_centre for each centre (-1 is no centre)."""
    size = len(scores)
    # One number per doctor: the score first, then the lower place. No two are alike.
    keys = scores.astype(np.int64) * size - np.arange(size)
    look = min(size, max(_FIRST_LOOK, limit))
    while True:
        kept = _capped(_best(keys, look), centres, limit=limit)
        if len(kept) >= limit or look == size:
            return kept
        look = min(size, look * 4)


def _best(keys: IntArray, look: int) -> IntArray:
    top = np.argpartition(-keys, look - 1)[:look] if look < len(keys) else np.arange(len(keys))
    return top[np.argsort(-keys[top])]


def _capped(order: IntArray, centres: NDArray[np.int32], *, limit: int) -> list[int]:
    kept: list[int] = []
    taken: Counter[int] = Counter()
    for place in order.tolist():
        if len(kept) >= limit:
            break
        centre = int(centres[place])
        if centre >= 0 and taken[centre] >= WEIGHTS.per_centre:
            continue
        taken[centre] += 1
        kept.append(place)
    return kept


def _veterans_beside(field: Field, scores: Points, *, chosen: Sequence[int]) -> list[int]:
    veterans = np.flatnonzero(field.snapshot.veterans[field.doctors])
    others = np.setdiff1d(veterans, chosen)
    centres = field.snapshot.centre[field.doctors[others]]
    return [int(others[place]) for place in _chosen(scores[others], centres, limit=WEIGHTS.beside)]


def _seen(question: Question, field: Field, *, at: int) -> Seen:
    position = int(field.doctors[at])
    doctor, locations = field.snapshot.doctors[position], field.snapshot.locations_of(position)
    miles = None if isinf(field.miles[at]) else float(field.miles[at])
    wish = limit_of(question.case.travel)
    return Seen(
        doctor=doctor,
        locations=locations,
        roles=roles_for(question, doctor),
        location=nearest(question.case, locations),
        principal=principal(locations),
        miles=miles,
        beyond_wish=wish is not None and miles is not None and miles > wish,
    )


def nearest(case: MatchCase, locations: Sequence[LocationRow]) -> LocationRow:
    """The location to name: the nearest; without a place one in the family's state, else the first."""

    def order(location: LocationRow) -> tuple[float, bool]:
        return _miles_to(case, location), location.state.upper() != case.home_state

    return min(locations, key=order)


def _miles_to(case: MatchCase, location: LocationRow) -> float:
    if case.place is None or location.place is None:
        return inf
    return haversine(case.place, location.place)


def _ranked(question: Question, seen: Seen, *, rank: int) -> Ranked:
    parts = parts_of(question, seen)
    return Ranked(
        rank=rank,
        doctor=seen.doctor,
        location=seen.location,
        centre=seen.principal.centre if seen.principal else None,
        score=sum(parts.values()) / POINT,
        parts={name: points / POINT for name, points in parts.items()},
        distance_miles=seen.miles,
        reasons=reasons_of(question, seen),
    )
