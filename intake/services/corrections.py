"""What a family told us is corrected: by themselves, or by staff who spoke with them."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.errors import StaleLease
from intake.models.callback import Callback
from intake.models.lead import ContactChange, Lead, Patient
from intake.models.mailing import Mailing
from intake.places import find_place, zones_for_state
from intake.rules.outcomes import OutcomeCode
from intake.rules.statuses import LeadStatus, MailingStatus
from intake.services import audit, family_calls, outbox, series
from intake.services.blind import email_blind, last_name_blind, phone_blind
from intake.services.call_plans import urgency
from intake.services.mailings import plan_mailings
from intake.services.skills import needs_of
from intake.workflow import Event

_SETTLED = (MailingStatus.ACCEPTED, MailingStatus.FAILED, MailingStatus.UNKNOWN)


class StaleFacts(StaleLease):
    """Somebody else corrected the request after the page was made."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a request says, as stored values; "" for what is not known.

    `time_zone` is what they said of their clock just now; empty means that the place decides.
    """

    first_name: str
    last_name: str
    patient_first_name: str
    relation: str
    diagnosis: str
    cell_type: str
    stage: str
    treatment_status: str
    zip: str
    state: str
    time_zone: str
    travel: str
    veteran: str
    insurance: str
    language: str
    voicemail: str

    @classmethod
    def of(cls, lead: Lead) -> "Facts":
        """`lead.contact` and `lead.patient` must be loaded."""
        return cls(
            first_name=lead.contact.first_name,
            last_name=lead.contact.last_name or "",
            patient_first_name=(lead.patient.first_name or "") if lead.patient else "",
            relation=lead.relation,
            diagnosis=lead.diagnosis,
            cell_type=lead.cell_type,
            stage=lead.stage,
            treatment_status=lead.treatment_status,
            zip=lead.zip or "",
            state=lead.state or "",
            time_zone="",
            travel=lead.travel,
            veteran="" if lead.veteran is None else "yes" if lead.veteran else "no",
            insurance=lead.insurance or "",
            language=lead.language,
            voicemail="yes" if lead.voicemail_may_mention else "no",
        )

    def differing(self, other: "Facts") -> list[str]:
        """Names of the facts in which the two differ."""
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(other, one.name)]


def lead_with_people(session: Session, lead_id: UUID, *, hold: bool = False) -> Lead | None:
    people = (joinedload(Lead.contact), joinedload(Lead.patient))
    wanted = select(Lead).where(Lead.id == lead_id).options(*people).execution_options(populate_existing=True)
    return session.scalars(wanted.with_for_update(of=Lead) if hold else wanted).one_or_none()


def correct_facts(
    session: Session, lead: Lead, facts: Facts, *, version: int, by: str, now: datetime
) -> None:
    """Replace what the request says; doctors are looked for anew. `lead` is held with its people.

    Raises StaleFacts when somebody else corrected it since the page was made.
    """
    if lead.version != version:
        raise StaleFacts(f"lead {lead.id} is at version {lead.version}, the page at {version}")
    changed = Facts.of(lead).differing(facts)
    if not changed:
        return
    _put_people(session, lead, facts)
    _put_illness(lead, facts)
    if {"zip", "state", "time_zone"} & set(changed):
        _put_place(lead, facts)
    lead.version += 1
    _tell_the_call(session, lead)
    audit.note(session, by, "lead.facts_corrected", "lead", lead.id, now=now, facts=changed)
    outbox.record(session, Event.FACTS_CORRECTED, lead.id, now=now)
    session.flush()
    series.plan(session, [lead.id], now=now)


def correct_phone(session: Session, lead: Lead, phone: str, *, by: str, now: datetime) -> None:
    """Replace a mistyped phone (E.164); the old one is kept. A call ended by the wrong one is owed again."""
    contact = lead.contact
    if phone == contact.phone:
        return
    _keep_old(session, lead, "phone", contact.phone, by=by, now=now)
    contact.phone, contact.phone_blind = phone, phone_blind(phone)
    last = family_calls.of_lead(session, lead.id)
    in_vain = last is not None and last.closed_at and last.outcome in (OutcomeCode.WRONG_NUMBER, None)
    if in_vain and lead.wants_call and lead.status == LeadStatus.OPEN:
        outbox.record(session, Event.CALL_ASKED, lead.id, now=now)


def correct_email(session: Session, lead: Lead, email: str, *, by: str, now: datetime) -> None:
    """Replace a mistyped email; the old one is kept. A guide that went there is sent again."""
    contact = lead.contact
    if email_blind(email) == contact.email_blind:
        return
    _keep_old(session, lead, "email", contact.email, by=by, now=now)
    contact.email, contact.email_blind = email, email_blind(email)
    session.flush()
    series.plan(session, [lead.id], now=now)
    _send_guide_again(session, lead, now=now)


def _keep_old(session: Session, lead: Lead, field: str, old: str | None, *, by: str, now: datetime) -> None:
    session.add(ContactChange(lead_id=lead.id, at=now, by=by, field=field, old=old))
    audit.note(session, by, f"contact.{field}_corrected", "lead", lead.id, now=now)
    outbox.record(session, Event.CONTACT_CORRECTED, lead.id, now=now)


def _send_guide_again(session: Session, lead: Lead, *, now: datetime) -> None:
    """The new address was never mailed, so this is no second mail to anyone."""
    sent = [
        mailing
        for mailing in session.scalars(select(Mailing).where(Mailing.lead_id == lead.id))
        if mailing.step.partition(".")[0] == "guide"
    ]
    if lead.wants_guide and sent and all(mailing.status in _SETTLED for mailing in sent):
        plan_mailings(session, lead, {f"guide.{len(sent) + 1}": now}, now=now)


def _put_people(session: Session, lead: Lead, facts: Facts) -> None:
    contact, patient = lead.contact, lead.patient
    contact.first_name = facts.first_name
    contact.last_name, contact.last_name_blind = facts.last_name or None, last_name_blind(facts.last_name)
    if patient is not None:
        patient.first_name = facts.patient_first_name or None
    elif facts.patient_first_name:
        session.add(Patient(lead_id=lead.id, first_name=facts.patient_first_name))


def _put_illness(lead: Lead, facts: Facts) -> None:
    lead.relation, lead.diagnosis, lead.cell_type = facts.relation, facts.diagnosis, facts.cell_type
    lead.stage, lead.treatment_status, lead.travel = facts.stage, facts.treatment_status, facts.travel
    lead.veteran = {"yes": True, "no": False}.get(facts.veteran)
    lead.insurance, lead.language = facts.insurance or None, facts.language
    lead.voicemail_may_mention = facts.voicemail == "yes"


def _put_place(lead: Lead, facts: Facts) -> None:
    """A zone that they named themselves is certain; else the ZIP code's, or the state's."""
    place = find_place(facts.zip) if facts.zip else None
    lead.zip, lead.state = facts.zip or None, place.state if place else facts.state or None
    if facts.time_zone:
        lead.time_zones, lead.time_zone_certain = [facts.time_zone], True
        return
    lead.time_zones = list((place.zones if place else ()) or zones_for_state(lead.state))
    lead.time_zone_certain = bool(place and place.zone_certain)


def _tell_the_call(session: Session, lead: Lead) -> None:
    """An open call is as urgent, and needs as much, as the requests that wait for it say now."""
    call = family_calls.of_lead(session, lead.id)
    if call is None or call.closed_at is not None:
        return
    session.flush()
    held = session.get_one(Callback, call.id, with_for_update=True, populate_existing=True)
    waiting = select(Callback.lead_id).where((Callback.id == call.id) | (Callback.merged_into == call.id))
    theirs = session.scalars(select(Lead).where(Lead.id.in_(waiting))).all()
    held.urgency = max(urgency(one) for one in theirs)
    held.needs = list(dict.fromkeys(need for one in theirs for need in needs_of(one)))
