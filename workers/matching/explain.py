"""One doctor of the list, explained by plain rules: the parts of her score and the reasons.

Everything is computed again from the rows, without arrays, so that the two ways of reaching a
score check each other. Words for families come from intake.rules.reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from intake.rules.expertise import VolumeBand, designation_of
from intake.rules.facts import Insurance, Language
from intake.rules.reason_words import text_for
from intake.rules.reasons import Reason
from intake.rules.relations import RelationWords, words_for
from intake.rules.taxonomy import any_type_shorts, shorts_of
from intake.rules.weights import WEIGHTS
from workers.matching.case import Question
from workers.matching.rows import DoctorRow, LocationRow, works_for_veterans

__all__ = [
    "Reason", "RelationWords", "Seen", "parts_of", "reasons_of", "roles_for", "text_for", "words_for",
]  # fmt: skip

_OLD_AFTER_DAYS = 365
_BANDS, _INSURANCE = frozenset(VolumeBand), frozenset(Insurance)


@dataclass(frozen=True, slots=True)
class Seen:
    """A doctor as one family sees her. `miles`: to the nearest location, None when not known.

    `known`: her expertise. `location` is the one to name, `principal` the one whose centre counts.
    `why`: codes of what she was kept for beside her score.
    """

    doctor: DoctorRow
    locations: tuple[LocationRow, ...]
    known: frozenset[str]
    roles: frozenset[str]
    location: LocationRow
    principal: LocationRow | None
    miles: float | None
    beyond_wish: bool = False
    why: tuple[str, ...] = ()


def roles_for(question: Question, doctor: DoctorRow) -> frozenset[str]:
    """Wanted specialties in which the doctor's experience serves this type."""
    shorts = _shorts(doctor.taxonomy_codes, doctor.expertise)
    if question.shown.isdisjoint(doctor.expertise):
        shorts = any_type_shorts(shorts, doctor.expertise)
    return shorts & question.worth.keys()


@lru_cache(maxsize=4096)
def _shorts(codes: tuple[str, ...], expertise: tuple[str, ...]) -> frozenset[str]:
    return shorts_of(codes, expertise)


def parts_of(question: Question, seen: Seen) -> dict[str, int]:
    """The parts of a score in thousandths of a point, by the names of score.PARTS."""
    return {
        "specialty": max(question.worth[short] for short in seen.roles),
        "expertise": _expertise_points(question, seen.known),
        "centre": _centre_points(question, seen),
        "distance": _distance_points(question, seen),
        "availability": _availability_points(seen.doctor),
        "language": WEIGHTS.spoken if _speaks(question, seen.doctor) else 0,
        "insurance": _insurance_points(question, seen.doctor),
        "freshness": _freshness_points(question, seen.doctor),
    }


def _expertise_points(question: Question, known: frozenset[str]) -> int:
    leading, *others = question.guidance.treatments
    further = min(len(known.intersection(others)), WEIGHTS.further_most)
    points = further * WEIGHTS.further_treatment
    if known & question.shown:
        points += WEIGHTS.type_shown
    if leading in known:
        points += WEIGHTS.leading_treatment
    return points


def _centre_points(question: Question, seen: Seen) -> int:
    balance = WEIGHTS.balance(surgical=question.guidance.surgical)
    designation = designation_of(seen.principal.designation) if seen.principal else None
    return balance.volume.get(seen.doctor.volume_band or "", 0) + balance.designation.get(
        designation or "", 0
    )


def _distance_points(question: Question, seen: Seen) -> int:
    most = WEIGHTS.balance(surgical=question.guidance.surgical).distance
    if question.place is not None:
        half = WEIGHTS.half_at_miles
        return 0 if seen.miles is None else round(most * half / (half + seen.miles))
    if question.home_state is None:
        return 0
    return most if _in_state(question, seen) else most * WEIGHTS.other_state_percent // 100


def _in_state(question: Question, seen: Seen) -> bool:
    return any(location.state.upper() == question.home_state for location in seen.locations)


def _availability_points(doctor: DoctorRow) -> int:
    points = WEIGHTS.accepting if doctor.accepts_new else WEIGHTS.accepting_unknown
    return points + (WEIGHTS.video if doctor.video else 0)


def _speaks(question: Question, doctor: DoctorRow) -> bool:
    return question.case.language is Language.ENGLISH or question.case.language in doctor.languages


