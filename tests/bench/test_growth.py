"""What a family, the workers and the desk wait for, while ten thousand requests of the past become a million.

The figures of `make bench` that read no request are not here: a match knows the directory, SMTP the server,
an import its file, a place its ZIP code. The board and the reports grow in test_board_speed.py.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from intake.config import Settings
from intake.db import transaction
from intake.models import Staff
from intake.services import claims, find, outbox, queue_page, series, status_page, vitals
from intake.services.find import Query
from intake.services.leads import submit_lead
from intake.services.queue_page import Tab, View
from intake.workflow import Queue
from tests.bench.closed_calls import fill_closed
from tests.bench.figures import Figure, show
from tests.bench.past_families import fill_families
from tests.bench.test_board_speed import SIZES, timed
from tests.desk import account, waiting_call
from tests.factories import new_lead
from workers import base
from workers.callbacks.schedule import schedule_callback
from workers.mailings.deliver import Intent, Post, settle
from workers.matching.match_lead import match_lead

GROWTH = 1.3
# What was sent here for a smaller size. The vitals read the leads of the last hour: as many at every size.
_PAST = "UPDATE lead SET created_at = created_at - interval '1 day' WHERE created_at > :newest"
WAITING = 40
PHONE = "+12125550001"
TASKS = {"match_lead": match_lead, "schedule_callback": schedule_callback}


@pytest.mark.long
def test_a_lead_costs_the_same_however_many_came_before(database: Engine, settings: Settings) -> None:
    newest, already = datetime.now(UTC), 0
    first: dict[str, float] = {}
    acts = _acts(settings)
    print()
    for size in SIZES:
        with transaction() as session:
            fill_closed(session, already=already, total=size, newest=newest, apart=120)
            fill_families(session)
            session.execute(text(_PAST), {"newest": newest})
        already = size
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET ROLE NONE"))
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM (ANALYZE)"))
        for name, act in acts.items():
            ours = median(timed(act))
            floor = first.setdefault(name, ours)
            shown = f"{name}, {size:,} before, median"
            show(Figure(shown, ours, "ms", GROWTH, floor))


def _acts(settings: Settings) -> dict[str, Callable[[], None]]:
    """By name, in an order in which each finds what the one before it left."""
    desk, post = _Desk(), Post(settings)
    return {
        "send a lead": desk.send,
        "claim a lead": _claim,
        "match a lead": lambda: _run("match_lead"),
        "call a lead": lambda: _run("schedule_callback"),
        "plan a series": _plan,
        "rows of a mail": lambda: _mail(post),
        "family's page": desk.look,
        "claim of a call": desk.take,
        "queue page": desk.queue,
        "find by phone": desk.find,
        "vitals": desk.vitals,
    }


class _Desk:
    """A family that sends and looks, and an advocate at noon in Houston with forty calls that wait."""

    def __init__(self) -> None:
        self.noon = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
        self.sent, self.token = 0, ""
        with transaction() as session:
            self.ana: Staff = account(session)
            for number in range(WAITING):
                phone, email = f"+1713555{number:04}", f"waits{number}@family.example"
                waiting_call(session, due_at=self.noon, phone=phone, email=email)
            # Their tasks would be taken for those of the leads that are sent here.
            session.execute(text("UPDATE outbox_task SET state = 'done'"))

    def send(self) -> None:
        self.sent += 1
        email, phone = f"g{self.sent}@family.example", f"+1212555{self.sent % 10_000:04}"
        with transaction() as session:
            lead = new_lead(email=email, phone=phone)
            self.token = submit_lead(session, lead, now=datetime.now(UTC)).status_token

    def look(self) -> None:
        with transaction() as session:
            assert status_page.open_page(session, self.token, now=self.noon)

    def take(self) -> None:
        """Taken and given back."""
        with transaction() as session:
            assert claims.claim_next(session, self.ana, now=self.noon)
            session.rollback()

    def queue(self) -> None:
        with transaction() as session:
            view = View(staff=self.ana, tab=Tab.DUE, now=self.noon, day_ends=self.noon + timedelta(hours=8))
            assert queue_page.queue(session, view)

    def find(self) -> None:
        with transaction() as session:
            assert find.find(session, Query("a number", PHONE), self.ana, now=self.noon).found

    def vitals(self) -> None:
        with transaction() as session:
            vitals.read(session)


def _claim() -> None:
    """One round of the relay, taken back."""
    with transaction() as session:
        outbox.claim_due(session, Queue.MAILINGS)
        session.rollback()


def _run(task: str) -> None:
    """The task of one of the leads that were sent here."""
    lease = text(
        """UPDATE outbox_task SET state = 'leased', token = token + 1, started_at = NULL,
            leased_until = now() + interval '1 hour' WHERE id = (SELECT id FROM outbox_task
            WHERE state = 'due' AND task = :task ORDER BY due_at DESC LIMIT 1) RETURNING id, token"""
    )
    with transaction() as session:
        task_id, token = session.execute(lease, {"task": task}).one()
    base.run(task_id, token, TASKS[task])


def _plan() -> None:
    """The series of one of those leads. In the product the same thread then sends the guide."""
    done = """UPDATE outbox_task SET state = 'done' WHERE id = (SELECT id FROM outbox_task
        WHERE state = 'due' AND task = 'start_series' ORDER BY due_at DESC LIMIT 1) RETURNING subject_id"""
    with transaction() as session:
        lead_id: UUID = session.scalars(text(done)).one()
        series.begin(session, lead_id, now=datetime.now(UTC))


def _mail(post: Post) -> None:
    """A guide that is due, all but composing it and SMTP."""
    due = "SELECT id FROM mailing WHERE status = 'planned' AND step = 'guide' ORDER BY due_at DESC LIMIT 1"
    now = datetime.now(UTC)
    with transaction() as session:
        intent = post.prepare(session, session.scalars(text(due)).one(), now)
    assert isinstance(intent, Intent)
    with transaction() as session:
        assert settle(session, intent, "250 2.0.0 Ok: queued as 4F2A91C0DD", now)
