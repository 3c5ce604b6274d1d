"""Mailings as rows: planned once per lead and step, sent by a worker, never twice by themselves."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.statuses import MailingStatus, change
from intake.services import outbox
from intake.workflow import Event

_TRIED = (MailingStatus.ACCEPTED, MailingStatus.FAILED)
# As text and with all rows in one value: a statement for each takes ten times as long.
_PLAN = text(
    """
    INSERT INTO mailing (id, lead_id, step, status, message_id, due_at, created_at)
    SELECT gen_random_uuid(), lead_id, step, 'planned', gen_random_uuid(), due_at, :now
    FROM jsonb_to_recordset(CAST(:steps AS jsonb)) AS wanted(lead_id uuid, step text, due_at timestamptz)
    ON CONFLICT DO NOTHING RETURNING id, due_at
    """
)


def plan_mailings(session: Session, lead: Lead, steps: Mapping[str, datetime], *, now: datetime) -> int:
    """Plan steps (key -> due) for one lead; return how many are new."""
    return plan_rows(session, [(lead.id, key, due_at) for key, due_at in steps.items()], now=now)


def plan_rows(session: Session, steps: Iterable[tuple[UUID, str, datetime]], *, now: datetime) -> int:
    """Plan mailings (lead, key, due) and the work of sending each; one that is there already stays."""
    rows = [{"lead_id": lead_id, "step": key, "due_at": due_at} for lead_id, key, due_at in steps]
    if not rows:
        return 0
    given = {"steps": json.dumps(rows, default=str), "now": now}
    new = [(row.id, row.due_at) for row in session.execute(_PLAN, given)]
    outbox.record_each(session, Event.MAILING_PLANNED, new, now=now)
    return len(new)


def was_refused(session: Session, lead_id: UUID, email_blind: bytes) -> bool:
    """Whether the newest mail that was handed over for this address was not taken."""
    tried = (Mailing.lead_id == lead_id, Mailing.recipient_blind == email_blind, Mailing.status.in_(_TRIED))
    newest = select(Mailing.status).where(*tried).order_by(Mailing.answered_at.desc()).limit(1)
    return session.scalars(newest).first() == MailingStatus.FAILED


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
