"""The work table's verbs. PostgreSQL's clock and its row locks decide; Celery only rings.

States: due -> leased -> done, back to due on an error or a lost lease, or parked.
Every write by a worker carries the token of its lease: an older one touches no row.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from intake.errors import BadInput, StaleLease
from intake.models.work import OutboxTask
from intake.rules.statuses import TaskState, change
from intake.workflow import (
    MAX_LOST,
    MAX_UNSTARTED,
    SUBSCRIBERS,
    TASKS,
    UNSTARTED_LEASE_SECONDS,
    Event,
    Queue,
    retry_delay_seconds,
)

CHANNEL = "outbox"
_NOW = func.clock_timestamp()


def _after(seconds: int) -> object:
    return _NOW + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def record(
    session: Session, event: Event, subject_id: UUID, *, now: datetime, due_at: datetime | None = None
) -> None:
    """Add one row of work for every subscriber of `event`, and wake the relay at commit."""
    for task in SUBSCRIBERS[event]:
        session.add(
            OutboxTask(
                event=event,
                task=task,
                queue=TASKS[task].queue,
                subject_id=subject_id,
                state=TaskState.DUE,
                due_at=due_at or now,
                created_at=now,
            )
        )
    session.execute(text(f"NOTIFY {CHANNEL}"))


def reclaim_expired(session: Session) -> int:
    """Make rows with a lapsed lease due again; return how many.

    A message that nobody began goes back as it was. A start that never ended means that its
    worker died: the row moves to quarantine, and after MAX_LOST such deaths it is parked.
    """
    expired = (OutboxTask.state == TaskState.LEASED) & (OutboxTask.leased_until < _NOW)
    free = {"leased_until": None, "started_at": None, "token": OutboxTask.token + 1}
    lapsed = select(OutboxTask.id).where(expired).with_for_update(skip_locked=True).limit(500)
    ids = list(session.scalars(lapsed))
    if not ids:
        return 0
    mine = update(OutboxTask).where(OutboxTask.id.in_(ids)).execution_options(synchronize_session=False)
    poison = f"its worker died {MAX_LOST} times while running it"
    session.execute(
        mine.where(OutboxTask.started_at.is_not(None), OutboxTask.lost + 1 >= MAX_LOST).values(
            state=TaskState.PARKED, lost=OutboxTask.lost + 1, last_error=poison, finished_at=_NOW, **free
        )
    )
    session.execute(
        mine.where(OutboxTask.state == TaskState.LEASED, OutboxTask.started_at.is_not(None)).values(
            state=TaskState.DUE, lost=OutboxTask.lost + 1, queue=Queue.QUARANTINE, due_at=_NOW, **free
        )
    )
    session.execute(mine.where(OutboxTask.state == TaskState.LEASED).values(state=TaskState.DUE, **free))
    return len(ids)


def queues_due(session: Session) -> list[Queue]:
    """Queues that hold a row whose hour has come."""
    due = (OutboxTask.state == TaskState.DUE) & (OutboxTask.due_at <= _NOW)
    return [Queue(name) for name in session.scalars(select(OutboxTask.queue).where(due).distinct())]


def claim_due(session: Session, queue: Queue) -> Sequence[OutboxTask]:
    """Lease due rows of a queue to Celery, oldest first, within the queue's bound of unstarted rows."""
    waiting = session.scalar(
        select(func.count())
        .select_from(OutboxTask)
        .where(
            OutboxTask.state == TaskState.LEASED, OutboxTask.queue == queue, OutboxTask.started_at.is_(None)
        )
    )
    room = MAX_UNSTARTED[queue] - (waiting or 0)
    if room <= 0:
        return []
    due = (
        select(OutboxTask.id)
        .where(OutboxTask.state == TaskState.DUE, OutboxTask.queue == queue, OutboxTask.due_at <= _NOW)
        .order_by(OutboxTask.due_at, OutboxTask.id)
        .limit(room)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(due))
    lease = {
        "state": TaskState.LEASED,
        "token": OutboxTask.token + 1,
        "leased_until": _after(UNSTARTED_LEASE_SECONDS),
        "started_at": None,
    }
    claimed = update(OutboxTask).where(OutboxTask.id.in_(ids)).values(lease).returning(OutboxTask)
    return session.scalars(claimed.execution_options(synchronize_session=False)).all() if ids else []


def give_back(session: Session, task_id: int, token: int) -> None:
    """Celery did not take the message: the row is due again, and nothing was attempted."""
    session.execute(
        update(OutboxTask)
        .where(OutboxTask.id == task_id, OutboxTask.token == token, OutboxTask.started_at.is_(None))
        .values(state=TaskState.DUE, leased_until=None)
    )


def begin(session: Session, task_id: int, token: int) -> OutboxTask:
    """Count the attempt and take the working lease. Raises StaleLease when the row is not ours."""
    row = session.scalars(
        select(OutboxTask)
        .where(
            OutboxTask.id == task_id,
            OutboxTask.token == token,
            OutboxTask.state == TaskState.LEASED,
            OutboxTask.started_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise StaleLease(f"outbox task {task_id}: token {token} is no longer current")
    row.attempts += 1
    session.execute(
        update(OutboxTask)
        .where(OutboxTask.id == task_id)
        .values(started_at=_NOW, leased_until=_after(TASKS[row.task].lease_seconds))
    )
    return row


def finish(session: Session, task_id: int, token: int) -> None:
    """Mark the row done in the commit of its effects. Raises StaleLease when it is not ours."""
    _end(session, task_id, token, state=TaskState.DONE, finished_at=_NOW, leased_until=None, last_error=None)


def fail(session: Session, row: OutboxTask, error: str, *, permanent: bool) -> None:
    """Put the row back with backoff, or park it when trying again cannot help."""
    values: dict[str, object]
    if permanent or row.attempts >= TASKS[row.task].max_attempts:
        values = {"state": TaskState.PARKED, "finished_at": _NOW}
    else:
        values = {"state": TaskState.DUE, "due_at": _after(retry_delay_seconds(row.attempts))}
    _end(session, row.id, row.token, started_at=None, leased_until=None, last_error=error, **values)


def _end(session: Session, task_id: int, token: int, **values: object) -> None:
    ended = session.scalars(
        update(OutboxTask)
        .where(OutboxTask.id == task_id, OutboxTask.token == token, OutboxTask.state == TaskState.LEASED)
        .values(**values)
        .returning(OutboxTask.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None:
        raise StaleLease(f"outbox task {task_id}: the lease {token} ended before the work did")


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
    session.execute(text(f"NOTIFY {CHANNEL}"))


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
