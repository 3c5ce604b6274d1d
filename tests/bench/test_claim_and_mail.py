"""A claim against the raw statement, and a mail against bare smtplib, turn by turn."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from sqlalchemy import Engine, text

from intake.db import transaction
from intake.services import outbox
from intake.workflow import Queue
from tests.bench.figures import Figure, show
from tests.bench.floors.bare_smtp import send_all
from tests.chaos.hand import leads
from tests.factories import free_port
from workers.mailings.transport import SmtpTransport

ROUNDS, MAILS = 200, 200
MESSAGE = b"Subject: Hello\r\n\r\n" + b"0123456789012345678901234567890123456789\r\n" * 1000
RAW = text(
    """UPDATE outbox_task SET state = 'leased', token = token + 1 WHERE id = (SELECT id FROM outbox_task
    WHERE queue = 'callbacks' AND state = 'due' AND due_at <= now() ORDER BY due_at, id LIMIT 1
    FOR UPDATE SKIP LOCKED) RETURNING id, token"""
)


@pytest.mark.long
def test_claim_against_the_raw_statement(database: Engine) -> None:
    leads(ROUNDS + 20)
    with transaction() as session:
        session.execute(text("UPDATE outbox_task SET queue = 'quarantine' WHERE queue = 'matching'"))
    taken: list[float] = []
    least: list[float] = []
    for _ in range(ROUNDS):
        with transaction() as session:
            taken.append(_ms(partial(outbox.claim_due, session, Queue.QUARANTINE)))
            session.execute(text("UPDATE outbox_task SET state = 'due' WHERE state = 'leased'"))
        with transaction() as session:
            least.append(_ms(partial(session.execute, RAW)))
    print()
    show(Figure("claim of work, median", median(taken), "ms", 3, median(least)))


@pytest.fixture
def port() -> Iterator[int]:
    server = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server.port
    server.stop()


@pytest.mark.long
def test_mails_a_second_against_bare_smtplib(port: int) -> None:
    transport = SmtpTransport(host="127.0.0.1", port=port, security="none")
    started = time.perf_counter()
    for _ in range(MAILS):
        transport.send("desk@help.example", "ann@family.example", MESSAGE)
    ours = MAILS / (time.perf_counter() - started)
    transport.close()
    print()
    least = MAILS / send_all(port, MESSAGE, MAILS)
    show(Figure("mails handed over a second", ours, "1/s", 0.7, least, at_least=True))


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)
