"""Leads and empty tasks a second, and what each process holds, on one running product."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import func, select, text

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.models import Mailing
from intake.rules.statuses import MailingStatus
from intake.services.leads import submit_lead
from intake.workflow import SUBSCRIBERS, Event
from tests.bench.figures import Figure, percentile, show
from tests.chaos.system import system
from tests.factories import new_lead
from tests.product import Product, running, wait_until

LEADS, EMPTY, ROUND_TRIPS = 400, 2_000, 100
OPEN = """SELECT count(*) FROM outbox_task WHERE state IN ('due', 'leased') AND due_at <= now()
    AND event <> 'canary.sent'"""
PARTS = ("intake.web:app", "relay", "worker", "mailer", "quarantine", "beat")


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with running(tmp_path / "home") as started:
        yield started


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of the whole product beside a mail server that has a mail on its disk before it answers."""
    with system(tmp_path / "system") as started:
        yield started.settings


@pytest.mark.long
def test_leads_a_second_against_empty_tasks(settings: dict[str, str]) -> None:
    """The floor before and after, so that a change of the machine's speed meets both."""
    engine = db.connect(Settings.from_env(settings))
    _submit(40)
    assert wait_until(_quiet, 120)
    before, trips = _floor(settings)
    _submit(LEADS, first=40)
    started = time.perf_counter()
    assert wait_until(_quiet, 300)
    ours = LEADS / (time.perf_counter() - started)
    assert _accepted() == 40 + LEADS
    after, more_trips = _floor(settings)
    engine.dispose()
    trips += more_trips
    empty, tasks = (before + after) / 2, len(SUBSCRIBERS[Event.LEAD_SUBMITTED])
    print(f"\n{ours / empty:.3f} leads for an empty task; {tasks} tasks a lead, the mail's own not counted")
    show(Figure("pipeline, tasks against empty tasks", tasks * ours, "1/s", 0.1, empty, at_least=True))
    show(Figure("pipeline, leads a second", ours, "1/s", 30, at_least=True))
    show(Figure("empty Celery round trip, median", percentile(trips, 50), "ms"))
    show(Figure("empty Celery round trip, p95", percentile(trips, 95), "ms"))


@pytest.mark.long
def test_memory_of_each_process(product: Product) -> None:
    engine = db.connect(Settings.from_env(product.settings))
    _submit(100)
    assert wait_until(_quiet, 120)
    engine.dispose()
    print()
    for part in PARTS:
        held = _resident(product, part)
        assert held, f"{part} does not run"
        for number, megabytes in enumerate(held):
            show(Figure(f"memory of {part}, process {number + 1}", megabytes, "MB", 250))


def _submit(count: int, *, first: int = 0) -> None:
    with transaction() as session:
        for number in range(first, first + count):
            now = datetime.now(UTC)
            lead = new_lead(email=f"bench{number}@family.example", phone=f"+1713555{number:04}")
            submit_lead(session, lead, now=now)


def _accepted() -> int:
    """Guides that the mail server took."""
    with transaction() as session:
        return session.scalar(select(func.count()).where(Mailing.status == MailingStatus.ACCEPTED)) or 0


def _quiet() -> bool:
    with transaction() as session:
        return not session.scalar(text(OPEN))


def _floor(settings: dict[str, str]) -> tuple[float, list[float]]:
    """Empty tasks a second, and round trips of one (ms)."""
    with _least_celery(settings) as (send, answers):
        for _ in range(EMPTY):
            send()
        started = time.perf_counter()
        assert wait_until(lambda: answers.llen("floor") >= EMPTY, 120)
        empty = EMPTY / (time.perf_counter() - started)
        answers.delete("floor")
        return empty, [_round_trip(send, answers) for _ in range(ROUND_TRIPS)]


@contextmanager
def _least_celery(settings: dict[str, str]) -> Iterator[tuple[Any, Any]]:
    """A worker of the least Celery: what sends one task, and the Redis that hears the answers."""
    env = {**os.environ, **settings}
    app = [sys.executable, "-m", "celery", "-A", "tests.bench.floors.empty_celery", "worker"]
    options = ["-P", "threads", "-c", "8", "-Q", "floor", "--without-gossip", "--without-mingle"]
    worker = subprocess.Popen([*app, *options, "-l", "ERROR"], env=env, stderr=subprocess.DEVNULL)
    answers = redis.Redis.from_url(settings["LIMITS_URL"])
    from celery import Celery

    client = Celery("floor", broker=settings["BROKER_URL"])
    try:
        client.send_task("empty", [0], queue="floor")
        assert answers.brpop(["floor"], timeout=60)
        yield lambda: client.send_task("empty", [0], queue="floor"), answers
    finally:
        worker.terminate()
        worker.wait(20)
        answers.close()


def _round_trip(send: Any, answers: Any) -> float:
    started = time.perf_counter()
    send()
    assert answers.brpop(["floor"], timeout=20)
    return 1000 * (time.perf_counter() - started)


def _resident(product: Product, part: str) -> list[float]:
    """Proportional set size in MB, shared pages shared out, of the processes of this name or command."""
    listed = subprocess.run(["ps", "-eo", "pid,comm,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    pids = [row[0] for row in rows if row[1] == part or part in row[2].split()]
    return sorted(_proportional(pid) for pid in pids if str(product.home) in _told(pid))


def _told(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return ""


def _proportional(pid: str) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
