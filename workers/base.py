"""How a task runs: take the row, do the work, mark it done.

The first commit counts the attempt; the second holds the effects and `done` together. A
delivery (anything that talks to the network) has three: intent, then the call with no
transaction open, then the answer with `done`. A stale token writes nothing anywhere.
"""

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from celery import current_app
from sqlalchemy.exc import DBAPIError as DatabaseError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from intake import tracing
from intake.db import statement, transaction
from intake.errors import AdvocateDeskError, StaleLease
from intake.services import outbox
from intake.services.outbox import Begun

log = logging.getLogger("advocate.work")

_Written = TypeVar("_Written")
Effects = Callable[[Session, UUID, datetime], None]
Work = Callable[[Begun], None]

RUN_ON_SECONDS = 0.5
# A row that was due so long before it was begun stood in a queue.
WAITED = timedelta(milliseconds=50)
RECORD_TRIES = 15
RECORD_PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class NotNow:
    """The work must wait until then; nothing was attempted."""

    until: datetime


@dataclass(frozen=True)
class Delivery:
    """Three steps around one network call; `prepare` answers None when nothing is to be sent, or NotNow.

    `settle` gets what `deliver` returned, or the AdvocateDeskError it raised, and says whether that ends
    it; else the row is tried again later, with backoff.
    """

    prepare: Callable[[Session, UUID, datetime], Any]
    deliver: Callable[[Any], Any]
    settle: Callable[[Session, Any, Any, datetime], bool]


def run(task_id: int, token: int, effects: Effects) -> None:
    """Run `effects(session, subject_id, now)` and `done` in one commit, under the row's token.

    Then, in the same thread, what they asked of the same queue for now.
    """
    _begun_here(task_id, token, partial(_affect, effects))


def run_delivery(task_id: int, token: int, delivery: Delivery) -> None:
    """Commit the intent, make the call, commit the answer with `done`."""
    _begun_here(task_id, token, partial(_deliver, delivery))


def run_due(task_id: int, token: int, effects: Effects) -> None:
    """As `run`, and where rows wait, those that are due of the same task, too."""
    _run_on(task_id, token, partial(_affect, effects))


def deliver_due(task_id: int, token: int, delivery: Delivery) -> None:
    """As `run_delivery`, and where rows wait, those that are due of the same task, too."""
    _run_on(task_id, token, partial(_deliver, delivery))


def _run_on(task_id: int, token: int, work: Work) -> None:
    """A queue that has filled is not rung for each of its rows: relay, Redis and Celery cost as much as one.

    Half a second only, so that the other tasks of the queue get their turn and a worker can end.
    """
    until = time.monotonic() + RUN_ON_SECONDS
    row = _begun_here(task_id, token, work)
    while row and row.waited > WAITED and time.monotonic() < until:
        row = _run_next(row, work)


def _run_next(before: Begun, work: Work) -> Begun | None:
    """None when nothing is due any more, or when this went wrong: then let the relay set the pace."""
    with statement() as session:
        row = outbox.begin_next(session, before)
    if row is None:
        return None
    with tracing.step(f"run {row.task}", under=row.trace):
        return row if _worked(row, work) else None


def _affect(effects: Effects, row: Begun) -> None:
    with transaction() as session:
        outbox.carry_on(session)
        effects(session, row.subject_id, row.at)
        taken = outbox.taken_along(session, row.queue)
        outbox.finish(session, row.id, row.token, redoable=True)
    for claim in taken:
        with tracing.step(f"run {claim.task}", under=claim.trace):
            current_app.tasks[claim.task](claim.id, claim.token)


def _deliver(delivery: Delivery, row: Begun) -> None:
    with transaction() as session:
        intent = delivery.prepare(session, row.subject_id, row.at)
        if isinstance(intent, NotNow):
            outbox.put_off(session, row, intent.until)
            return
        if intent is None:
            outbox.finish(session, row.id, row.token)
            return
        outbox.hold(session, row.id, row.token)
    answer = _answer(delivery, intent)

    def settle() -> bool:
        with transaction() as session:
            ended = delivery.settle(session, intent, answer, row.now())
            # Whoever lost its lease writes nothing, not even that it is to be tried again.
            (outbox.finish if ended else outbox.hold)(session, row.id, row.token)
            return ended

    # What the network said is known here and nowhere else: a database that is away is waited for.
    if not _write_when_back(settle):
        raise answer


def _answer(delivery: Delivery, intent: Any) -> Any:
    """What the network said; an error of our own is an answer too, and is settled like one."""
    try:
        return delivery.deliver(intent)
    except AdvocateDeskError as error:
        return error


def _begun_here(task_id: int, token: int, work: Work) -> Begun | None:
    """Begin a row that a message named, and run it. None when it was not ours, or went wrong."""
    try:
        with statement() as session:
            row = outbox.begin(session, task_id, token)
    except StaleLease as stale:
        log.info("%s: left alone", stale)
        return None
    return row if _worked(row, work) else None


def _worked(row: Begun, work: Work) -> bool:
    """The one boundary that catches everything: whatever a task raises becomes a fact in its row."""
    try:
        work(row)
    except StaleLease as stale:
        log.warning("%s: its effects were rolled back", stale)
    except Exception as error:  # noqa: BLE001  (the named boundary)
        log.warning("outbox task %s (%s) failed: %s", row.id, row.task, type(error).__name__)
        _record_failure(row, error)
    else:
        return True
    return False


def _record_failure(row: Begun, error: Exception) -> None:
    """Store what went wrong. Unless it is stored, the row looks as if its worker had died."""
    permanent = isinstance(error, AdvocateDeskError) and error.permanent
    # Only our own messages are known to hold no personal data.
    said = str(error) if isinstance(error, AdvocateDeskError) else _place(error)

    def store() -> None:
        with transaction() as session:
            outbox.fail(session, row, f"{type(error).__name__}: {said}"[:500], permanent=permanent)

    with suppress(StaleLease, DatabaseError):
        _write_when_back(store)


def _write_when_back(write: Callable[[], _Written]) -> _Written:
    """Write, again and again while the database is away. Raises its error after RECORD_TRIES."""
    for _ in range(RECORD_TRIES - 1):
        try:
            return write()
        except OperationalError:
            time.sleep(RECORD_PAUSE_SECONDS)
    return write()


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"in {frame.name}, line {frame.lineno} of {frame.filename.rsplit('/', 1)[-1]}"
