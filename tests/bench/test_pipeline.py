"""From the committed lead to match, callback and accepted guide mail, at 10 leads a second."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from intake.db import transaction
from intake.models import Mailing, OutboxTask
from intake.rules.statuses import MailingStatus, TaskState
from intake.services.leads import submit_lead
from intake.workflow import SUBSCRIBERS, Event
from tests.bench.figures import Figure, percentile, show
from tests.chaos.system import System, system
from tests.factories import new_lead

LEADS, WARM_UP, PER_SECOND = 300, 40, 10
QUIESCE_SECONDS = 60


@pytest.fixture
def product(tmp_path: Path) -> Iterator[System]:
    """The whole, with a mail server that has a mail on its disk before it answers.

    The catcher of `make up` reads each mail line by line and parses it, which takes longer than to make it.
    """
    with system(tmp_path / "system") as started:
        yield started


@pytest.mark.long
def test_lead_to_ready_latency(product: System) -> None:
    committed = [_submit(number) for number in range(WARM_UP + LEADS)]
    _wait_until_done()
    ready = [_ready_ms(lead_id, at) for lead_id, at in committed[WARM_UP:]]
    assert len(product.mails) >= len(committed)
    print()
    show(Figure("lead to ready, median", percentile(ready, 50), "ms", 60))
    show(Figure("lead to ready, p95", percentile(ready, 95), "ms", 200))


def _submit(number: int) -> tuple[UUID, datetime]:
    started = time.monotonic()
    now = datetime.now(UTC)
    lead = new_lead(email=f"bench{number}@family.example", phone=f"+1713555{number:04}")
    with transaction() as session:
        sent = submit_lead(session, lead, now=now)
    committed = datetime.now(UTC)
    time.sleep(max(0.0, 1 / PER_SECOND - (time.monotonic() - started)))
    return sent.lead_id, committed


def _wait_until_done() -> None:
    end = time.monotonic() + QUIESCE_SECONDS
    while time.monotonic() < end:
        with transaction() as session:
            waiting = select(func.count()).where(
                OutboxTask.state.in_([TaskState.DUE, TaskState.LEASED]), OutboxTask.due_at < func.now()
            )
            if not session.scalar(waiting):
                return
        time.sleep(0.2)
    raise AssertionError("work was still open after the last lead")


def _ready_ms(lead_id: UUID, committed: datetime) -> float:
    with transaction() as session:
        guide = session.scalars(
            select(Mailing).where(Mailing.lead_id == lead_id, Mailing.step == "guide")
        ).one()
        assert guide.status == MailingStatus.ACCEPTED
        tasks = select(OutboxTask.finished_at).where(OutboxTask.subject_id.in_([lead_id, guide.id]))
        finished = [at for at in session.scalars(tasks) if at is not None]
    assert len(finished) == len(SUBSCRIBERS[Event.LEAD_SUBMITTED]) + 1
    return (max(finished) - committed).total_seconds() * 1000
