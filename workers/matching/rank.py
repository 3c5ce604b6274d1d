"""The ranked list for one family: exact, stable, capped per centre, every line explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf, isinf
from typing import Any

from intake.rules.guidance import Guidance
from intake.rules.weights import POINT, RULE_VERSION, WEIGHTS
from workers.matching.case import MatchCase, Question
from workers.matching.choose import Choice, beside, chosen
from workers.matching.explain import Reason, Seen, parts_of, reasons_of, roles_for
from workers.matching.geo import Place, haversine, one_mileage
from workers.matching.nearer import nearer_reasons
from workers.matching.rules import Field, field_of, limit_of
from workers.matching.score import Scores
from workers.matching.snapshot import DoctorRow, LocationRow, Snapshot


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

    `beside`: never instead of anybody: an opinion by video, and doctors of veterans' hospitals for a
    veteran; their ranks go on from the list's. `nearer`: why nearer doctors are not on the list.
    `limit_miles`: what was applied in the end, None for no limit.
    """

    rule_version: str
    directory_version: int | str
    guidance: Guidance
    matches: tuple[Ranked, ...]
    beside: tuple[Ranked, ...]
    nearer: tuple[Reason, ...]
    excluded: dict[str, int]
    considered: int
    widened: bool
    limit_miles: int | None

    @property
    def everybody(self) -> tuple[Ranked, ...]:
        """The list and those beside it, by rank."""
        return self.matches + self.beside


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is listed, and who stands beside, before anything is explained."""

    field: Field
    listed: list[Choice]
    beside: list[Choice]


def rank(question: Question, snapshot: Snapshot, *, limit: int = WEIGHTS.limit) -> Ranking:
    """The exact ranking alone; ties go to the lower NPI, then the lower id."""
    field = field_of(question, snapshot)
    scores = Scores(question, field.near)
    listed = chosen(scores, limit=limit)
    return Ranking(field, listed, beside(scores, field, listed))


def match(case: MatchCase, snapshot: Snapshot, *, today: date, limit: int = WEIGHTS.limit) -> MatchResult:
    """Rank the directory for one family, and explain every line."""
    question = Question.of(case, today=today)
    ranking = rank(question, snapshot, limit=limit)
    ranked = [
        _ranked(question, _seen(question, choice), rank=place)
        for place, choice in enumerate([*ranking.listed, *ranking.beside], start=1)
    ]
    first_miles = ranked[0].distance_miles if ranking.listed else None
    positions = [choice.doctor for choice in (*ranking.listed, *ranking.beside)]
    return MatchResult(
        rule_version=RULE_VERSION,
        directory_version=snapshot.version,
        guidance=question.guidance,
        matches=tuple(ranked[: len(ranking.listed)]),
        beside=tuple(ranked[len(ranking.listed) :]),
        nearer=nearer_reasons(question, snapshot, positions, first_miles),
        excluded=ranking.field.excluded,
        considered=len(ranking.field.near),
        widened=ranking.field.widened,
        limit_miles=ranking.field.limit,
    )


def _seen(question: Question, choice: Choice) -> Seen:
    half = choice.group.half
    doctor, locations, stands = choice.group.snapshot.unpacked(choice.doctor)
    miles = inf if half is None else one_mileage(float(half[choice.at]))
    wish = limit_of(question.case.travel)
    return Seen(
        doctor=doctor,
        locations=locations,
        known=frozenset(doctor.expertise),
        roles=roles_for(question, doctor),
        location=nearest(question, locations),
        principal=stands,
        miles=None if isinf(miles) else miles,
        beyond_wish=wish is not None and wish < miles < inf,
        why=choice.why,
    )


def nearest(question: Question, locations: Sequence[LocationRow]) -> LocationRow:
    """The location to name: the nearest; without a place one in the family's state, else the first."""

    if len(locations) == 1:
        return locations[0]

    def order(location: LocationRow) -> tuple[float, bool]:
        return _miles_to(question.place, location), location.state.upper() != question.home_state

    return min(locations, key=order)


def _miles_to(home: Place | None, location: LocationRow) -> float:
    place = None if home is None else location.place
    return inf if place is None or home is None else haversine(home, place)


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
