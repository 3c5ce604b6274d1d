"""Where rows wait, a worker that was rung for one goes on with the next of its task, for half a second."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.models import OutboxTask
from intake.rules.statuses import TaskState
from intake.services import outbox
from intake.workflow import Queue
from workers import base

LONG_AGO = datetime(2026, 1, 5, 12, tzinfo=UTC)
Effect = Callable[[UUID], None]


@pytest.fixture
def work(database: Engine) -> list[UUID]:
    """The subjects of three rows that have waited, in the order in which they were due."""
    return [_store(minute) for minute in range(3)]


def _store(minute: int = 0, *, task: str = "match_lead", queue: Queue = Queue.MATCHING) -> UUID:
    subject, due_at = uuid4(), LONG_AGO + timedelta(minutes=minute)
    facts = {"event": "test.stored", "due_at": due_at, "created_at": due_at}
    with transaction() as session:
        session.add(OutboxTask(subject_id=subject, task=task, queue=queue, **facts))
    return subject


def _rung(queue: Queue = Queue.MATCHING, effect: Effect = lambda subject: None) -> list[UUID]:
    """Ring a worker for the oldest row and give the others back; return the subjects it ran."""
    ran: list[UUID] = []

    def effects(_session: Session, subject: UUID, _now: datetime) -> None:
        ran.append(subject)
        effect(subject)

    with transaction() as session:
        first, *others = outbox.claim_due(session, queue)
        for other in others:
            outbox.give_back(session, other.id, other.token)
    base.run_due(first.id, first.token, effects)
    return ran


def _rows(*subjects: UUID) -> list[tuple[str, int, int]]:
    """State, attempts and token of each."""
    facts = select(OutboxTask.subject_id, OutboxTask.state, OutboxTask.attempts, OutboxTask.token)
    with transaction() as session:
        found = {row[0]: (row[1], row[2], row[3]) for row in session.execute(facts)}
    return [found[subject] for subject in subjects]


def test_rows_that_wait_are_run_oldest_first_and_each_is_counted(work: list[UUID]) -> None:
    assert _rung() == work
    assert _rows(*work) == [(TaskState.DONE, 1, 1), (TaskState.DONE, 1, 2), (TaskState.DONE, 1, 2)]


def test_row_that_was_begun_at_once_is_run_alone(work: list[UUID]) -> None:
    with transaction() as session:
        session.execute(update(OutboxTask).values(due_at=func.now() - timedelta(milliseconds=5)))
    assert len(_rung()) == 1


@pytest.mark.parametrize(
    ("task", "queue"), [("canary_matching", Queue.MATCHING), ("match_lead", Queue.QUARANTINE)]
)
def test_other_tasks_and_other_queues_are_left_to_their_messages(
    database: Engine, task: str, queue: Queue
) -> None:
    own, other = _store(0), _store(1, task=task, queue=queue)
    assert _rung() == [own]
    assert _rows(other)[0][0] == TaskState.DUE


def test_work_for_later_is_left_alone(database: Engine) -> None:
    own, later = _store(0), _store(60 * 24 * 365 * 100)
    assert _rung() == [own]
    assert _rows(later) == [(TaskState.DUE, 0, 0)]


def test_row_that_somebody_else_begins_is_passed_over(work: list[UUID]) -> None:
    with transaction() as other:
        rows = select(OutboxTask.id).where(OutboxTask.subject_id == work[1]).with_for_update()
        other.scalars(rows).one()
        first, _, third = work
        with transaction() as session:
            claim = outbox.claim_due(session, Queue.MATCHING)[0]
            session.execute(
                update(OutboxTask)
                .where(OutboxTask.subject_id == third)
                .values(state=TaskState.DUE, leased_until=None)
            )
        ran: list[UUID] = []
        base.run_due(claim.id, claim.token, lambda _session, subject, _now: ran.append(subject))
    assert ran == [first, third]


def test_failure_is_written_down_and_ends_the_run(work: list[UUID]) -> None:
    def fail(subject: UUID) -> None:
        if subject == work[1]:
            raise ValueError

    assert _rung(effect=fail) == work[:2]
    assert [row[:2] for row in _rows(*work[1:])] == [(TaskState.DUE, 1), (TaskState.DUE, 0)]


def test_run_ends_when_its_time_is_over(work: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "RUN_ON_SECONDS", 0)
    assert _rung() == work[:1]


def test_row_that_was_gone_on_with_comes_back_when_its_worker_dies(work: list[UUID]) -> None:
    class Killed(BaseException):
        """As SIGKILL, nothing catches it."""

    def die(subject: UUID) -> None:
        if subject == work[1]:
            raise Killed

    with pytest.raises(Killed):
        _rung(effect=die)
    with transaction() as session:
        session.execute(update(OutboxTask).values(leased_until=func.now() - timedelta(seconds=1)))
        outbox.reclaim_expired(session)
    assert _rung(Queue.QUARANTINE) == [work[1]]
    assert _rows(work[1]) == [(TaskState.DONE, 2, 4)]
