"""The desk over a million waiting calls and five million closed ones: claims, the queue page, the search."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from intake.db import transaction
from intake.machine import free_port
from intake.models import Staff
from intake.services import claims, pool
from tests.bench.figures import Figure, percentile, show
from tests.bench.scale import rows
from tests.bench.test_board_speed import timed
from tests.bench.test_send_request import FORM
from tests.bench.waiting_calls import fill_closed, fill_waiting, make_real, pattern
from tests.desk import account, sign_in, signed_in, token_in
from tests.product import wait_until

ADVOCATES, ROUNDS, WARM_UP = 64, 30, 5
WAITING = 1_000_000
CLOSED = (10_000, 100_000, 1_000_000, 5_000_000)
SHOWN = 60
_CLOSE = text("UPDATE callback SET status = 'done', closed_at = now() WHERE status = 'claimed'")
P95_MS, CLAIM_REACH, GROWTH = 100, 0.3, 1.3


class Presser(NamedTuple):
    """One advocate's browser: a line to each server, and what her page would send."""

    line: http.client.HTTPConnection
    path: str
    headers: dict[str, str]
    body: str

    def press(self) -> int:
        self.line.request("POST", self.path, body=self.body, headers=self.headers)
        answer = self.line.getresponse()
        answer.read()
        return answer.status


@contextmanager
def served(program: str) -> Iterator[int]:
    """As the product serves itself: two processes of eight threads."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8"]
    command += ["-b", f"127.0.0.1:{port}", "--no-control-socket", "--keep-alive", "75", program]
    process = subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.DEVNULL)
    try:
        assert wait_until(partial(_listens, port), 30)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/nothing")
        return line.getresponse().status > 0
    except OSError:
        return False
    finally:
        line.close()


def _settle(database: Engine) -> None:
    """What a bench before this one left dead is gone from every table."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (ANALYZE)"))


@pytest.mark.long
def test_desk_over_a_million_waiting_calls(app: Flask, browser_client: FlaskClient, database: Engine) -> None:
    now, already = datetime.now(UTC), 0
    ana, first = signed_in(browser_client), 0.0
    with transaction() as session:
        like = pattern(session, now)
        fill_waiting(session, like, total=rows(WAITING), now=now)
    print()
    for size in map(rows, CLOSED):
        with transaction() as session:
            fill_closed(session, like, already=already, total=size, now=now)
        already = size
        _settle(database)
        took = median(timed(partial(_claim_and_close, ana)))
        first = first or took
        show(Figure(f"claim a call, {size:,} closed, median", took, "ms", GROWTH, first))
    _pages(browser_client, ana)
    _race(app)


def _claim_and_close(staff: Staff) -> None:
    with transaction() as session:
        assert claims.claim_next(session, staff, now=datetime.now(UTC)) is not None
    _close_claimed()


def _close_claimed() -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE callback SET status = 'done', closed_at = now() WHERE status = 'claimed'")
        )


def _pages(client: FlaskClient, ana: Staff) -> None:
    """The queue's four lists and the search, asked as a browser asks."""
    now = datetime.now(UTC)
    with transaction() as session:
        due = pool.due_ids(session, ana.id, frozenset(), now=now, most=SHOWN)
        oldest = text("SELECT id FROM callback WHERE status = 'waiting' ORDER BY due_at, id LIMIT :shown")
        phones = make_real(session, [*due, *session.scalars(oldest, {"shown": SHOWN})])
    for tab in ("due", "today", "mine", "all"):
        _page(f"queue page, {tab}", partial(client.get, f"/console/?show={tab}"))
    token = token_in(client.get("/console/find").text)
    for what, asked in (("phone", phones), ("last name", ["Example1", "Example2"]), ("nobody", ["Nobody"])):
        turns = iter(asked * 200)
        _page(f"search by {what}", lambda turns=turns: client.post(  # type: ignore[misc]
            "/console/find", data={"csrf_token": token, "text": next(turns)}
        ))  # fmt: skip


def _page(name: str, ask: Callable[[], object]) -> None:
    assert ask().status_code == 200, name  # type: ignore[attr-defined]
    took = timed(ask)
    show(Figure(f"{name}, median", median(took), "ms"))
    show(Figure(f"{name}, p95", percentile(took, 95), "ms", P95_MS))


def _race(app: Flask) -> None:
    """64 advocates press at once, the product and the bare view turn by turn."""
    with served("intake.web:app") as ours, served("tests.bench.floors.bare_claim:app") as bare:
        pairs = [_pressers(app, ours, bare, number) for number in range(ADVOCATES)]
        with ThreadPoolExecutor(ADVOCATES) as crowd:
            took = [
                [_at_once(crowd, side) for side in zip(*pairs, strict=True)] for _ in range(ROUNDS + WARM_UP)
            ]
        for presser in chain(*pairs):
            presser.line.close()
    product, floor = (ADVOCATES * ROUNDS / sum(side) for side in zip(*took[WARM_UP:], strict=True))
    name = f"claims a second over HTTP, {ADVOCATES} at once"
    show(Figure(name, product, "1/s", CLAIM_REACH, floor, at_least=True))


def _at_once(crowd: ThreadPoolExecutor, pressers: Sequence[Presser]) -> float:
    """Seconds until the last of them has her call."""
    gate = threading.Barrier(len(pressers) + 1)

    def press(presser: Presser) -> int:
        gate.wait()
        return presser.press()

    answers = [crowd.submit(press, presser) for presser in pressers]
    gate.wait()
    started = time.perf_counter()
    assert {answer.result() for answer in answers} == {303}
    took = time.perf_counter() - started
    _check(len(pressers))
    return took


def _check(wanted: int) -> None:
    """Each has a call of her own; they are closed for the next round."""
    with transaction() as session:
        owners = text("SELECT count(DISTINCT claimed_by), count(*) FROM callback WHERE status = 'claimed'")
        assert tuple(session.execute(owners).one()) == (wanted, wanted)
    _close_claimed()


def _pressers(app: Flask, ours: int, bare: int, number: int) -> tuple[Presser, Presser]:
    client = app.test_client()
    with transaction() as session:
        staff = account(session, name=f"N{number}")
    assert sign_in(client, staff.email).status_code == 303
    token = token_in(client.get("/console/me").text)
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    headers = {**FORM, "Cookie": f"{cookie.key}={cookie.value}"}
    lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for port in (ours, bare)]
    product = Presser(lines[0], "/console/claim-next", headers, urlencode({"csrf_token": token}))
    return product, Presser(lines[1], f"/floor/{staff.id}", FORM, "")
