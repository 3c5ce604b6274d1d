"""Mailings as rows: planned once per lead and step, sent by a worker, never twice by themselves."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.db import new_token
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.facts import Channel
from intake.rules.statuses import MailingStatus
from intake.services import outbox, suppressions
from intake.workflow import Event


def plan_mailing(session: Session, lead: Lead, step: str, *, due_at: datetime, now: datetime) -> None:
    """Plan one step for a lead and the work of sending it. A step that is planned already stays."""
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
    values = {column.key: getattr(mailing, column.key) for column in Mailing.__table__.columns}
    stored = session.execute(insert(Mailing).values(values).on_conflict_do_nothing().returning(Mailing.id))
    if stored.scalar_one_or_none() is not None:
        outbox.record(session, Event.MAILING_PLANNED, mailing.id, now=now, due_at=due_at)


def may_mail(session: Session, lead: Lead) -> bool:
    """Whether this lead agreed to mail and its address never said stop. Asked again just before sending."""
    return lead.wants_guide and not suppressions.is_suppressed(
        session, Channel.EMAIL, lead.contact.email_blind
    )
