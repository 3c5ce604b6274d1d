"""The send request beside the least Flask view that stores a row, both under gunicorn, turn by turn."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.machine import free_port
from intake.services import drafts
from tests.bench.figures import Figure, percentile, show
from tests.product import Product, running, wait_until

REQUESTS, WARM_UP, PAUSE_SECONDS = 300, 30, 0.1
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ANSWERS = {
    "seen": ["who", "diagnosis", "stage", "place", "name", "reach", "call"],
    "relation": "self",
    "diagnosis": "pleural",
    "stage": "2",
    "status": "new",
    "zip_code": "77030",
    "first_name": "Ada",
    "last_name": "Example",
    "phone": "(713) 555-0142",
    "email": "ada@family.example",
    "language": "en",
    "voicemail": "no",
    "call_day": "next_free",
    "day_part": "any",
}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with running(tmp_path / "home") as started:
        yield started


@contextmanager
def floor(settings: dict[str, str]) -> Iterator[int]:
    """The least view, served exactly as the product is."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8"]
    command += ["-b", f"127.0.0.1:{port}", "tests.bench.floors.insert_one:app"]
    process = subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: _answers(port), 20)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/")
        return line.getresponse().status > 0
    except OSError:
        return False
    finally:
        line.close()


class Sender:
    """A visitor whose answers are given: only the last press is measured."""

    def __init__(self, port: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        token, _ = self._draft()
        self.line.request("GET", "/doctor-match/check", headers={"Cookie": f"draft={token}"})
        answer = self.line.getresponse()
        page = answer.read().decode()
        self.session = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page[:500]
        self.csrf = found[1]

    def send(self) -> float:
        token, submission_id = self._draft()
        fields = {"csrf_token": self.csrf, "submission_id": submission_id, "consent_email": "y"}
        headers = {**FORM, "Cookie": f"draft={token}; {self.session}"}
        return _timed(self.line, "/doctor-match/check", urlencode(fields), headers)

    @staticmethod
    def _draft() -> tuple[str, str]:
        now = datetime.now(UTC)
        with transaction() as session:
            draft, token = drafts.start(session, now=now)
            drafts.save(draft, ANSWERS, now=now)
            return token, draft.submission_id


def _timed(line: http.client.HTTPConnection, path: str, body: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    line.request("POST", path, body=body, headers=headers)
    answer = line.getresponse()
    answer.read()
    took = (time.perf_counter() - started) * 1000
    assert answer.status == 303, answer.status
    return took


def _measured(ours: Callable[[], float], least: Callable[[], float]) -> tuple[list[float], list[float]]:
    """Both in turn, so that a change of the machine's speed meets both."""
    pairs = []
    for _ in range(WARM_UP + REQUESTS):
        pairs.append((ours(), least()))
        # The workers' share of a lead is measured by the pipeline bench, not here.
        time.sleep(PAUSE_SECONDS)
    return [pair[0] for pair in pairs[WARM_UP:]], [pair[1] for pair in pairs[WARM_UP:]]


@pytest.mark.long
def test_send_request_beside_one_insert(product: Product) -> None:
    db.connect(Settings.from_env(product.settings))
    sender = Sender(product.port)
    with floor(product.settings) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        ours, least = _measured(
            sender.send, lambda: _timed(line, "/floor", urlencode({"said": "Ada Example"}), FORM)
        )
        line.close()
    sender.line.close()
    print()
    for percent, reach in ((50, 2.5), (95, 3.0)):
        name = f"send request, {'median' if percent == 50 else 'p95'}"
        show(Figure(name, percentile(ours, percent), "ms", reach, percentile(least, percent)))
