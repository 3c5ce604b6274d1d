"""How the desk does: the canary, the figures for Prometheus, and what exactly is wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from intake.config import ROOT, Settings
from intake.db import transaction
from intake.models import Lead, Mailing, MailReply, OutboxTask
from intake.services import canary, heartbeats, outbox, vitals
from intake.workflow import Event, Queue
from tests.commands import advocate, advocate_json
from tests.factories import stored_lead
from workers import base

TOKEN = "a token for the scraper alone"


def look() -> vitals.Vitals:
    with transaction() as session:
        return vitals.read(session)


def beat_all() -> None:
    with transaction() as session:
        for name in heartbeats.EXPECTED:
            heartbeats.beat(session, name)


def set_back(statement: str) -> None:
    with transaction() as session:
        session.execute(text(statement))


@pytest.fixture
def scraped(browser_client: FlaskClient) -> Iterator[Callable[..., Any]]:
    settings: Settings = browser_client.application.extensions["advocate"]
    browser_client.application.extensions["advocate"] = replace(settings, metrics_token=TOKEN)

    def get(token: str = TOKEN) -> Any:
        return browser_client.get("/metrics", headers={"Authorization": f"Bearer {token}"})

    yield get
    browser_client.application.extensions["advocate"] = settings


def test_nothing_is_wrong_when_every_part_has_spoken(database: Engine) -> None:
    beat_all()
    assert vitals.wrong(look()) == {}


@pytest.mark.parametrize(
    ("statement", "part", "said"),
    [
        (
            "UPDATE heartbeat SET seen_at = now() - interval '45 s' WHERE name = 'relay'",
            "relay",
            "silent for 45",
        ),
        ("DELETE FROM heartbeat WHERE name = 'beat'", "beat", "never seen"),
        ("UPDATE outbox_task SET due_at = now() - interval '75 s'", "work", "oldest due for 75 s"),
        (
            "INSERT INTO heartbeat VALUES ('canary.mailings', now() - interval '2 minutes')",
            "canary",
            "mailings: not back for 120 s",
        ),
    ],
)
def test_fault_is_named_when_a_part_is_silent_or_late(
    database: Engine, statement: str, part: str, said: str
) -> None:
    beat_all()
    with transaction() as session:
        stored_lead(session, now=datetime.now(UTC))
    set_back(statement)
    wrong = vitals.wrong(look())
    assert list(wrong) == [part]
    assert said in wrong[part]


def test_canary_leaves_its_time_for_every_queue_and_no_lead(database: Engine) -> None:
    with transaction() as session:
        canary.send(session, now=datetime.now(UTC))
    with transaction() as session:
        claims = outbox.claim_due(session)
    for claim in claims:
        base.run(claim.id, claim.token, canary.back(Queue(claim.queue)))
    assert {claim.queue for claim in claims} == set(Queue)
    assert all(age is not None and age < 30 for age in look().canary.values())
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == 0


def test_canary_is_not_back_when_its_deed_fails(database: Engine) -> None:
    def fails(session: Session, now: datetime) -> None:
        raise RuntimeError

    with transaction() as session:
        canary.send(session, now=datetime.now(UTC))
    with transaction() as session:
        [claim] = outbox.claim_due(session, Queue.MATCHING)
    base.run(claim.id, claim.token, canary.back(Queue.MATCHING, fails))
    assert look().canary["matching"] is None


def test_old_canaries_are_swept_when_one_is_sent(database: Engine) -> None:
    with transaction() as session:
        canary.send(session, now=datetime.now(UTC) - timedelta(minutes=11))
    with transaction() as session:
        canary.send(session, now=datetime.now(UTC))
    with transaction() as session:
        flying = select(func.count()).where(OutboxTask.event == Event.CANARY_SENT)
        assert session.scalar(flying) == len(Queue)


def test_time_to_ready_counts_match_call_and_guide(database: Engine) -> None:
    now = datetime.now(UTC) - timedelta(minutes=3)
    with transaction() as session:
        ready, waiting = (stored_lead(session, now=now).lead_id for _ in range(2))
        done_in_two_seconds(session, ready, now)
        session.add(guide(ready, now, answered_at=now + timedelta(seconds=4)))
        session.add(guide(waiting, now, answered_at=None))
    found = look()
    assert [round(seconds) for seconds in found.ready] == [4]
    assert found.unready == 1


def test_lead_that_is_sent_no_guide_is_ready_without_one(database: Engine) -> None:
    now = datetime.now(UTC) - timedelta(minutes=3)
    with transaction() as session:
        done_in_two_seconds(session, stored_lead(session, now=now).lead_id, now)
    found = look()
    assert [round(seconds) for seconds in found.ready] == [2]
    assert found.unready == 0


def done_in_two_seconds(session: Session, lead_id: UUID, now: datetime) -> None:
    session.execute(
        update(OutboxTask)
        .where(OutboxTask.subject_id == lead_id)
        .values(state="done", started_at=now, finished_at=now + timedelta(seconds=2), attempts=1)
    )


def guide(lead_id: UUID, now: datetime, *, answered_at: datetime | None) -> Mailing:
    return Mailing(
        lead_id=lead_id,
        step="guide",
        status="accepted" if answered_at else "planned",
        message_id=str(lead_id),
        due_at=now,
        created_at=now,
        answered_at=answered_at,
    )


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1]])
def test_stranger_finds_no_metrics(scraped: Callable[..., Any], token: str) -> None:
    assert scraped(token).status_code == 404


def test_no_metrics_are_shown_when_no_token_is_set(browser_client: FlaskClient) -> None:
    assert browser_client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_hold_what_prometheus_can_read(scraped: Callable[..., Any]) -> None:
    with transaction() as session:
        stored_lead(session, now=datetime.now(UTC) - timedelta(minutes=2))
        canary.send(session, now=datetime.now(UTC))
        heartbeats.beat(session, "canary.matching")
    answer = scraped()
    assert answer.status_code == 200
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert values["advocate_work_due", "matching"] == 2
    assert values["advocate_work_oldest_due_seconds", "matching"] > 119
    assert values["advocate_leads_unready",] == 1
    assert values["advocate_lead_ready_seconds_bucket", "+Inf"] == 0
    assert values["advocate_canary_age_seconds", "matching"] < 60


def test_status_names_what_is_wrong_and_exits_1(database: Engine, environment: dict[str, str]) -> None:
    said = advocate(environment, "status")
    assert said.returncode == 1
    assert "WRONG  relay: never seen" in said.stdout
    beat_all()
    assert advocate_json(environment, "status")["wrong"] == {}


def test_every_alert_asks_a_metric_that_there_is_and_has_a_line_in_the_runbook(
    scraped: Callable[..., Any],
) -> None:
    with transaction() as session:
        heartbeats.beat(session, "backup")
        for queue in Queue:
            heartbeats.beat(session, f"canary.{queue}")
    beat_all()
    shown = scraped().text
    rules = (ROOT / "deploy" / "alerts.yml").read_text()
    runbook = (ROOT / "docs" / "operations.md").read_text()
    names, asked = re.findall(r"- alert: (\w+)", rules), set(re.findall(r"advocate_\w+", rules))
    assert len(names) >= 8
    assert {metric for metric in asked if f"\n{metric}" not in shown} == set()
    assert [name for name in names if f"| {name} |" not in runbook] == []


def test_unread_reply_is_as_old_as_its_coming_until_it_is_settled(database: Engine) -> None:
    assert look().oldest_reply is None
    with transaction() as session:
        came = {"digest": b"d", "sender_blind": b"s", "says_stop": True}
        session.add(MailReply(received_at=datetime.now(UTC) - timedelta(hours=30), **came))
    assert look().oldest_reply == pytest.approx(30 * 3600, abs=60)
    set_back("UPDATE mail_reply SET settled_at = now()")
    assert look().oldest_reply is None
