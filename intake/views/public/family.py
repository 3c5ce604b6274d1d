"""A family's request in plain words: what is ready, what is coming, what did not work."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from intake.documents.data import IN_REMISSION, DoctorEntry
from intake.forms.contact_details import say_phone
from intake.forms.times import say_date, say_hour, say_when
from intake.language import gettext
from intake.models.lead import Lead
from intake.models.promise import Breach
from intake.rules.facts import RequestKind, TreatmentStatus
from intake.rules.nearer_words import nearer_texts
from intake.rules.promises import BreachReason
from intake.rules.reason_words import caution_text
from intake.rules.references import spoken
from intake.rules.statuses import CallbackStatus
from intake.rules.wishes import NextCall
from intake.services import doctor_list
from intake.services.call_changes import may_change
from intake.services.status_page import StatusPage
from intake.views.public.doctor_map import DoctorMap, doctor_map
from intake.views.public.post_words import Post, letters_of, post_of

_NO_ZONE = "America/New_York"


@dataclass(frozen=True)
class Call:
    """`state` is none, planning, waiting, late or done; the words are whole sentences.

    `due_at` and `promise_by` (aware) are there while a call lies ahead.
    """

    state: str
    words: str
    may_change: bool = False
    due_at: datetime | None = None
    promise_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FamilyPage:
    """`doctors` is None while we still look; empty when nobody on our list fits."""

    reference: str
    spoken_reference: str
    for_match: bool
    call: Call
    doctors: Sequence[DoctorEntry] | None
    map: DoctorMap | None
    nearer: list[str]
    widened: bool
    caution: str
    documents: Sequence[tuple[str, str]]
    guide_is_coming: bool
    mailings: list[Post]
    may_remind: bool
    reminded_of: str | None
    phone: str | None
    email: str | None


def family_page(
    page: StatusPage, centres: dict[UUID, str], *, planned: NextCall | None, now: datetime
) -> FamilyPage:
    lead = page.lead
    words = doctor_list.relation_words(lead)
    contact = lead.contact
    doctors = (
        doctor_list.entries(
            page.match_set.matches, centres, words, chosen=page.chosen, off_list=page.off_list
        )
        if page.match_set
        else None
    )
    return FamilyPage(
        reference=lead.reference,
        spoken_reference=spoken(lead.reference),
        for_match=lead.kind == RequestKind.MATCH,
        call=replace(_call(page, planned, now), may_change=may_change(lead, page.callback)),
        doctors=doctors,
        map=doctor_map(doctors or ()),
        nearer=nearer_texts(page.match_set, words) if page.match_set else [],
        widened=bool(page.match_set and page.match_set.widened),
        caution=caution_text(words),
        documents=_documents(lead),
        guide_is_coming=lead.wants_guide and not page.mailings,
        may_remind=_may_remind(page),
        reminded_of=_reminded_of(page),
        mailings=[
            *post_of(page.mailings, page.coming, zone_of(lead)),
            *letters_of(page.letters, zone_of(lead)),
        ],
        phone=say_phone(contact.phone) if contact.phone else None,
        email=contact.email,
    )


def zone_of(lead: Lead) -> str:
    return lead.time_zones[0] if lead.time_zones else _NO_ZONE


def _documents(lead: Lead) -> list[tuple[str, str]]:
    """Name in the address, and title, of what a family can print."""
    found = [("guide", gettext("The guide")), ("questions", gettext("Questions to ask your doctor"))]
    if lead.kind == RequestKind.MATCH:
        found.insert(0, ("doctors", gettext("Your doctor list")))
    if TreatmentStatus(lead.treatment_status) in IN_REMISSION:
        found.append(("checkups", gettext("After treatment: checkups and signs")))
    return found


def _call(page: StatusPage, planned: NextCall | None, now: datetime) -> Call:
    """`planned` stands in for the callback until the work of the desk has stored one."""
    callback = page.callback
    if callback is None and planned is None:
        return _no_call(page.lead)
    if callback is not None and callback.status == CallbackStatus.CANCELLED:
        return Call("none", gettext("No call is planned."))
    if callback is not None and callback.status == CallbackStatus.DONE:
        return Call("done", gettext("We have called. If you want to talk again, call us."))
    if callback is not None and callback.status == CallbackStatus.CLAIMED:
        return Call("waiting", gettext("A nurse has your request in front of her and is about to call you."))
    owed = callback or planned
    assert owed is not None
    found = _owed(owed.due_at, owed.promise_by, zone_of(page.lead), now)
    return _later_than_said(page.breach, owed.promise_by, found) if page.breach else found


def _later_than_said(breach: Breach, promise_by: datetime, found: Call) -> Call:
    """What we know already of a promise that we will not keep, before its time is over."""
    if found.state == "late":
        return found
    if breach.promise_by == promise_by and breach.settled_at is None:
        sorry = gettext(
            "We may call you later than we said, and we are sorry. You have not lost your place. "
            "You need not wait: ring us."
        )
        return Call("late", sorry)
    if breach.likely == BreachReason.OFFICE_CLOSED and breach.promise_by < promise_by and not breach.rung_at:
        sorry = gettext("We are closed at the time we gave you, and we are sorry.")
        return Call(found.state, f"{sorry} {found.words}")
    return found


def _no_call(lead: Lead) -> Call:
    if lead.wants_call:
        return Call("planning", gettext("A nurse will call you. We are still looking for the time."))
    return Call("none", gettext("You did not ask for a call. You can call us at any time."))


def _owed(due_at: datetime, promise_by: datetime, zone: str, now: datetime) -> Call:
    promised = say_when(promise_by, zone, now=now)
    if promise_by < now:
        sorry = gettext(
            "We should have called you %(when)s. We did not, and we are sorry. You need not wait: call us.",
            when=promised,
        )
        return Call("late", sorry)
    if due_at <= now:
        return Call("waiting", gettext("A nurse will call you soon, at the latest %(when)s.", when=promised))
    due = say_when(due_at, zone, now=now)
    latest = say_hour(promise_by, zone)
    words = gettext("A nurse will call you %(when)s. The latest is %(hour)s.", when=due, hour=latest)
    return Call("waiting", words, due_at=due_at, promise_by=promise_by)


def _may_remind(page: StatusPage) -> bool:
    """Offered to whoever is past treatment and can be mailed, and to whoever has asked before."""
    past = TreatmentStatus(page.lead.treatment_status) in IN_REMISSION
    return page.can_be_reminded and (past or page.reminders is not None)


def _reminded_of(page: StatusPage) -> str | None:
    day = page.reminders.appointment_on if page.reminders else None
    return say_date(day) if day else None
