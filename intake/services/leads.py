"""Take a request for help: the lead, its consents, its audit entry and its work are one commit."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from intake import later
from intake.crypto import keyring
from intake.db import insert_new, new_token, row_values
from intake.errors import PermanentError
from intake.models.lead import Contact, Lead, Patient
from intake.places import find_place, zones_for_state
from intake.rules.facts import (
    CallDay,
    CellType,
    DayPart,
    Diagnosis,
    Insurance,
    Language,
    LeadSource,
    Relation,
    RequestKind,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.rules.references import new_reference
from intake.rules.statuses import LeadStatus
from intake.services import audit, consents, outbox
from intake.services.blind import email_blind, last_name_blind, phone_blind
from intake.services.consents import ConsentAnswer, Trace
from intake.workflow import Event

__all__ = ["ConsentAnswer", "NewLead", "Submitted", "find_submitted", "get_lead", "submit_lead"]

_WITH_CONTACT = select(Lead).where(Lead.id == bindparam("id")).options(joinedload(Lead.contact))
# The database's clock says when it was stored: the first stage that a family waits through.
_INSERT_LEAD = insert_new(Lead).values(stored_at=func.clock_timestamp()).returning(Lead.__table__.c.id)


@dataclass(frozen=True, kw_only=True)
class NewLead:
    """What the form hands over, already checked for shape. Phone is E.164."""

    submission_id: str
    kind: RequestKind
    source: LeadSource = LeadSource.WEB
    came_from: str | None = None
    first_name: str
    last_name: str | None = None
    phone: str | None = None
    email: str | None = None
    patient_first_name: str | None = None
    relation: Relation = Relation.SELF
    diagnosis: Diagnosis = Diagnosis.UNSURE
    cell_type: CellType = CellType.UNKNOWN
    stage: Stage = Stage.UNKNOWN
    treatment_status: TreatmentStatus = TreatmentStatus.UNSURE
    zip: str | None = None
    state: str | None = None
    time_zone: str | None = None
    travel: Travel = Travel.UNSURE
    veteran: bool | None = None
    insurance: Insurance | None = None
    language: Language = Language.ENGLISH
    voicemail_may_mention: bool = False
    call_day: CallDay | None = None
    call_on: date | None = None
    call_part: DayPart | None = None
    consents: tuple[ConsentAnswer, ...] = field(default=())
    page: str = ""
    address: str = ""
    user_agent: str = ""
    gpc: bool = False


@dataclass(frozen=True)
class Submitted:
    lead_id: UUID
    reference: str
    status_token: str


def submit_lead(session: Session, new: NewLead, *, now: datetime, by: str = "visitor") -> Submitted:
    """Store the request and what is owed for it.

    The same submission id twice is one lead: the second call answers as the first did. Two at
    the same moment are held apart by the unique key; the loser waits for the winner's commit. `by` is
    the actor of the audit: whoever writes down what is said on the phone.
    """
    lead = _lead(new, now)
    if not _insert(session, lead):
        again = find_submitted(session, new.submission_id)
        return again or submit_lead(session, new, now=now, by=by)
    _add_people(session, lead, new)
    trace = Trace(page=new.page, address=new.address, user_agent=new.user_agent, gpc=new.gpc)
    consents.record(session, lead.id, new.consents, trace, now=now)
    audit.note(session, by, "lead.submitted", "lead", lead.id, now=now)
    outbox.record(session, Event.LEAD_SUBMITTED, lead.id, now=now)
    return Submitted(lead.id, lead.reference, lead.status_token)


def get_lead(session: Session, lead_id: UUID) -> Lead:
    """The lead with its contact. Raises PermanentError when it is gone: no retry brings it back."""
    lead = session.scalars(_WITH_CONTACT, {"id": lead_id}).one_or_none()
    if lead is None:
        raise PermanentError(f"lead {lead_id} is gone")
    return lead


def find_submitted(session: Session, submission_id: str) -> Submitted | None:
    """The lead that this submission id already made, if any."""
    lead = session.scalars(select(Lead).where(Lead.submission_id == submission_id)).one_or_none()
    return Submitted(lead.id, lead.reference, lead.status_token) if lead else None


def _insert(session: Session, lead: Lead) -> bool:
    """Insert unless the submission id or the reference is taken; say whether it went in."""
    given = row_values(lead)
    del given["stored_at"]
    return later.ask(session, _INSERT_LEAD, given).scalar_one_or_none() is not None


def _lead(new: NewLead, now: datetime) -> Lead:
    place = find_place(new.zip) if new.zip else None
    state = place.state if place else new.state
    zones = (new.time_zone,) if new.time_zone else (place.zones if place else ()) or zones_for_state(state)
    token = new_token()
    return Lead(
        version=1,
        reference=new_reference(),
        submission_id=new.submission_id,
        kind=new.kind,
        source=new.source,
        came_from=new.came_from,
        status=LeadStatus.OPEN,
        created_at=now,
        relation=new.relation,
        diagnosis=new.diagnosis,
        cell_type=new.cell_type,
        stage=new.stage,
        treatment_status=new.treatment_status,
        zip=new.zip,
        state=state,
        travel=new.travel,
        veteran=new.veteran,
        insurance=new.insurance,
        time_zones=list(zones),
        time_zone_certain=bool(new.time_zone) or bool(place and place.zone_certain),
        language=new.language,
        voicemail_may_mention=new.voicemail_may_mention,
        wants_call=new.call_day is not None and new.phone is not None,
        call_day=new.call_day,
        call_on=new.call_on,
        call_part=new.call_part,
        wants_guide=any(consent.key == "email_guide" and consent.given for consent in new.consents),
        status_token=token,
        status_token_blind=keyring().blind("status", token),
    )


def _add_people(session: Session, lead: Lead, new: NewLead) -> None:
    contact = Contact(
        lead_id=lead.id,
        first_name=new.first_name,
        last_name=new.last_name,
        phone=new.phone,
        email=new.email,
        last_name_blind=last_name_blind(new.last_name),
        phone_blind=phone_blind(new.phone),
        email_blind=email_blind(new.email),
    )
    later.append(session, contact)
    if new.patient_first_name:
        later.append(session, Patient(lead_id=lead.id, first_name=new.patient_first_name))
