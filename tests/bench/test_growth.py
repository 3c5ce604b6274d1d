"""What a family and the workers wait for, while ten thousand requests of the past become a million."""

from datetime import UTC, datetime
from statistics import median

import pytest
from sqlalchemy import Engine, text

from intake.db import transaction
from intake.services import outbox
from intake.services.leads import submit_lead
from intake.workflow import Queue
from tests.bench.closed_calls import fill_closed
from tests.bench.figures import Figure, show
from tests.bench.test_board_speed import SIZES, timed
from tests.factories import new_lead
from workers import base
from workers.callbacks.schedule import schedule_callback
from workers.matching.match_lead import match_lead

GROWTH = 1.3
DONE = text(
    """INSERT INTO outbox_task (event, task, queue, subject_id, state, due_at, created_at, started_at,
        finished_at, token, attempts, lost)
    SELECT 'lead.submitted', 'match_lead', 'matching', id, 'done', created_at, created_at, created_at,
        created_at, 1, 1, 0
    FROM lead WHERE NOT EXISTS (SELECT FROM outbox_task WHERE subject_id = lead.id)"""
)


@pytest.mark.long
def test_a_lead_costs_the_same_however_many_came_before(database: Engine) -> None:
    now, already = datetime.now(UTC), 0
    first: dict[str, float] = {}
    print()
    for size in SIZES:
        with transaction() as session:
            fill_closed(session, already=already, total=size, newest=now, apart=120)
        already = size
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET ROLE NONE"))
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(DONE)
            connection.execute(text("VACUUM (ANALYZE)"))
        for name, act in {"send": _send, "claim": _claim, "match": _match, "call": _call}.items():
            ours = median(timed(act))
            floor = first.setdefault(name, ours)
            shown = f"{name} a lead, {size:,} before, median"
            show(Figure(shown, ours, "ms", GROWTH, floor))


_COUNT = iter(range(10_000_000))


def _send() -> None:
    number = next(_COUNT)
    lead = new_lead(email=f"g{number}@family.example", phone=f"+1212555{number % 10_000:04}")
    with transaction() as session:
        submit_lead(session, lead, now=datetime.now(UTC))


def _claim() -> None:
    """One round of the relay, taken back."""
    with transaction() as session:
        outbox.claim_due(session, Queue.MAILINGS)
        session.rollback()


def _match() -> None:
    _run("match_lead")


def _call() -> None:
    _run("schedule_callback")


def _run(task: str) -> None:
    """The task of one of the leads that were sent here."""
    lease = text(
        """UPDATE outbox_task SET state = 'leased', token = token + 1, started_at = NULL,
            leased_until = now() + interval '1 hour' WHERE id = (SELECT id FROM outbox_task
            WHERE state = 'due' AND task = :task ORDER BY due_at DESC LIMIT 1) RETURNING id, token"""
    )
    with transaction() as session:
        task_id, token = session.execute(lease, {"task": task}).one()
    base.run(task_id, token, {"match_lead": match_lead, "schedule_callback": schedule_callback}[task])
