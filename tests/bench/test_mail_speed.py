"""2,000 guide mails through relay and one worker, beside a bare smtplib loop to the same sink."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from intake.db import transaction
from intake.machine import free_port
from intake.mails.dkim import new_key
from intake.models import Mailing, OutboxTask
from intake.rules.statuses import MailingStatus, TaskState
from intake.services import series
from tests.bench.figures import Figure, show
from tests.factories import stored_lead
from tests.product import wait_until

MAILS, WARM_UP = 2000, 100
LIMIT_SECONDS = 240.0
HELD = timedelta(hours=1)
MAIL = OutboxTask.task == "send_mailing"
# Only the guides: a follow-up is due days later.
WAITING = MAIL & (OutboxTask.state == TaskState.DUE) & (OutboxTask.due_at < func.now() + 2 * HELD)


@dataclass
class Sink:
    process: "subprocess.Popen[str]"
    port: int
    first: Path

    def taken(self) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("count\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    port, first = free_port(), tmp_path / "first.eml"
    command = [sys.executable, "-m", "tests.bench.mail_sink", str(port), str(first)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield Sink(process, port, first)
        process.terminate()


@contextmanager
def working(environment: dict[str, str]) -> Iterator[None]:
    """One relay and one mailer, as `advocate up` starts them."""
    celery = ["-m", "celery", "-A", "workers.app", "worker", "-P", "threads", "-c", "4"]
    worker = [*celery, "-Q", "mailings", "--without-gossip", "--without-mingle"]
    commands = (["-m", "workers.relay"], [*worker, "--loglevel", "ERROR"])
    env = {**os.environ, **environment}
    parts = [
        subprocess.Popen([sys.executable, *command], env=env, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield
    finally:
        for part in parts:
            part.terminate()
            part.wait(20)


def plan(count: int, name: str) -> None:
    """Families whose guide waits until it is released; the follow-ups are planned as each is sent."""
    now = datetime.now(UTC)
    for start in range(0, count, 100):
        with transaction() as session:
            for number in range(start, min(start + 100, count)):
                address = f"{name}{number}@family.example"
                lead = stored_lead(session, now=now - timedelta(seconds=1), email=address)
                series.begin(session, lead.lead_id, now=now)
            # A family's other work is measured elsewhere.
            session.execute(update(OutboxTask).where(~MAIL).values(state=TaskState.DONE))
            session.execute(update(OutboxTask).where(WAITING).values(due_at=now + HELD))


def release() -> None:
    with transaction() as session:
        session.execute(update(OutboxTask).where(WAITING).values(due_at=OutboxTask.due_at - HELD))


def accepted() -> int:
    with transaction() as session:
        done = select(func.count()).where(Mailing.status == MailingStatus.ACCEPTED)
        return session.scalar(done) or 0


def per_second(count: int, name: str, environment: dict[str, str]) -> float:
    """Mails a second once the worker is warm."""
    plan(WARM_UP, f"{name}w")
    before = accepted()
    with working(environment):
        release()
        assert wait_until(lambda: accepted() >= before + WARM_UP, LIMIT_SECONDS)
        plan(count, name)
        started = time.perf_counter()
        release()
        assert wait_until(lambda: accepted() >= before + WARM_UP + count, LIMIT_SECONDS)
        return count / (time.perf_counter() - started)


def floor(sink: Sink, count: int) -> float:
    command = [sys.executable, "-m", "tests.bench.floors.smtplib_loop", str(sink.port), str(sink.first)]
    done = subprocess.run([*command, str(count)], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["per_second"])


@pytest.mark.long
def test_sending_beside_a_bare_loop(
    database: Engine, environment: dict[str, str], sink: Sink, tmp_path: Path
) -> None:
    here = {**environment, "SMTP_PORT": str(sink.port)}
    plain = per_second(MAILS, "plain", here)
    least = floor(sink, MAILS)
    show(Figure("guide mails sent a second", plain, "1/s", 0.5, least, at_least=True))
    key = tmp_path / "dkim.pem"
    key.write_bytes(new_key())
    signed = per_second(MAILS, "signed", {**here, "DKIM_KEY_FILE": str(key)})
    least = floor(sink, MAILS)
    show(Figure("guide mails signed and sent a second", signed, "1/s", 0.1, least, at_least=True))
    print(f"the mail has {sink.first.stat().st_size:,} bytes; the sink took {sink.taken():,}")
