"""The work table's verbs. PostgreSQL's clock and its row locks decide; Celery only rings.

States: due -> leased -> done, back to due on an error or a lost lease, or parked.
Every write by a worker carries the token of its lease: an older one touches no row.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, func, select, text, update
from sqlalchemy.orm import Session

from intake import later, tracing
from intake.errors import StaleLease
from intake.models.work import OutboxTask
from intake.rules.statuses import TaskState
from intake.services.outbox_statements import (
    BEGIN,
    BEGIN_NEXT,
    CLAIM,
    FINISH_FOR_GOOD,
    FINISH_REDOABLE,
    HOLD,
    LEASES,
    MOVE_EACH,
    RECORD,
    TAKE_ALONG,
)
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
_CARRIED = "carried"
_NOTIFY = text(f"NOTIFY {CHANNEL}")
# Stable within a statement, so that an index on a time can be used; clock_timestamp() could not be.
_NOW = func.statement_timestamp()


@dataclass(frozen=True)
class Claim:
    """A row leased to Celery: what the message says."""

    id: int
    token: int
    task: str
    queue: str
    trace: str | None = None


@dataclass(frozen=True)
class Begun:
    """A row that a worker runs now, begun `at` by the database's clock; `began` is this machine's then."""

    id: int
    token: int
    task: str
    queue: str
    subject_id: UUID
    attempts: int
    at: datetime
    due_at: datetime
    trace: str | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def waited(self) -> timedelta:
        return self.at - self.due_at

    def now(self) -> datetime:
        """By the database's clock, without asking it again."""
        return self.at + timedelta(seconds=time.monotonic() - self.began)


def record(
    session: Session, event: Event, subject_id: UUID, *, now: datetime, due_at: datetime | None = None
) -> None:
    """Add one row of work for every subscriber of `event`, and wake the relay at commit."""
    given = {"subject_id": subject_id, "due_at": due_at or now, "now": now}
    later.run(session, RECORD, {**_subscribed(event), **given})
    _tell(session, [(subject_id, due_at or now)] * len(SUBSCRIBERS[event]), now=now)


def record_inserted(
    session: Session, event: Event, rows: TextClause, given: Mapping[str, object], *, now: datetime
) -> int:
    """The same for each row that `rows`, made by `inserting`, adds with what is `given`; return how many."""
    added = [
        (row[0], row[1]) for row in later.ask(session, rows, {**given, **_subscribed(event), "now": now})
    ]
    _tell(session, added, now=now)
    return len(added) // len(SUBSCRIBERS[event])


def _subscribed(event: Event) -> dict[str, object]:
    tasks = SUBSCRIBERS[event]
    queues = [TASKS[task].queue.value for task in tasks]
    return {"event": event.value, "tasks": list(tasks), "queues": queues, "trace": tracing.carried()}


def move_each(session: Session, subjects: Sequence[tuple[UUID, datetime]]) -> None:
    """Give the work that waits for these subjects another time, each its own."""
    if subjects:
        rows = [{"subject_id": one, "due_at": due_at} for one, due_at in subjects]
        later.run(session, MOVE_EACH, {"subjects": json.dumps(rows, default=str)})


def _tell(session: Session, rows: Sequence[tuple[UUID, datetime]], *, now: datetime) -> None:
    """Of what is due now, whoever carries on hears, else the relay. What comes later it finds by itself."""
    due = [subject_id for subject_id, due_at in rows if due_at <= now]
    carried: list[UUID] | None = session.info.get(_CARRIED)
    if carried is not None:
        carried.extend(due)
    elif due:
        wake_relay(session)


def carry_on(session: Session) -> None:
    """What this transaction records may be `taken_along`: the relay is not woken before that."""
    session.info[_CARRIED] = []


def taken_along(session: Session, queue: str) -> list[Claim]:
    """Lease to this worker the one subject's work that its transaction recorded for its own queue.

    Nothing of it goes through the relay and Redis. More than one subject is for all workers to share.
    """
    carried: list[UUID] = session.info.pop(_CARRIED)
    found: list[Claim] = []
    if len(set(carried)) == 1:
        asked = {"subject_id": carried[0], "queue": queue, "lease": UNSTARTED_LEASE_SECONDS}
        found = [Claim(*row) for row in later.ask(session, TAKE_ALONG, asked)]
    if len(found) < len(carried):
        wake_relay(session)
    return found


