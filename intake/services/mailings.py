"""Mailings as rows: planned once per lead and step, sent by a worker, never twice by themselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from intake.db import insert_new
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.statuses import MailingStatus, change
from intake.services import outbox
from intake.workflow import Event

_PLAN = insert_new(Mailing).returning(Mailing.__table__.c.id, Mailing.__table__.c.due_at)


def plan_mailings(session: Session, lead: Lead, steps: Mapping[str, datetime], *, now: datetime) -> int:
    """Plan steps (key -> due) for one lead; return how many are new."""
    return plan_rows(session, [(lead.id, key, due_at) for key, due_at in steps.items()], now=now)


def plan_rows(session: Session, steps: Iterable[tuple[UUID, str, datetime]], *, now: datetime) -> int:
    """Plan mailings (lead, key, due) and the work of sending each; one that is there already stays."""
    rows = [_row(lead_id, key, due_at, now) for lead_id, key, due_at in steps]
    new = session.execute(_PLAN, rows).all() if rows else []
    outbox.record_each(session, Event.MAILING_PLANNED, [(row_id, due_at) for row_id, due_at in new], now=now)
    return len(new)


def plan_again(session: Session, mailing_id: UUID, due_at: datetime, *, now: datetime) -> None:
    """What forbade a mailing is gone: it waits anew."""
    mailing = session.get_one(Mailing, mailing_id, with_for_update=True)
    if mailing.status != MailingStatus.SUPPRESSED:
        return
    mailing.status = change(MailingStatus.SUPPRESSED, MailingStatus.PLANNED)
    mailing.due_at, mailing.because, mailing.answer, mailing.answered_at = due_at, None, None, None
    outbox.record(session, Event.MAILING_PLANNED, mailing_id, now=now, due_at=due_at)


def turn(
    mailing: Mailing, status: MailingStatus, *, because: str | None = None, answer: str = "", now: datetime
) -> None:
    """Move a mailing to a status that ends its try, and say why. Raises IllegalTransition."""
    mailing.status = change(MailingStatus(mailing.status), status)
    mailing.because, mailing.answer, mailing.answered_at = because, answer or mailing.answer, now


def _row(lead_id: UUID, key: str, due_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "lead_id": lead_id,
        "step": key,
        "status": MailingStatus.PLANNED,
        "message_id": str(uuid4()),
        "due_at": due_at,
        "created_at": now,
    }
