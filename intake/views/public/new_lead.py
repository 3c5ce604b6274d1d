"""From a draft's answers to what the services take."""

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from intake.forms.contact_details import read_email, read_phone, say_phone
from intake.language import current
from intake.rules.consents import wording
from intake.rules.facts import (
    CallDay,
    CellType,
    DayPart,
    Diagnosis,
    Language,
    Relation,
    RequestKind,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.rules.post import Address
from intake.services.consents import Trace
from intake.services.leads import ConsentAnswer, NewLead
from intake.views.public import place, visit
from intake.views.public.questions import Answers, is_for_self

_Fact = TypeVar("_Fact", bound=StrEnum)
_LONGEST_AGENT = 300


def match_lead(answers: Answers, submission_id: str, consents: tuple[ConsentAnswer, ...]) -> NewLead:
    return NewLead(
        submission_id=submission_id,
        kind=RequestKind.MATCH,
        consents=consents,
        **_people(answers),
        **_illness(answers),
        **_place(answers),
        **_call(answers),
        **trace(),
    )


def trace() -> dict[str, Any]:
    """Where a request and its consents came from: page, address, browser, and whose link led here."""
    return {
        "came_from": visit.came_from(),
        "page": request.path,
        "address": request.remote_addr or "",
        "user_agent": str(request.user_agent)[:_LONGEST_AGENT],
        "gpc": says_no_sale(),
    }


def consent_trace() -> Trace:
    """The part of it that is kept with a consent."""
    kept = trace()
    kept.pop("came_from")
    return Trace(**kept)


def says_no_sale() -> bool:
    """Global Privacy Control: "do not sell or share". Here nothing ever is; that it was said is kept."""
    return request.headers.get("Sec-GPC") == "1"


def automated_calls(answers: Answers, *, given: bool) -> ConsentAnswer:
    return _consent("automated_calls", given, spoken_phone(answers))


def email_guide(email: str, *, given: bool) -> ConsentAnswer:
    return _consent("email_guide", given, email)


def post_guide(address: Address, *, given: bool) -> ConsentAnswer:
    return _consent("post_guide", given, ", ".join(address.lines))


def collect() -> ConsentAnswer:
    """Said by sending: the sentence stands above the button."""
    return _consent("collect", True, "")


def spoken_phone(answers: Answers) -> str:
    return say_phone(read_phone(answers["phone"]))


def sentence(key: str, **typed: str) -> str:
    """The consent in the page's language, which is what is stored with it."""
    return wording(key, current()).shown(**typed)


def _consent(key: str, given: bool, typed: str) -> ConsentAnswer:
    return ConsentAnswer(key=key, given=given, typed=typed, language=current())


def _people(answers: Answers) -> dict[str, Any]:
    patient = "" if is_for_self(answers) else answers.get("patient_first_name")
    return {
        "relation": Relation(answers["relation"]),
        "first_name": answers["first_name"],
        "last_name": answers.get("last_name") or None,
        "patient_first_name": patient or None,
        "phone": read_phone(answers["phone"]),
        "email": read_email(answers["email"]) if answers.get("email") else None,
        "language": _fact(Language, answers.get("language"), current()),
        "voicemail_may_mention": answers.get("voicemail") == "yes",
    }


def _illness(answers: Answers) -> dict[str, Any]:
    diagnosis = Diagnosis(answers["diagnosis"])
    # Both are asked only of those who know what was found; an answer from before a change is dropped.
    staged = {} if diagnosis is Diagnosis.UNSURE else answers
    return {
        "diagnosis": diagnosis,
        "cell_type": _fact(CellType, answers.get("cell_type"), CellType.UNKNOWN),
        "stage": _fact(Stage, staged.get("stage"), Stage.UNKNOWN),
        "treatment_status": _fact(TreatmentStatus, staged.get("status"), TreatmentStatus.UNSURE),
    }


def _place(answers: Answers) -> dict[str, Any]:
    return {
        "zip": answers.get("zip_code") or None,
        "state": answers.get("state") or None,
        "time_zone": place.calling_zone(answers),
        "travel": _fact(Travel, answers.get("travel"), Travel.UNSURE),
    }


def _call(answers: Answers) -> dict[str, Any]:
    day = CallDay(answers["call_day"])
    return {
        "call_day": day,
        "call_on": date.fromisoformat(answers["call_date"]) if day is CallDay.ON_DATE else None,
        "call_part": _fact(DayPart, answers.get("day_part"), DayPart.ANY),
    }


def _fact(kind: type[_Fact], value: str | None, otherwise: _Fact) -> _Fact:
    return kind(value) if value else otherwise