def wake_relay(session: Session) -> None:
    """Once a transaction is enough: PostgreSQL sends it at the commit."""
    if not session.info.get(CHANNEL):
        later.run(session, _NOTIFY)
        session.info[CHANNEL] = True


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


def claim_due(session: Session, *queues: Queue) -> list[Claim]:
    """Lease due rows to Celery, oldest first, within each queue's bound of unstarted rows.

    One statement: the count of what is out, the rows locked and skipped, and the lease. Rows of one
    event come in the order of its subscribers.
    """
    wanted = queues or tuple(Queue)
    given = {
        "queues": [queue.value for queue in wanted],
        "bounds": [MAX_UNSTARTED[queue] for queue in wanted],
        "lease": UNSTARTED_LEASE_SECONDS,
    }
    return sorted((Claim(*row[:5]) for row in later.ask(session, CLAIM, given)), key=lambda claim: claim.id)


def give_back(session: Session, task_id: int, token: int) -> None:
    """Celery did not take the message: the row is due again, and nothing was attempted."""
    session.execute(
        update(OutboxTask)
        .where(OutboxTask.id == task_id, OutboxTask.token == token, OutboxTask.started_at.is_(None))
        .values(state=TaskState.DUE, leased_until=None)
    )


def begin(session: Session, task_id: int, token: int) -> Begun:
    """Count the attempt and take the working lease. Raises StaleLease when the row is not ours."""
    begun = later.ask(session, BEGIN, {"id": task_id, "token": token, "leases": LEASES}).one_or_none()
    if begun is None:
        raise StaleLease(f"outbox task {task_id}: token {token} is no longer current")
    return Begun(task_id, token, *begun[:6])


def begin_next(session: Session, before: Begun) -> Begun | None:
    """Begin the oldest row that is due of the same task and queue, without the way over relay and Redis."""
    lease = TASKS[before.task].lease_seconds
    given = {"task": before.task, "queue": before.queue, "lease": lease}
    found = later.ask(session, BEGIN_NEXT, given).one_or_none()
    return Begun(*found[:9]) if found else None


def finish(session: Session, task_id: int, token: int, *, redoable: bool = False) -> None:
    """Mark the row done in the commit of its effects. Raises StaleLease when it is not ours.

    `redoable`: nothing left this machine, so that the commit need not be waited for.
    """
    _expect_row(session, FINISH_REDOABLE if redoable else FINISH_FOR_GOOD, task_id, token)


def hold(session: Session, task_id: int, token: int) -> None:
    """Make sure, until the commit, that the lease is still ours. Raises StaleLease when it is not."""
    _expect_row(session, HOLD, task_id, token)


def fail(session: Session, row: Begun, error: str, *, permanent: bool) -> None:
    """Put the row back with backoff, or park it when trying again cannot help."""
    values: dict[str, object]
    if permanent or row.attempts >= TASKS[row.task].max_attempts:
        values = {"state": TaskState.PARKED, "finished_at": _NOW}
    else:
        later_by = func.make_interval(0, 0, 0, 0, 0, 0, retry_delay_seconds(row.attempts))
        values = {"state": TaskState.DUE, "due_at": _NOW + later_by}
    _let_go(session, row, last_error=error, **values)


def put_off(session: Session, row: Begun, until: datetime) -> None:
    """The work must wait until then. That is no attempt, however often it happens."""
    _let_go(session, row, state=TaskState.DUE, due_at=until, attempts=OutboxTask.attempts - 1)


def _let_go(session: Session, row: Begun, **values: object) -> None:
    ended = session.scalars(
        update(OutboxTask)
        .where(OutboxTask.id == row.id, OutboxTask.token == row.token, OutboxTask.state == TaskState.LEASED)
        .values(started_at=None, leased_until=None, **values)
        .returning(OutboxTask.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    _expect(ended, row.id, row.token)


def _expect_row(session: Session, statement: TextClause, task_id: int, token: int) -> None:
    _expect(later.ask(session, statement, {"id": task_id, "token": token}).one_or_none(), task_id, token)


def _expect(ended: object, task_id: int, token: int) -> None:
    if ended is None:
        raise StaleLease(f"outbox task {task_id}: the lease {token} ended before the work did")
