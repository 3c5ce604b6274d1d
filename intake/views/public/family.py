"""A family's request in plain words: what is ready, what is coming, what did not work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.forms.contact_details import say_phone
from intake.forms.times import say_hour, say_when
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.rules.facts import Relation, RequestKind
from intake.rules.reasons import (
    Reason,
    RelationWords,
    caution_text,
    distance_text,
    nearer_texts,
    text_for,
    words_for,
)
from intake.rules.references import spoken
from intake.rules.statuses import CallbackStatus
from intake.rules.wishes import NextCall
from intake.services.status_page import StatusPage
from intake.views.public.post_words import Post, post_of

_NO_ZONE = "America/New_York"
# More than these at once nobody reads; the rest opens on demand.
_SHOWN_REASONS = 4


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
    more_reasons: list[str]
    sample: bool


@dataclass(frozen=True, kw_only=True)
class FamilyPage:
    """`doctors` is None while we still look; empty when nobody on our list fits."""

    reference: str
    spoken_reference: str
    for_match: bool
    call: Call
    doctors: list[ShownDoctor] | None
    nearer: list[str]
    widened: bool
    caution: str
    guide_is_coming: bool
    mailings: list[Post]
    phone: str | None
    email: str | None


def family_page(
    page: StatusPage, centres: dict[UUID, str], *, planned: NextCall | None, now: datetime
) -> FamilyPage:
    lead = page.lead
    words = words_for(Relation(lead.relation), lead.patient.first_name if lead.patient else None)
    contact = lead.contact
    return FamilyPage(
        reference=lead.reference,
        spoken_reference=spoken(lead.reference),
        for_match=lead.kind == RequestKind.MATCH,
        call=_call(page, planned, now),
        doctors=_doctors(page.match_set, centres, words),
        nearer=nearer_texts(page.match_set, words) if page.match_set else [],
        widened=bool(page.match_set and page.match_set.widened),
        caution=caution_text(words),
        guide_is_coming=lead.wants_guide and not page.mailings,
        mailings=post_of(page.mailings, page.coming, zone_of(lead)),
        phone=say_phone(contact.phone) if contact.phone else None,
        email=contact.email,
    )


def centre_ids(page: StatusPage) -> set[UUID]:
    matches = page.match_set.matches if page.match_set else []
    return {m.location.centre_id for m in matches if m.location and m.location.centre_id}


def zone_of(lead: Lead) -> str:
    return lead.time_zones[0] if lead.time_zones else _NO_ZONE


def _call(page: StatusPage, planned: NextCall | None, now: datetime) -> Call:
    """`planned` stands in for the callback until the work of the desk has stored one."""
    callback = page.callback
    if callback is None and planned is None:
        return _no_call(page.lead)
    if callback is not None and callback.status == CallbackStatus.CANCELLED:
        return Call("none", "No call is planned.")
    if callback is not None and callback.status == CallbackStatus.DONE:
        return Call("done", "We have called. If you want to talk again, ring us.")
    if callback is not None and callback.status == CallbackStatus.CLAIMED:
        return Call("waiting", "A nurse has your request in front of her and is about to call you.")
    owed = callback or planned
    assert owed is not None
    return _owed(owed.due_at, owed.promise_by, zone_of(page.lead), now)


def _no_call(lead: Lead) -> Call:
    if lead.wants_call:
        return Call("planning", "A nurse will call you. We are still looking for the time.")
    return Call("none", "You did not ask for a call. You can ring us at any time.")


def _owed(due_at: datetime, promise_by: datetime, zone: str, now: datetime) -> Call:
    promised = say_when(promise_by, zone, now=now)
    if promise_by < now:
        sorry = f"We should have called you {promised}. We did not, and we are sorry."
        return Call("late", f"{sorry} You need not wait: ring us.")
    if due_at <= now:
        return Call("waiting", f"A nurse will call you soon, at the latest {promised}.")
    due = say_when(due_at, zone, now=now)
    return Call("waiting", f"A nurse will call you {due}. The latest is {say_hour(promise_by, zone)}.")


def _doctors(
    match_set: MatchSet | None, centres: dict[UUID, str], words: RelationWords
) -> list[ShownDoctor] | None:
    if match_set is None:
        return None
    return [_doctor(match, centres, words) for match in match_set.matches]


def _doctor(match: Match, centres: dict[UUID, str], words: RelationWords) -> ShownDoctor:
    doctor, location = match.doctor, match.location
    phone = location.phone if location else None
    reasons = _reasons(match, words)
    return ShownDoctor(
        key=doctor.npi or str(doctor.id),
        name=f"{doctor.name}, {doctor.credential}" if doctor.credential else doctor.name,
        centre=centres.get(location.centre_id) if location and location.centre_id else None,
        place=f"{location.city}, {location.state}" if location else "",
        distance=distance_text(match.distance_miles) if match.distance_miles is not None else None,
        phone=say_phone(phone) if phone else None,
        phone_link=phone,
        reasons=reasons[:_SHOWN_REASONS],
        more_reasons=reasons[_SHOWN_REASONS:],
        sample=doctor.sample,
    )


def _reasons(match: Match, words: RelationWords) -> list[str]:
    """In words, without the distance: that stands under the name."""
    reasons = [Reason.from_json(raw) for raw in match.reasons]
    return [text_for(reason, words) for reason in reasons if reason.code != "distance"]
