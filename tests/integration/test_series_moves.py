"""Waiting mailings get another time, but never those that a worker has."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from intake.config import Settings
from intake.db import transaction
from intake.models import Mailing, OutboxTask
from intake.services import mailings, outbox, series
from tests.factories import NOON, stored_lead
from workers.base import NotNow
from workers.mailings.deliver import Post

LATER = NOON + timedelta(days=1)


@pytest.fixture
def mailing_id(database: Engine) -> UUID:
    """A guide that waits."""
    with transaction() as session:
        series.begin(session, stored_lead(session).lead_id, now=NOON)
        return session.scalars(select(Mailing.id)).one()


def move(mailing_id: UUID) -> list[tuple[UUID, datetime]]:
    with transaction() as session:
        return mailings.move_each(session, {mailing_id: LATER})


def due_at(mailing_id: UUID) -> datetime:
    with transaction() as session:
        return session.get_one(Mailing, mailing_id).due_at


def test_waiting_mailing_moves_and_forgets_what_it_waited_for(mailing_id: UUID) -> None:
    with transaction() as session:
        session.execute(update(Mailing).values(because="no_match"))
    assert move(mailing_id) == [(mailing_id, LATER)]
    with transaction() as session:
        row = session.get_one(Mailing, mailing_id)
        assert (row.due_at, row.because) == (LATER, None)


@pytest.mark.parametrize("status", ["sending", "accepted", "suppressed"])
def test_mailing_that_waits_no_more_keeps_its_time(mailing_id: UUID, status: str) -> None:
    with transaction() as session:
        session.execute(update(Mailing).values(status=status))
    assert (move(mailing_id), due_at(mailing_id)) == ([], NOON)


def test_mailing_that_a_worker_holds_is_left_to_it(mailing_id: UUID) -> None:
    with transaction() as worker:
        worker.get_one(Mailing, mailing_id, with_for_update=True)
        assert move(mailing_id) == []
    assert due_at(mailing_id) == NOON


@pytest.mark.parametrize(("state", "moves"), [("due", True), ("leased", False), ("done", False)])
def test_work_moves_only_while_nobody_has_it(mailing_id: UUID, state: str, moves: bool) -> None:
    theirs = OutboxTask.subject_id == mailing_id
    with transaction() as session:
        session.execute(update(OutboxTask).where(theirs).values(state=state))
        outbox.move_each(session, [(mailing_id, LATER)])
    with transaction() as session:
        found = session.scalars(select(OutboxTask.due_at).where(theirs)).one()
    assert (found == LATER) is moves


def test_work_is_put_off_to_where_planning_moved_its_mailing(
    mailing_id: UUID, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps before it may push it further than it would be alone."""

    def plan(session: Session, lead_ids: Collection[UUID], *, now: datetime) -> None:
        mailings.move_each(session, {mailing_id: now + 3 * timedelta(days=1)})

    monkeypatch.setattr(series, "plan", plan)
    with transaction() as session:
        session.execute(update(Mailing).values(step="questions"))
    with transaction() as session:
        answer = Post(settings).prepare(session, mailing_id, NOON)
    assert isinstance(answer, NotNow)
    assert answer.until == due_at(mailing_id) == NOON + 3 * timedelta(days=1)
