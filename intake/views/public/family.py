"""A family's request in plain words: what is ready, what is coming, what did not work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.forms.contact_details import say_phone
from intake.forms.times import say_day, say_hour, say_when, say_zone
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.models.match import Match, MatchSet
from intake.rules.facts import Relation, RequestKind
from intake.rules.reasons import Reason, RelationWords, caution_text, distance_text, text_for, words_for
from intake.rules.references import spoken
from intake.rules.statuses import CallbackStatus, MailingStatus
from intake.services.status_page import StatusPage

_NO_ZONE = "America/New_York"
_STEPS = {
    "guide": "Your guide",
    "questions": "A short list of questions for your doctor",
    "check_in": "A note to ask how things are",
}


@dataclass(frozen=True)
class Call:
    """`state` is none, planning, waiting, late or done; the words are whole sentences."""

    state: str
    words: str


@dataclass(frozen=True)
class ShownDoctor:
    key: str
    name: str
    centre: str | None
    place: str
    distance: str | None
    phone: str | None
    phone_link: str | None
    reasons: list[str]
    sample: bool


@dataclass(frozen=True)
class Post:
    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class FamilyPage:
    """`doctors` is None while we still look; empty when nobody on our list fits."""

    reference: str
    spoken_reference: str
    for_match: bool
    call: Call
    doctors: list[ShownDoctor] | None
    widened: bool
    caution: str
    guide_is_coming: bool
    mailings: list[Post]
    phone: str | None
    email: str | None


def family_page(page: StatusPage, centres: dict[UUID, str], *, now: datetime) -> FamilyPage:
    lead = page.lead
    words = words_for(Relation(lead.relation), lead.patient.first_name if lead.patient else None)
    contact = lead.contact
    return FamilyPage(
        reference=lead.reference,
        spoken_reference=spoken(lead.reference),
        for_match=lead.kind == RequestKind.MATCH,
        call=_call(page, now),
        doctors=_doctors(page.match_set, centres, words),
        widened=bool(page.match_set and page.match_set.widened),
        caution=caution_text(words),
        guide_is_coming=lead.wants_guide and not page.mailings,
        mailings=[_post(mailing, zone_of(lead)) for mailing in page.mailings],
        phone=say_phone(contact.phone) if contact.phone else None,
        email=contact.email,
    )


def centre_ids(page: StatusPage) -> set[UUID]:
    matches = page.match_set.matches if page.match_set else []
    return {m.location.centre_id for m in matches if m.location and m.location.centre_id}


def zone_of(lead: Lead) -> str:
    return lead.time_zones[0] if lead.time_zones else _NO_ZONE


def _call(page: StatusPage, now: datetime) -> Call:
    callback, zone = page.callback, zone_of(page.lead)
    if callback is None:
        return _no_call_yet(page.lead)
    if page.call_is_late:
        return Call("late", _late(callback, zone, now))
    if callback.status in (CallbackStatus.WAITING, CallbackStatus.CLAIMED):
        return Call("waiting", _promise(callback, zone, now))
    if callback.status == CallbackStatus.CANCELLED:
        return Call("none", "No call is planned.")
    return Call("done", "We have called. If you want to talk again, ring us.")


def _no_call_yet(lead: Lead) -> Call:
    if lead.wants_call:
        return Call("planning", "We are setting the time for your call. It will stand here in a minute.")
    return Call("none", "You did not ask for a call. You can ring us at any time.")


def _promise(callback: Callback, zone: str, now: datetime) -> str:
    if callback.due_at <= now:
        return f"A nurse will call you soon: by {say_hour(callback.promise_by, zone)} {say_zone(zone, now)}."
    latest = say_hour(callback.promise_by, zone)
    return f"A nurse will call you. {say_when(callback.due_at, zone, now=now)}, or by {latest} at the latest."


def _late(callback: Callback, zone: str, now: datetime) -> str:
    promised = say_when(callback.promise_by, zone, now=now)
    return f"We promised to call by then: {promised}. We have not. We are sorry. You need not wait: ring us."


def _doctors(
    match_set: MatchSet | None, centres: dict[UUID, str], words: RelationWords
) -> list[ShownDoctor] | None:
    if match_set is None:
        return None
    return [_doctor(match, centres, words) for match in match_set.matches]


def _doctor(match: Match, centres: dict[UUID, str], words: RelationWords) -> ShownDoctor:
    doctor, location = match.doctor, match.location
    phone = location.phone if location else None
    return ShownDoctor(
        key=doctor.npi or str(doctor.id),
        name=f"{doctor.name}, {doctor.credential}" if doctor.credential else doctor.name,
        centre=centres.get(location.centre_id) if location and location.centre_id else None,
        place=f"{location.city}, {location.state}" if location else "",
        distance=distance_text(match.distance_miles) if match.distance_miles is not None else None,
        phone=say_phone(phone) if phone else None,
        phone_link=phone,
        reasons=[text_for(Reason.from_json(reason), words) for reason in match.reasons],
        sample=doctor.sample,
    )


def _post(mailing: Mailing, zone: str) -> Post:
    step = mailing.step.partition(".")[0]
    return Post(_STEPS.get(step, "A note from us"), _post_words(mailing, zone))


def _post_words(mailing: Mailing, zone: str) -> str:
    answered = say_day(mailing.answered_at or mailing.due_at, zone)
    return {
        MailingStatus.PLANNED: f"Coming on {say_day(mailing.due_at, zone)}.",
        MailingStatus.SENDING: "On its way now.",
        MailingStatus.ACCEPTED: f"Sent on {answered}.",
        MailingStatus.FAILED: "It could not be delivered. Please check your email address below.",
        MailingStatus.SUPPRESSED: "Stopped, as you asked.",
        MailingStatus.UNKNOWN: f"Sent on {answered}. If it has not arrived, ring us.",
    }[MailingStatus(mailing.status)]
