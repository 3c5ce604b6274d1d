"""Mailings as rows: planned once per lead and step, sent by a worker, never twice by themselves."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.db import insert_new, new_token, row_values
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.facts import Channel
from intake.rules.statuses import LeadStatus, MailingStatus
from intake.services import outbox, suppressions
from intake.workflow import Event

_PLAN = insert_new(Mailing).returning(Mailing.__table__.c.id, Mailing.__table__.c.due_at)


def plan_mailings(session: Session, lead: Lead, steps: Mapping[str, datetime], *, now: datetime) -> None:
    """Plan steps (name -> due) for a lead and the work of sending each. One that is planned stays."""
    if not steps:
        return
    rows = [_row(lead, step, due_at, now) for step, due_at in steps.items()]
    for mailing_id, due_at in session.execute(_PLAN, rows):
        outbox.record(session, Event.MAILING_PLANNED, mailing_id, now=now, due_at=due_at)


def _row(lead: Lead, step: str, due_at: datetime, now: datetime) -> dict[str, object]:
    token = new_token()
    mailing = Mailing(
        lead_id=lead.id,
        step=step,
        status=MailingStatus.PLANNED,
        message_id=str(uuid4()),
        due_at=due_at,
        created_at=now,
        unsubscribe_token=token,
        unsubscribe_token_blind=keyring().blind("unsubscribe", token),
    )
    return row_values(mailing)


def asked_for_mail(lead: Lead) -> bool:
    """Whether a series is owed: the box was ticked, there is an address, and the lead is open."""
    return lead.wants_guide and lead.contact.email_blind is not None and lead.status == LeadStatus.OPEN


def may_mail(session: Session, lead: Lead) -> bool:
    """Whether mail was asked for and the address never said stop. Asked again just before sending."""
    return asked_for_mail(lead) and not suppressions.is_suppressed(
        session, Channel.EMAIL, lead.contact.email_blind
    )
