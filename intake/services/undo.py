"""Take an outcome back: everything it changed is as before, and that it was is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import CallAttempt, Callback, OutcomeUndo
from intake.models.lead import Lead
from intake.models.mailing import Mailing
from intake.models.notice import SupervisorNotice
from intake.models.work import OutboxTask
from intake.rules.statuses import CallbackStatus, MailingStatus, TaskState
from intake.services import audit, callbacks, family_calls, outbox, row_changes, series
from intake.services.callbacks import CALL_LEASE, NotYours
from intake.services.staff import actor
from intake.workflow import Event

UNDO_WITHIN = timedelta(minutes=15)
_LISTED = 5


class Recent(NamedTuple):
    """An outcome that its advocate can still take back."""

    attempt: CallAttempt
    reference: str


def recent(session: Session, staff_id: UUID, *, now: datetime) -> Sequence[Recent]:
    """The newest first, at most five."""
    wanted = (
        select(CallAttempt, Lead.reference)
        .join(Lead, Lead.id == CallAttempt.lead_id)
        .where(
            CallAttempt.staff_id == staff_id,
            CallAttempt.ended_at > now - UNDO_WITHIN,
            CallAttempt.changed.is_not(None),
        )
    )
    found = session.execute(wanted.order_by(CallAttempt.ended_at.desc()).limit(_LISTED))
    return [Recent(attempt, reference) for attempt, reference in found]


def undo(session: Session, attempt_id: UUID, staff_id: UUID, *, now: datetime) -> Callback:
    """The call is this advocate's again, under way, with its notes; what followed from the outcome is not.

    A mail that went out meanwhile cannot be called back. Raises BadInput when there is nothing to take
    back or it is too late, NotYours when the call has gone on since.
    """
    attempt = _attempt(session, attempt_id, staff_id, now=now)
    callback = callbacks.locked(session, attempt.callback_id)
    changed, outcome = attempt.changed or {}, attempt.outcome or ""
    if callback is None or _has_gone_on(session, callback, changed):
        raise NotYours(f"callback {attempt.callback_id} has gone on since attempt {attempt.id}")
    session.add(
        OutcomeUndo(
            attempt_id=attempt.id, staff_id=staff_id, at=now, outcome=outcome, recorded_at=attempt.ended_at
        )
    )
    _restore(session, changed, now=now)
    _reopen(session, callback, attempt, now=now)
    _say_seen(session, callback, staff_id, now=now)
    audit.note(
        session, actor(staff_id), "call.undone", "lead", attempt.lead_id, now=now,
        attempt=str(attempt.id), outcome=outcome,
    )  # fmt: skip
    return callback


def _attempt(session: Session, attempt_id: UUID, staff_id: UUID, *, now: datetime) -> CallAttempt:
    attempt = session.get(CallAttempt, attempt_id, with_for_update=True)
    if attempt is None or attempt.staff_id != staff_id:
        raise NotYours(f"attempt {attempt_id} is not of staff {staff_id}")
    if attempt.changed is None or attempt.ended_at is None:
        raise BadInput("This outcome was taken back already.")
    if now - attempt.ended_at > UNDO_WITHIN:
        raise BadInput("An outcome can be taken back for 15 minutes. Write a note, or tell your supervisor.")
    return attempt


def _has_gone_on(session: Session, callback: Callback, changed: row_changes.Changed) -> bool:
    """Somebody has touched the call since, or the family has another by now."""
    left_at = changed.get("callback", {}).get(str(callback.id), {}).get("version", [0, 0])[1]
    others = select(Callback.id).where(
        Callback.lead_id == callback.lead_id, Callback.id != callback.id, Callback.closed_at.is_(None)
    )
    return callback.version != left_at or session.scalars(others).first() is not None


def _restore(session: Session, changed: row_changes.Changed, *, now: datetime) -> None:
    ids = [UUID(row) for row in changed.get("callback", {})]
    # Until the family's calls are one again, none of them is its one call.
    session.execute(update(Callback).where(Callback.id.in_(ids)).values(family_id=None))
    for table in ("callback", "lead", "outbox_task", "series_run"):
        row_changes.take_back(session, changed, table)
    row_changes.lift(session, changed, now=now)
    for row in row_changes.take_back(session, changed, "mailing"):
        _send_after_all(session, UUID(row), now=now)
    series.plan(session, [UUID(row) for row in changed.get("touched", [])], now=now)


def _send_after_all(session: Session, mailing_id: UUID, *, now: datetime) -> None:
    """A mail that is planned again needs work that will send it."""
    mailing = session.get_one(Mailing, mailing_id, populate_existing=True)
    due = select(OutboxTask.id).where(
        OutboxTask.subject_id == mailing_id, OutboxTask.state.in_([TaskState.DUE, TaskState.LEASED])
    )
    if mailing.status == MailingStatus.PLANNED and session.scalars(due).first() is None:
        outbox.record(session, Event.MAILING_PLANNED, mailing_id, now=now, due_at=mailing.due_at)


def _reopen(session: Session, callback: Callback, attempt: CallAttempt, *, now: datetime) -> None:
    session.refresh(callback)
    callback.status, callback.claimed_by = CallbackStatus.CLAIMED, attempt.staff_id
    callback.claimed_until, callback.closed_at = now + CALL_LEASE, None
    callback.notes, callback.written_by = attempt.notes, None
    callback.version += 1
    attempt.ended_at = attempt.outcome = attempt.changed = None
    session.flush()
    family_calls.gather_all(session, now=now)


def _say_seen(session: Session, callback: Callback, staff_id: UUID, *, now: datetime) -> None:
    """Nobody need act on what was said by mistake."""
    told = select(SupervisorNotice).where(
        SupervisorNotice.callback_id == callback.id,
        SupervisorNotice.kind.like("outcome.%"),
        SupervisorNotice.seen_at.is_(None),
    )
    for notice in session.scalars(told):
        notice.seen_at, notice.seen_by = now, staff_id
