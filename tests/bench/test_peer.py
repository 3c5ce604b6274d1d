"""An empty task through outbox, relay and Celery against an empty procrastinate task, on one PostgreSQL.

Both are recorded in one commit and are done when their row says so; both keep every row on disk.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from procrastinate import App, SyncPsycopgConnector

from intake import workflow
from intake.db import transaction
from intake.services import outbox
from intake.workflow import Event, Queue, TaskRule
from tests.bench.figures import Figure, show
from tests.chaos.system import System, outside, start_parts, system

TASKS, WARM_UP, ROUNDS = 2_000, 100, 3
OURS = "SELECT count(*) FROM outbox_task WHERE task = 'empty' AND state = 'done'"
THEIRS = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setitem(workflow.TASKS, "empty", TaskRule(Queue.CALLBACKS))
    monkeypatch.setitem(workflow.SUBSCRIBERS, Event.CANARY_SENT, ("empty",))
    with system(tmp_path / "home", parts=()) as started:
        yield started


@pytest.mark.long
def test_empty_task_against_procrastinate(running: System) -> None:
    start_parts(running, ("relay", "worker"), lambda child: _with_empty_task(child.command))
    peer = App(connector=SyncPsycopgConnector(conninfo=running.dsn))
    peer.open()
    peer.schema_manager.apply_schema()
    worker = _procrastinate(running)
    try:
        _rate(running, OURS, _record, WARM_UP)
        _rate(running, THEIRS, lambda count: _defer(peer, count), WARM_UP)
        ours, theirs = 0.0, 0.0
        for _ in range(ROUNDS):
            ours = max(ours, _rate(running, OURS, _record, TASKS))
            theirs = max(theirs, _rate(running, THEIRS, lambda count: _defer(peer, count), TASKS))
    finally:
        worker.terminate()
        worker.wait(30)
        peer.close()
    print()
    show(Figure("empty tasks against procrastinate's", ours, "1/s", 1.0, theirs, at_least=True))


def _with_empty_task(command: object) -> None:
    assert isinstance(command, list)
    if "workers.app" in command:
        command[command.index("workers.app")] = "tests.bench.floors.empty_outbox"


def _record(count: int) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        for _ in range(count):
            outbox.record(session, Event.CANARY_SENT, uuid4(), now=now)


def _defer(peer: App, count: int) -> None:
    jobs: list[dict[str, Any]] = [{"number": number} for number in range(count)]
    peer.configure_task("empty", queue="empty").batch_defer(*jobs)


def _rate(running: System, query: str, add: Callable[[int], None], count: int) -> float:
    """Tasks a second, from the first thought of them to the last row that says done."""
    before = int(running.ask(query)[0][0])
    started = time.perf_counter()
    add(count)
    while int(running.ask(query)[0][0]) < before + count:
        assert time.perf_counter() - started < 120, query
        time.sleep(0.02)
    return count / (time.perf_counter() - started)


def _procrastinate(running: System) -> subprocess.Popen[bytes]:
    app = "--app=tests.bench.floors.empty_procrastinate.app"
    command = [sys.executable, "-m", "procrastinate", app, "worker", "--concurrency", "8"]
    return subprocess.Popen(command, env=outside(running), stderr=subprocess.DEVNULL)
