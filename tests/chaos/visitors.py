"""Families who press Send: at a steady rate, from many connections, again when no answer came."""

import http.client
import re
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from intake.db import transaction
from intake.services import drafts
from tests.chaos.ledger import Ledger

PAGE = "/doctor-match/check"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ANSWERS: dict[str, Any] = {
    "seen": ["who", "diagnosis", "stage", "place", "name", "reach", "call"],
    "relation": "self",
    "diagnosis": "pleural",
    "stage": "2",
    "status": "new",
    "zip_code": "77030",
    "first_name": "Ada",
    "last_name": "Example",
    "language": "en",
    "voicemail": "no",
    "call_day": "next_free",
    "day_part": "any",
}
AREAS = ("713", "212", "617", "312", "213", "206", "303", "406", "305", "404", "503", "602", "702", "801")
DRAFTS_AT_ONCE = 500
TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.5
SEE_OTHER = 303


@dataclass(frozen=True)
class Ready:
    """A family whose answers are given: only the last press is left."""

    token: str
    submission_id: str


def prepare(count: int, *, mailbox: str = "storm", **other: Any) -> list[Ready]:
    """Store drafts with all questions answered, as the pages before would; `other` are other answers."""
    ready: list[Ready] = []
    while len(ready) < count:
        now = datetime.now(UTC)
        with transaction() as session:
            for _ in range(min(DRAFTS_AT_ONCE, count - len(ready))):
                draft, token = drafts.start(session, now=now)
                email = f"{mailbox}.{len(ready)}@family.example"
                mine = {"email": email, "phone": _phone(len(ready)), "last_name": f"Example{len(ready)}"}
                drafts.save(draft, {**ANSWERS, **mine, **other}, now=now)
                ready.append(Ready(token, draft.submission_id))
    return ready


def _phone(number: int) -> str:
    """Different families have different numbers; those that end in 01xx belong to nobody."""
    return f"({AREAS[number // 100 % len(AREAS)]}) 555-01{number % 100:02}"


@dataclass(frozen=True)
class Door:
    """Where families knock; over TLS without asking who vouches for the certificate."""

    port: int
    tls: bool = False
    timeout: float = TIMEOUT_SECONDS

    def open(self) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.timeout, context=unvouched())


Route = Callable[[int], Door]


def unvouched() -> ssl.SSLContext:
    """For the certificate of this run, which nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@dataclass
class Visitors:
    """`route` says at which door the n-th family knocks.

    `tries` bounds how often one family presses; `again` is the share that press once more after a yes.
    """

    ledger: Ledger
    families: list[Ready]
    per_second: float
    route: Route
    tries: int = 240
    again: float = 0.05
    seed: int = 1
    connections: int = 128
    stopping: threading.Event = field(default_factory=threading.Event)
    pressed: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Begin to press, each family at its moment."""
        self.session, self.csrf = _first_page(self.route(0), self.families[0])
        self.pool = ThreadPoolExecutor(self.connections)
        self.began = time.monotonic()
        self.jobs = [self.pool.submit(self._family, at) for at in range(len(self.families))]

    @property
    def pressing(self) -> bool:
        return not all(job.done() for job in self.jobs)

    def finish(self) -> None:
        """Wait for the last answer. Raises what a family's thread raised."""
        for job in self.jobs:
            job.result()
        self.pool.shutdown()

    @property
    def offered(self) -> float:
        """First presses a second, as they really came."""
        return len(self.pressed) / (max(self.pressed) - min(self.pressed))

    def _family(self, at: int) -> None:
        moment = self.began + at / self.per_second
        self.stopping.wait(max(0.0, moment - time.monotonic()))
        self.pressed.append(time.monotonic())
        chance = Random(f"{self.seed}:{at}")
        for attempt in range(self.tries):
            if self.stopping.is_set() or self._press(at, attempt) == SEE_OTHER:
                break
            time.sleep(PAUSE_SECONDS * chance.uniform(0.5, 1.5))
        if chance.random() < self.again:
            self._press(at, -1)

    def _press(self, at: int, attempt: int) -> int:
        family = self.families[at]
        self.ledger.asked(family.submission_id, attempt)
        started = time.perf_counter()
        status = post(self.route(at), family, session=self.session, csrf=self.csrf)
        self.ledger.answered(family.submission_id, status, time.perf_counter() - started)
        return status


def post(door: Door, family: Ready, *, session: str, csrf: str) -> int:
    """The status of one press; 0 when no whole answer came."""
    fields = {"csrf_token": csrf, "submission_id": family.submission_id, "consent_email": "y"}
    headers = {**FORM, "Cookie": f"draft={family.token}; {session}"}
    line = door.open()
    try:
        line.request("POST", PAGE, body=urlencode(fields), headers=headers)
        answer = line.getresponse()
        answer.read()
        assert answer.status != 503 or answer.getheader("Retry-After"), "503 without Retry-After"
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def _first_page(door: Door, family: Ready) -> tuple[str, str]:
    """The session cookie and the token of a page; both outlive a restart of the web."""
    line = door.open()
    line.request("GET", PAGE, headers={"Cookie": f"draft={family.token}"})
    answer = line.getresponse()
    page = answer.read().decode()
    line.close()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:500]
    return (answer.getheader("Set-Cookie") or "").partition(";")[0], found[1]
