"""Planning the next steps of 100,000 leads, and what one mail costs beside few and 1,000,000 past ones."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, text

from intake.config import Settings
from intake.db import transaction
from intake.models import Mailing
from intake.services import series
from tests.bench.big_database import fill_leads
from tests.bench.figures import Figure, show
from tests.factories import stored_lead
from workers.mailings.deliver import Intent, Post, settle

LEADS, CHUNK, MAILS, PAST = 100_000, 1000, 200, 10
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
# Each asked a minute ago, agreed to mails, and has the guide; nothing else is planned yet.
_BEGUN = (
    "UPDATE lead SET wants_guide = true, created_at = :now WHERE reference LIKE 'B0%'",
    """INSERT INTO contact (id, lead_id, first_name_sealed, email_blind)
    SELECT gen_random_uuid(), id, '', uuid_send(id) FROM lead WHERE reference LIKE 'B0%'""",
    """INSERT INTO series_run (id, lead_id, series, begun_at, planned_version)
    SELECT gen_random_uuid(), id, 'guide', :now, 'older' FROM lead WHERE reference LIKE 'B0%'""",
    """INSERT INTO mailing (id, lead_id, step, status, message_id, due_at, created_at, answered_at)
    SELECT gen_random_uuid(), id, 'guide', 'accepted', gen_random_uuid()::text, :now, :now, :now
    FROM lead WHERE reference LIKE 'B0%'""",
)
# As if the file had said another time of the day.
_ELSEWHEN = (
    "UPDATE mailing SET due_at = due_at + interval '7 minutes' WHERE status = 'planned'",
    "UPDATE series_run SET planned_version = 'older' WHERE lead_id IN (SELECT lead_id FROM mailing)",
)
_PAST = """INSERT INTO mailing (id, lead_id, step, status, message_id, due_at, created_at, answered_at)
    SELECT gen_random_uuid(), id, 'guide.' || n, 'accepted', gen_random_uuid()::text, :now, :now, :now
    FROM lead, generate_series(2, :past) AS n WHERE reference LIKE 'B0%'"""


def fill(*steps: str, **given: object) -> None:
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for step in steps:
            session.execute(text(step), {"now": NOW - timedelta(minutes=1), **given})
    with transaction() as session:
        session.execute(text("ANALYZE mailing, outbox_task"))


def ready(name: str) -> list[UUID]:
    """Guides that are due now."""
    found = []
    for number in range(MAILS):
        with transaction() as session:
            changes = {"email": f"{name}{number}@family.example"}
            sent = stored_lead(session, now=NOW, **changes)
            series.begin(session, sent.lead_id, now=NOW)
            wanted = select(Mailing.id).where(Mailing.lead_id == sent.lead_id)
            found.append(session.scalars(wanted).one())
    return found


def cost(name: str, post: Post) -> float:
    """Milliseconds of what a mail costs beside composing it and SMTP: intent, question, answer, next step."""
    taken = []
    for mailing_id in ready(name):
        started = time.perf_counter()
        with transaction() as session:
            intent = post.prepare(session, mailing_id, NOW)
        assert isinstance(intent, Intent)
        with transaction() as session:
            assert settle(session, intent, "250 2.0.0 Ok: queued as 4F2A91C0DD", NOW)
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


def plan_all() -> float:
    """Seconds for every family whose series another version of the file planned last."""
    started, planned = time.perf_counter(), CHUNK
    while planned == CHUNK:
        with transaction() as session:
            planned = series.plan_stale(session, limit=CHUNK, now=NOW)
    return time.perf_counter() - started


@pytest.mark.long
def test_planning_and_the_cost_of_a_mail(database: Engine, settings: Settings) -> None:
    post = Post(settings)
    few = cost("few", post)
    with transaction() as session:
        fill_leads(session, LEADS)
    fill(*_BEGUN)
    show(Figure("next steps of 100,000 leads planned", plan_all(), "s", 30))
    planned = select(func.count()).where(Mailing.status == "planned", Mailing.step == "questions")
    with transaction() as session:
        assert session.scalar(planned) == LEADS + MAILS
    fill(*_ELSEWHEN)
    show(Figure("next steps of 100,000 leads moved", plan_all(), "s"))
    with transaction() as session:
        assert session.scalar(planned.where(func.extract("minute", Mailing.due_at) != 0)) == 0
    fill(_PAST, past=PAST)
    show(Figure("rows of a mail at 1,000,000 past ones, median", cost("many", post), "ms", 1.5, few))
    post.outgoing.transport.close()