def _insurance_points(question: Question, doctor: DoctorRow) -> int:
    kind = question.case.insurance
    if kind is None or kind in doctor.insurance:
        return WEIGHTS.taken
    return 0 if not _INSURANCE.isdisjoint(doctor.insurance) else WEIGHTS.taken_unknown


def _freshness_points(question: Question, doctor: DoctorRow) -> int:
    if doctor.verified_on is None:
        return 0
    age = (question.today - doctor.verified_on).days
    return next((worth for days, worth in WEIGHTS.freshness if age <= days), 0)


def reasons_of(question: Question, seen: Seen) -> tuple[Reason, ...]:
    """Why this doctor is listed and what is not known, in the order in which it is read."""
    return (
        *_beside_reasons(seen),
        *_role_reasons(question, seen),
        *_kept_reasons(seen),
        *_experience_reasons(question, seen),
        *_place_reasons(question, seen),
        *_contact_reasons(question, seen),
        _checked_reason(question, seen.doctor),
    )


@lru_cache(maxsize=8192)
def _told(code: str, **figures: Any) -> Reason:
    """What many lists say in the same words is one object."""
    return Reason(code, figures)


@lru_cache(maxsize=8192)
def _offers(expertise: tuple[str, ...]) -> Reason:
    return Reason("offers", {"expertise": list(expertise)})


def _beside_reasons(seen: Seen) -> Iterator[Reason]:
    if "beside_video" in seen.why:
        yield _told("beside_video", beyond=seen.beyond_wish)
    if "beside_va" in seen.why:
        yield _told("beside_va")


def _kept_reasons(seen: Seen) -> Iterator[Reason]:
    for code in ("most_experienced", "nearest", "supportive", "tissue"):
        if code in seen.why:
            yield _told(code)


def _role_reasons(question: Question, seen: Seen) -> Iterator[Reason]:
    guidance = question.guidance
    # Of two that are worth the same, the one that the guidance names first.
    short = max((kind for kind in question.worth if kind in seen.roles), key=question.worth.__getitem__)
    priority = next(place for place, tier in enumerate(guidance.tiers, start=1) if short in tier)
    opinion = short in guidance.opinions
    yield _told("specialty", short=short, priority=priority, opinion=opinion)


def _experience_reasons(question: Question, seen: Seen) -> Iterator[Reason]:
    shown = seen.known & question.shown
    yield _told("treats_type", diagnosis=question.case.diagnosis.value) if shown else _told("any_type")
    if offered := tuple(code for code in question.guidance.treatments if code in seen.known):
        yield _offers(offered)
    band = seen.doctor.volume_band
    yield _told("volume", band=band) if band in _BANDS else _told("volume_not_known")
    place = seen.principal
    if place and (designation := designation_of(place.designation)):
        yield _told("designation", centre=place.centre, designation=designation.value)


def _place_reasons(question: Question, seen: Seen) -> Iterator[Reason]:
    if question.place is not None and seen.miles is not None:
        yield Reason("distance", {"miles": round(seen.miles, 1)})
        if seen.beyond_wish and "beside_video" not in seen.why:
            yield Reason("beyond_wish", {"wish": question.case.travel.value})
    elif question.place is None and question.home_state:
        code = "same_state" if _in_state(question, seen) else "other_state"
        yield Reason(code, {"state": seen.location.state})
    else:
        yield Reason("distance_not_known")


def _contact_reasons(question: Question, seen: Seen) -> Iterator[Reason]:
    yield _told("accepting" if seen.doctor.accepts_new else "accepting_not_known")
    if seen.doctor.video:
        yield _told("video")
    if question.case.language is not Language.ENGLISH:
        code = "speaks" if _speaks(question, seen.doctor) else "language_not_known"
        yield _told(code, language=question.case.language.value)
    if kind := question.case.insurance:
        code = "takes_insurance" if kind in seen.doctor.insurance else "insurance_not_known"
        yield _told(code, kind=kind.value)
    if question.case.veteran and works_for_veterans(seen.locations):
        yield _told("veterans")


def _checked_reason(question: Question, doctor: DoctorRow) -> Reason:
    if doctor.verified_on is None:
        return _told("not_checked")
    old = (question.today - doctor.verified_on).days > _OLD_AFTER_DAYS
    return _told("checked", on=doctor.verified_on.isoformat(), old=old)
