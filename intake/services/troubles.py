"""What waits for a supervisor: parked work, mails of unknown fate, calls she should know of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt
from intake.models.lead import Lead
from intake.models.mail_reply import MailReply
from intake.models.mailing import Mailing
from intake.models.work import OutboxTask
from intake.rules.outcomes import OUTCOMES
from intake.rules.statuses import MailingStatus
from intake.services import audit, mail_replies, parked_work
from intake.services.mail_decisions import LEFT

_TOLD_FOR = timedelta(days=7)
_LISTED = 200


@dataclass(frozen=True)
class Troubles:
    """Mailings, calls and replies come with the reference of their lead; a stranger's reply has none."""

    replies: Sequence[tuple[MailReply, str | None]]
    parked: Sequence[OutboxTask]
    unknown: Sequence[tuple[Mailing, str]]
    told: Sequence[tuple[CallAttempt, str]]


def troubles(session: Session, *, now: datetime) -> Troubles:
    replies, told = mail_replies.waiting(session), _told(session, now=now)
    return Troubles(replies, parked_work.parked(session), _unknown(session), told)


def redo(session: Session, task_id: int, *, reason: str, by: str, now: datetime) -> None:
    """Try a parked row again. Raises BadInput when it is not parked any more."""
    parked_work.redo(session, task_id, now=now)
    audit.note(session, by, "work.redone", "outbox_task", task_id, now=now, reason=reason)


def discard(session: Session, task_id: int, *, reason: str, by: str, now: datetime) -> None:
    """Give a parked row up. Raises BadInput when it is not parked any more."""
    parked_work.discard(session, task_id, reason=reason, now=now)
    audit.note(session, by, "work.discarded", "outbox_task", task_id, now=now, reason=reason)


def _unknown(session: Session) -> Sequence[tuple[Mailing, str]]:
    wanted = select(Mailing, Lead.reference).join(Lead, Lead.id == Mailing.lead_id)
    undecided = (Mailing.status == MailingStatus.UNKNOWN) & Mailing.because.is_distinct_from(LEFT)
    lost = wanted.where(undecided).order_by(Mailing.sending_at).limit(_LISTED)
    return [(mailing, reference) for mailing, reference in session.execute(lost)]


def _told(session: Session, *, now: datetime) -> Sequence[tuple[CallAttempt, str]]:
    """Calls of the last seven days whose outcome a supervisor is told of, newest first."""
    codes = [outcome.code for outcome in OUTCOMES.values() if outcome.tell_supervisor]
    wanted = select(CallAttempt, Lead.reference).join(Lead, Lead.id == CallAttempt.lead_id)
    recent = wanted.where(CallAttempt.outcome.in_(codes), CallAttempt.ended_at > now - _TOLD_FOR)
    newest = recent.order_by(CallAttempt.ended_at.desc()).limit(_LISTED)
    return [(attempt, reference) for attempt, reference in session.execute(newest)]
