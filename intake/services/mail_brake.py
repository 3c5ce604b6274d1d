"""The brake on everything that is sent by itself: pulled when too many complain, released by a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from intake.db import insert_new, row_values
from intake.errors import BadInput
from intake.models.mailing import MailBrake, Mailing, MailReceipt
from intake.models.work import OutboxTask
from intake.receipts.receipt import ReceiptKind
from intake.rules.series import SERIES
from intake.rules.series_plan import Why
from intake.rules.statuses import MailingStatus, TaskState
from intake.services import audit
from intake.services.staff import actor

# For whoever reads a mailing and must know this, too.
ON = exists().where(MailBrake.released_at.is_(None))
_PULL = insert_new(MailBrake)
_OUT = (MailingStatus.ACCEPTED, MailingStatus.FAILED)
# A mailing that waits for the brake looks again so often; a release wakes it at once.
LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Health:
    """Counts since `since`: the last weeks, or the last release when that is later."""

    since: datetime
    sent: int
    bounces: int
    complaints: int
    brake: MailBrake | None


def is_on(session: Session) -> bool:
    return session.scalar(select(ON)) or False


def health(session: Session, *, now: datetime) -> Health:
    """What the supervisor sees, and what the brake goes by."""
    since = now - timedelta(days=SERIES.brake.within_days)
    released = session.scalar(select(func.max(MailBrake.released_at)))
    since = max(since, released or since)
    # A mail goes out within hours of its due time, and that has an index.
    sent = select(func.count()).where(Mailing.status.in_(_OUT), Mailing.due_at > since)
    return Health(
        since=since,
        sent=session.scalar(sent) or 0,
        bounces=_count(session, ReceiptKind.BOUNCE, since),
        complaints=_count(session, ReceiptKind.COMPLAINT, since),
        brake=_brake(session),
    )


def pull_if_due(session: Session, *, now: datetime) -> None:
    """Stop everything that is sent by itself when more complain than series.toml allows."""
    found = health(session, now=now)
    if found.brake or not SERIES.brake.is_due(complaints=found.complaints, sent=found.sent):
        return
    brake = MailBrake(pulled_at=now, sent=found.sent, complaints=found.complaints)
    session.execute(_PULL, [row_values(brake)])
    audit.note(
        session, "receipts", "mail_brake.pulled", "mail_brake", brake.id, now=now,
        sent=found.sent, complaints=found.complaints,
    )  # fmt: skip


def release(session: Session, staff_id: UUID, *, reason: str, now: datetime) -> None:
    """A supervisor found the cause: what waited is looked at now. Raises BadInput when nothing is held."""
    brake = _brake(session)
    if brake is None:
        raise BadInput("The mails are not held any more; somebody may have released them already.")
    brake.released_at, brake.released_by, brake.reason = now, staff_id, reason
    audit.note(
        session, actor(staff_id), "mail_brake.released", "mail_brake", brake.id, now=now, reason=reason
    )
    waiting = (Mailing.status == MailingStatus.PLANNED) & (Mailing.because == Why.BRAKE)
    work = (OutboxTask.subject_id == Mailing.id) & (OutboxTask.state == TaskState.DUE)
    session.execute(update(OutboxTask).where(work, waiting).values(due_at=now))


def _brake(session: Session) -> MailBrake | None:
    return session.scalars(select(MailBrake).where(MailBrake.released_at.is_(None))).one_or_none()


def _count(session: Session, kind: ReceiptKind, since: datetime) -> int:
    wanted = select(func.count()).where(MailReceipt.kind == kind, MailReceipt.at > since)
    return session.scalar(wanted) or 0
