"""The work table's promises, each against the real database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from intake import workflow
from intake.db import transaction
from intake.errors import BadInput, PermanentError, StaleLease, TransientError
from intake.models import AuditEntry, OutboxTask
from intake.rules.statuses import TaskState
from intake.services import outbox, parked_work
from intake.workflow import Event, Queue
from workers import base

# In the past of any machine: the database clock decides what is due.
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def stored(database: Engine) -> int:
    """One due row of `match_lead`; its id."""
    return _store()


def _store() -> int:
    with transaction() as session:
        row = OutboxTask(
            event="test.stored",
            task="match_lead",
            queue=Queue.MATCHING,
            subject_id=uuid4(),
            due_at=NOW,
            created_at=NOW,
        )
        session.add(row)
    return row.id


def _claim() -> tuple[int, int]:
    with transaction() as session:
        row = outbox.claim_due(session, Queue.MATCHING)[0]
        return row.id, row.token


def _row(task_id: int) -> OutboxTask:
    with transaction() as session:
        return session.get_one(OutboxTask, task_id)


def _let_lease_lapse() -> None:
    with transaction() as session:
        session.execute(update(OutboxTask).values(leased_until=func.now() - timedelta(seconds=1)))
        outbox.reclaim_expired(session)


def test_every_subscriber_gets_a_row_when_an_event_is_recorded(database: Engine) -> None:
    lead_id = uuid4()
    with transaction() as session:
        outbox.record(session, Event.LEAD_SUBMITTED, lead_id, now=NOW)
    with transaction() as session:
        tasks = session.scalars(select(OutboxTask.task).where(OutboxTask.subject_id == lead_id)).all()
    assert sorted(tasks) == sorted(workflow.SUBSCRIBERS[Event.LEAD_SUBMITTED])


def test_nothing_is_claimed_twice_when_two_relays_claim(stored: int) -> None:
    with transaction() as first, transaction() as second:
        assert [row.id for row in outbox.claim_due(first, Queue.MATCHING)] == [stored]
        assert outbox.claim_due(second, Queue.MATCHING) == []


def test_claims_stop_when_the_bound_of_unstarted_rows_is_reached(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(workflow.MAX_UNSTARTED, Queue.MATCHING, 2)
    for _ in range(3):
        _store()
    with transaction() as session:
        assert len(outbox.claim_due(session, Queue.MATCHING)) == 2
        assert outbox.claim_due(session, Queue.MATCHING) == []


def test_no_attempt_is_counted_when_a_message_is_lost(stored: int) -> None:
    _claim()
    _let_lease_lapse()
    row = _row(stored)
    assert (row.state, row.attempts, row.lost, row.queue) == (TaskState.DUE, 0, 0, Queue.MATCHING)


def test_row_goes_to_quarantine_when_its_worker_dies(stored: int) -> None:
    task_id, token = _claim()
    with transaction() as session:
        outbox.begin(session, task_id, token)
    _let_lease_lapse()
    row = _row(stored)
    assert (row.state, row.attempts, row.lost, row.queue) == (TaskState.DUE, 1, 1, Queue.QUARANTINE)


def test_row_is_parked_when_its_worker_died_three_times(stored: int) -> None:
    with transaction() as session:
        session.execute(update(OutboxTask).values(lost=workflow.MAX_LOST - 1))
    task_id, token = _claim()
    with transaction() as session:
        outbox.begin(session, task_id, token)
    _let_lease_lapse()
    assert _row(stored).state == TaskState.PARKED


def test_late_worker_writes_nothing_when_its_lease_has_passed_on(stored: int) -> None:
    task_id, token = _claim()

    def slow(session: Session, subject_id: UUID, now: datetime) -> None:
        session.add(
            AuditEntry(at=now, actor="test", action="written late", subject_kind="", subject_id="", detail={})
        )
        _let_lease_lapse()

    base.run(task_id, token, slow)
    row = _row(stored)
    assert (row.state, row.finished_at) == (TaskState.DUE, None)
    with transaction() as session:
        assert session.scalars(select(AuditEntry.action)).all() == []


def test_second_delivery_does_nothing_when_the_message_comes_twice(stored: int) -> None:
    task_id, token = _claim()
    calls: list[object] = []
    for _ in range(2):
        base.run(task_id, token, lambda _session, subject, _now: calls.append(subject))
    assert len(calls) == 1
    assert _row(stored).state == TaskState.DONE


def test_row_waits_and_is_tried_again_when_the_error_may_pass(stored: int) -> None:
    def fail(*_: object) -> None:
        raise TransientError("the other side is busy")

    base.run(*_claim(), fail)
    row = _row(stored)
    assert (row.state, row.attempts, row.last_error) == (
        TaskState.DUE,
        1,
        "TransientError: the other side is busy",
    )
    assert row.due_at > NOW


def test_row_is_parked_at_once_when_the_error_is_permanent(stored: int) -> None:
    def fail(*_: object) -> None:
        raise PermanentError("nothing can be done")

    base.run(*_claim(), fail)
    assert _row(stored).state == TaskState.PARKED


def test_error_text_of_a_stranger_is_not_stored_when_a_task_fails(stored: int) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Ada Example, +15550100123")

    base.run(*_claim(), fail)
    assert "Ada" not in (_row(stored).last_error or "")


def test_failed_send_gives_the_lease_back_when_redis_is_away(stored: int) -> None:
    task_id, token = _claim()
    with transaction() as session:
        outbox.give_back(session, task_id, token)
    assert (_row(stored).state, _row(stored).attempts) == (TaskState.DUE, 0)


def test_supervisor_can_redo_and_discard_only_what_is_parked(stored: int) -> None:
    with transaction() as session, pytest.raises(BadInput):
        parked_work.redo(session, stored, now=NOW)
    with transaction() as session:
        session.execute(update(OutboxTask).values(state=TaskState.PARKED, attempts=8, lost=3))
    with transaction() as session:
        parked_work.redo(session, stored, now=NOW)
    row = _row(stored)
    assert (row.state, row.attempts, row.lost) == (TaskState.DUE, 0, 0)


def test_finishing_with_an_old_token_is_refused(stored: int) -> None:
    task_id, token = _claim()
    with transaction() as session:
        outbox.begin(session, task_id, token)
    with pytest.raises(StaleLease), transaction() as session:
        outbox.finish(session, task_id, token - 1)
