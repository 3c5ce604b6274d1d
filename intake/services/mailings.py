"""Mailings as rows: planned once per lead and step, sent by a worker, never twice by themselves."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from intake import later
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.rules.statuses import MailingStatus, change
from intake.services import outbox
from intake.services.outbox_statements import inserting
from intake.workflow import Event

_TRIED = (MailingStatus.ACCEPTED, MailingStatus.FAILED)
# As text and with all rows in one value: a statement for each takes ten times as long.
_PLAN = inserting(
    """
    INSERT INTO mailing (id, lead_id, step, status, message_id, due_at, created_at)
    SELECT gen_random_uuid(), lead_id, step, 'planned', gen_random_uuid(), due_at, :now
    FROM jsonb_to_recordset(CAST(:steps AS jsonb)) AS planned(lead_id uuid, step text, due_at timestamptz)
    ON CONFLICT DO NOTHING RETURNING id AS subject_id, due_at
    """
)
# The status is hidden from its index: PostgreSQL would read all that is planned for each batch.
_MOVE = text(
    """
    WITH free AS (
        SELECT id, wanted.due_at
        FROM mailing JOIN jsonb_to_recordset(CAST(:moved AS jsonb)) AS wanted(id uuid, due_at timestamptz)
            USING (id)
        WHERE status || '' = 'planned' ORDER BY id FOR UPDATE OF mailing SKIP LOCKED
    )
    UPDATE mailing SET due_at = free.due_at, because = NULL FROM free WHERE mailing.id = free.id
    RETURNING mailing.id, mailing.due_at
    """
)
_TAKE_UP = text(
    """
    UPDATE mailing SET status = 'sending', sending_at = :now, first_tried_at = coalesce(first_tried_at, :now),
        rule_version = :rule_version, recipient_blind = :recipient_blind, because = NULL
    WHERE id = :id
    """
)
_ACCEPT = text(
    """
    UPDATE mailing SET status = 'accepted', answered_at = :now, answer = :answer, provider_id = :provider_id,
        because = NULL
    WHERE id = :id AND status = 'sending' RETURNING id
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
    given = {"steps": json.dumps(rows, default=str)}
    return outbox.record_inserted(session, Event.MAILING_PLANNED, _PLAN, given, now=now)


def move_each(session: Session, moved: Mapping[UUID, datetime]) -> list[tuple[UUID, datetime]]:
    """Give planned mailings another time, each its own; return those that no worker holds or has taken.

    Rows that the session has loaded are not told.
    """
    if not moved:
        return []
    rows = [{"id": mailing_id, "due_at": due_at} for mailing_id, due_at in moved.items()]
    found = later.ask(session, _MOVE, {"moved": json.dumps(rows, default=str)})
    return [(row[0], row[1]) for row in found]


def hold_planned(session: Session, mailing_ids: Collection[UUID]) -> Sequence[Mailing]:
    """The rows, in one order for everybody, less those that a worker holds at this moment or has taken."""
    if not mailing_ids:
        return ()
    wanted = select(Mailing).where(Mailing.id.in_(mailing_ids), Mailing.status == MailingStatus.PLANNED)
    return session.scalars(wanted.order_by(Mailing.id).with_for_update(skip_locked=True)).all()


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


def take_up(
    session: Session, mailing: Mailing, *, rule_version: str, recipient_blind: bytes | None, now: datetime
) -> None:
    """A locked mailing goes to `sending` at the commit, and the row that the session has is not told.

    Raises IllegalTransition.
    """
    change(MailingStatus(mailing.status), MailingStatus.SENDING)
    given = {"id": mailing.id, "rule_version": rule_version, "recipient_blind": recipient_blind, "now": now}
    later.run(session, _TAKE_UP, given)


def accept(
    session: Session, mailing_id: UUID, *, answer: str, provider_id: str | None, now: datetime
) -> bool:
    """The server took what was `sending`. False, and nothing is written, when it is not."""
    change(MailingStatus.SENDING, MailingStatus.ACCEPTED)
    given = {"id": mailing_id, "answer": answer, "provider_id": provider_id, "now": now}
    return later.ask(session, _ACCEPT, given).scalar() is not None


def turn(
    mailing: Mailing, status: MailingStatus, *, because: str | None = None, answer: str = "", now: datetime
) -> None:
    """Move a mailing to a status that ends its try, and say why. Raises IllegalTransition."""
    mailing.status = change(MailingStatus(mailing.status), status)
    mailing.because, mailing.answer, mailing.answered_at = because, answer or mailing.answer, now
