"""Rows of work that were given up: a supervisor has them done again, or decides that they will not be."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.work import OutboxTask
from intake.rules.statuses import TaskState, change
from intake.services import outbox
from intake.workflow import TASKS


def parked(session: Session) -> Sequence[OutboxTask]:
    """Rows that wait for a supervisor, oldest first."""
    return session.scalars(
        select(OutboxTask).where(OutboxTask.state == TaskState.PARKED).order_by(OutboxTask.id)
    ).all()


def redo(session: Session, task_id: int, *, now: datetime) -> None:
    """A supervisor wants the row tried again, from a clean count, in its own queue."""
    row = _parked_row(session, task_id)
    row.state = change(TaskState(row.state), TaskState.DUE)
    row.attempts = row.lost = 0
    row.queue, row.due_at, row.finished_at = TASKS[row.task].queue, now, None
    outbox.wake_relay(session)


def discard(session: Session, task_id: int, *, reason: str, now: datetime) -> None:
    """A supervisor decides that the row will not be done, and says why."""
    row = _parked_row(session, task_id)
    row.state = change(TaskState(row.state), TaskState.DISCARDED)
    row.last_error, row.finished_at = f"discarded: {reason}", now


def _parked_row(session: Session, task_id: int) -> OutboxTask:
    row = session.get(OutboxTask, task_id, with_for_update=True)
    if row is None or row.state != TaskState.PARKED:
        raise BadInput(f"Task {task_id} is not parked; somebody may have dealt with it already.")
    return row
