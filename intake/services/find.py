"""Find a family by what they say on the phone: reference, number, email or last name.

Identity is sealed; the look-up goes through keyed hashes, so only the whole of it finds anything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import Callback
from intake.models.lead import Contact, Lead
from intake.models.staff import Staff
from intake.services import audit, lead_access
from intake.services.blind import email_blind, last_name_blinds, phone_blind
from intake.services.pool import OPEN
from intake.services.staff import actor

LISTED = 50
_BETWEEN = re.compile(r"[\s\-.]+")


class By(StrEnum):
    """What the words were taken for."""

    REFERENCE = "reference"
    PHONE = "phone"
    EMAIL = "email"
    LAST_NAME = "last_name"


@dataclass(frozen=True)
class Query:
    """`phone` in E.164 when the words can be a number."""

    text: str
    phone: str | None = None


@dataclass(frozen=True)
class Found:
    """A request. `call` is its open call, its own or its family's."""

    lead: Lead
    call: Callback | None


@dataclass(frozen=True)
class Results:
    """The newest first, at most LISTED; `more` when that was not all."""

    by: By
    found: Sequence[Found]
    more: bool


def find(session: Session, query: Query, staff: Staff, *, now: datetime) -> Results:
    """What these words find. Who searched by what, and whom it showed, is audited."""
    by, condition = _meaning(session, query)
    rows = session.scalars(_newest(condition)).all()
    leads = rows[:LISTED]
    calls = _calls(session, leads)
    audit.note(session, actor(staff.id), "leads.searched", "search", by, now=now, found=len(leads))
    for lead in leads:
        audit.note(session, actor(staff.id), lead_access.FOUND, "lead", lead.id, now=now, by=by)
    found = [Found(lead, calls.get(lead.id) or calls.get(lead.family_id)) for lead in leads]
    return Results(by, found, more=len(rows) > LISTED)


def by_reference(session: Session, typed: str) -> Lead | None:
    """The request with this reference, however it was typed; None when there is none."""
    wanted = select(Lead).where(Lead.reference == _plain(typed))
    return session.scalars(wanted.options(joinedload(Lead.contact))).one_or_none()


def _plain(reference: str) -> str:
    return _BETWEEN.sub("", reference).upper()


def _meaning(session: Session, query: Query) -> tuple[By, ColumnElement[bool]]:
    """A name can look like a reference: it is one when a request has it."""
    text = query.text.strip()
    if "@" in text:
        return By.EMAIL, Contact.email_blind == email_blind(text)
    if query.phone:
        return By.PHONE, Contact.phone_blind == phone_blind(query.phone)
    if any(sign.isdigit() for sign in text) or by_reference(session, text):
        return By.REFERENCE, Lead.reference == _plain(text)
    return By.LAST_NAME, Contact.last_name_blind.in_(last_name_blinds(text))


def _newest(condition: ColumnElement[bool]) -> Select[Lead]:
    wanted = select(Lead).join(Contact, Contact.lead_id == Lead.id).where(condition)
    return (
        wanted.options(joinedload(Lead.contact), joinedload(Lead.patient))
        .order_by(Lead.created_at.desc())
        .limit(LISTED + 1)
    )


def _calls(session: Session, leads: Sequence[Lead]) -> dict[UUID | None, Callback]:
    """Open calls by their lead and by their family."""
    ids = [lead.id for lead in leads]
    families = [lead.family_id for lead in leads if lead.family_id]
    theirs = Callback.lead_id.in_(ids) | Callback.family_id.in_(families)
    found: dict[UUID | None, Callback] = {}
    for call in session.scalars(select(Callback).where(OPEN, theirs)):
        found[call.lead_id] = call
        if call.family_id:
            found[call.family_id] = call
    return found
