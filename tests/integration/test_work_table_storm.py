"""1,000 rows while Redis is flushed, workers are killed and one row kills its process."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import redis
from sqlalchemy import Engine, select, text

from intake.db import transaction
from intake.embedded import Services
from intake.models.work import OutboxTask
from intake.rules.statuses import TaskState
from tests.work_table import CREATE_EFFECTS, POISON

ROWS = 1_000
SEED = 20261124
DEADLINE_SECONDS = 120


class Keeper:
    """Starts one process again whenever it dies, as the supervisor does."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.deaths = -1
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self.deaths += 1
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)

    def keep(self) -> None:
        if self.process.poll() is not None:
            self.process = self._start()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture
def parts(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, Keeper]]:
    env = {**os.environ, **environment}
    worker = [sys.executable, "-m", "celery", "-A", "tests.work_table", "worker", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    commands = {
        "relay": [sys.executable, "-m", "tests.work_table"],
        "worker": [*worker, "-P", "threads", "-c", "8", "-Q", "matching", "-n", "main@%h"],
        "quarantine": [*worker, "-P", "solo", "-c", "1", "-Q", "quarantine", "-n", "quarantine@%h"],
    }
    running = {name: Keeper(command, env, tmp_path / f"{name}.log") for name, command in commands.items()}
    yield running
    for part in running.values():
        part.stop()


def _store_rows(count: int) -> None:
    now = datetime.now(UTC)
    subjects = [uuid4() for _ in range(count - 1)] + [POISON]
    random.Random(SEED).shuffle(subjects)
    with transaction() as session:
        session.execute(text("SET LOCAL ROLE NONE"))
        session.execute(text(CREATE_EFFECTS))
        session.execute(text("TRUNCATE effect"))
        for subject in subjects:
            session.add(_row(subject, now))
        session.execute(text("NOTIFY outbox"))


def _row(subject: UUID, now: datetime) -> OutboxTask:
    return OutboxTask(
        event="test.stored",
        task="count_effect",
        queue="matching",
        subject_id=subject,
        due_at=now,
        created_at=now,
    )


def _unfinished() -> int:
    with transaction() as session:
        open_states = [TaskState.DUE, TaskState.LEASED]
        return len(session.scalars(select(OutboxTask.id).where(OutboxTask.state.in_(open_states))).all())


def test_no_row_is_lost_doubled_or_wrongly_parked_when_redis_is_flushed_and_workers_are_killed(
    database: Engine, services: Services, parts: dict[str, Keeper]
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    _store_rows(ROWS)
    broker = redis.Redis.from_url(services.limits_url.replace("db=1", "db=0"))
    kills, end = 0, time.monotonic() + DEADLINE_SECONDS
    next_fault = time.monotonic() + 2
    while _unfinished() and time.monotonic() < end:
        for part in parts.values():
            part.keep()
        if time.monotonic() > next_fault and kills < 5:
            broker.flushall()
            parts["worker"].kill()
            kills += 1
            next_fault = time.monotonic() + chance.uniform(1.5, 3)
        time.sleep(0.1)
    broker.close()
    _check_effects(parts["worker"].deaths)


def _check_effects(deaths: int) -> None:
    with transaction() as session:
        effects = session.execute(text("SELECT count(*), count(DISTINCT subject_id) FROM effect")).one()
        parked = session.scalars(select(OutboxTask).where(OutboxTask.state == TaskState.PARKED)).all()
        done = session.scalars(select(OutboxTask.id).where(OutboxTask.state == TaskState.DONE)).all()
    assert deaths >= 3, "the storm was too short to prove anything"
    assert tuple(effects) == (ROWS - 1, ROWS - 1)
    assert len(done) == ROWS - 1
    assert [row.subject_id for row in parked] == [POISON]
