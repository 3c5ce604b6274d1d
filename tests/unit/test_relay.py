"""How long the relay waits for a notice."""

import pytest
from celery import Celery

from workers.relay import BUSY_SECONDS, POLL_SECONDS, Relay


@pytest.mark.parametrize(
    ("since_work_went_out", "waits"),
    [
        (0.0, BUSY_SECONDS),
        (POLL_SECONDS * 0.9, BUSY_SECONDS),
        (POLL_SECONDS, POLL_SECONDS),
        (60.0, POLL_SECONDS),
    ],
)
def test_a_full_queue_is_looked_at_often_while_work_goes_out(
    monkeypatch: pytest.MonkeyPatch, since_work_went_out: float, waits: float
) -> None:
    quiet = Relay(Celery(), "postgresql+psycopg:///")
    quiet.sent_at = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: 1000.0 + since_work_went_out)
    assert quiet.pause() == waits
