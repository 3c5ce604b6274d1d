"""What encryption and the audit cost a send request: beside the same one without them, turn by turn.

In this process, so without the web server: its time would make the share smaller.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest
from flask import Flask

from intake.crypto import Keyring
from intake.services import audit
from tests.bench.figures import Figure, percentile, show
from tests.visitor import CHECK, Visitor

REQUESTS, WARM_UP = 150, 20


@contextmanager
def without() -> Iterator[None]:
    """Identity in plain bytes, look-ups by an unkeyed hash, no audit entry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keyring, "seal", lambda ring, text, *, bound_to: bytes([ring.current]) + text.encode())
        patch.setattr(Keyring, "open", lambda ring, sealed, *, bound_to: sealed[1:].decode())
        patch.setattr(Keyring, "blind", lambda ring, kind, value: hashlib.sha256(value.encode()).digest())
        patch.setattr(audit, "note", lambda *_, **__: None)
        yield


def press(app: Flask, number: int) -> float:
    """Milliseconds of the last press of a family that shares nothing with another."""
    visitor = Visitor(app.test_client())
    reach = {"phone": f"(713) 555-{number:04}", "email": f"family{number}@family.example"}
    visitor.answer_all(reach=reach)
    hidden = visitor.hidden(CHECK)
    started = time.perf_counter()
    answer = visitor.client.post(CHECK, data=hidden)
    took = (time.perf_counter() - started) * 1000
    assert answer.status_code == 303, answer.text
    return took


@pytest.mark.long
def test_encryption_and_audit_cost_little_of_a_send_request(app: Flask) -> None:
    ways = (nullcontext, without)
    times: dict[Callable[[], object], list[float]] = {way: [] for way in ways}
    for number in range(WARM_UP + REQUESTS):
        for turn, way in enumerate(ways if number % 2 else reversed(ways)):
            with way():
                times[way].append(press(app, 2 * number + turn))
    ours, bare = (times[way][WARM_UP:] for way in ways)
    for percent in (50, 95):
        # Under 20 % of the time of the request with them: 1 / (1 - 0.2) times the one without.
        name = f"send request with encryption and audit, p{percent}"
        show(Figure(name, percentile(ours, percent), "ms", 1.25, percentile(bare, percent)))
