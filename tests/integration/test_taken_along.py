"""What a task asks of its own queue for now is done by the same worker, without the relay and Redis."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from celery import current_app
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from intake import workflow
from intake.config import Settings
from intake.db import transaction
from intake.models import OutboxTask
from intake.rules.statuses import TaskState
from intake.services import outbox
from intake.workflow import Event, Queue, TaskRule
from workers import base

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
FOLLOWING = Event.MAILING_PLANNED
Record = Callable[[Session], None]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, database: Engine) -> list[int]:
    """The ids of the following rows that this worker rang."""
    rung: list[int] = []
    monkeypatch.setitem(workflow.TASKS, "follow", TaskRule(Queue.MATCHING))
    monkeypatch.setitem(workflow.SUBSCRIBERS, FOLLOWING, ("follow",))
    monkeypatch.setitem(current_app.tasks, "follow", lambda task_id, token: rung.append(task_id))
    return rung


def _run(record: Record) -> None:
    """Run a first task of the queue `matching` whose effect is `record`."""
    with transaction() as session:
        facts = {"event": "test.stored", "task": "match_lead", "due_at": NOW, "created_at": NOW}
        session.add(OutboxTask(queue=Queue.MATCHING, subject_id=uuid4(), **facts))
    with transaction() as session:
        claim = outbox.claim_due(session, Queue.MATCHING)[0]
    base.run(claim.id, claim.token, lambda session, _subject, _now: record(session))


def _follow(subject_id: UUID, *, in_days: int = 0) -> Record:
    due_at = NOW + timedelta(days=in_days)
    return lambda session: outbox.record(session, FOLLOWING, subject_id, now=NOW, due_at=due_at)


def _following() -> list[OutboxTask]:
    with transaction() as session:
        rows = select(OutboxTask).where(OutboxTask.task == "follow").order_by(OutboxTask.id)
        return list(session.scalars(rows))


def _woken(settings: Settings, act: Callable[[], None]) -> bool:
    """Whether the relay is woken by `act`."""
    dsn = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(dsn, autocommit=True) as listener:
        listener.execute(f"LISTEN {outbox.CHANNEL}")
        act()
        return any(True for _ in listener.notifies(timeout=0.2, stop_after=1))


def test_one_row_for_the_same_queue_is_rung_by_the_same_worker(ran: list[int], settings: Settings) -> None:
    assert not _woken(settings, lambda: _run(_follow(uuid4())))
    [row] = _following()
    assert (ran, row.state, row.token, row.attempts) == ([row.id], TaskState.LEASED, 1, 0)


def test_many_subjects_are_left_to_all_workers(ran: list[int], settings: Settings) -> None:
    def record(session: Session) -> None:
        for _ in range(2):
            outbox.record(session, FOLLOWING, uuid4(), now=NOW)

    assert _woken(settings, lambda: _run(record))
    assert (ran, [row.state for row in _following()]) == ([], [TaskState.DUE, TaskState.DUE])


def test_work_of_another_queue_is_left_to_its_worker(
    ran: list[int], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(workflow.TASKS, "follow", TaskRule(Queue.MAILINGS))
    assert _woken(settings, lambda: _run(_follow(uuid4())))
    assert (ran, [row.state for row in _following()]) == ([], [TaskState.DUE])


def test_work_for_later_wakes_nobody(ran: list[int], settings: Settings) -> None:
    assert not _woken(settings, lambda: _run(_follow(uuid4(), in_days=30_000)))
    assert (ran, [row.state for row in _following()]) == ([], [TaskState.DUE])


def test_nothing_is_rung_when_the_first_task_failed(ran: list[int]) -> None:
    def record(session: Session) -> None:
        _follow(uuid4())(session)
        raise ValueError

    _run(record)
    assert (ran, _following()) == ([], [])
