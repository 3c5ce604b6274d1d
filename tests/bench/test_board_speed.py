"""The board's polled part and the reports while closed history grows from ten thousand to a million calls."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from intake.config import Settings
from intake.db import transaction
from intake.services import promises, request_times
from intake.services.office import current
from intake.services.staff import Role
from tests.bench.closed_calls import fill_closed
from tests.bench.figures import Figure, percentile, show
from tests.desk import account, signed_in, waiting_call

SIZES = (10_000, 100_000, 1_000_000)
LOOKS, WARM_UP = 60, 10
WAITING, STAFF = 40, 20
# Seconds between two requests of the past: the seven days of the report are full at every size.
APART = 120


def _open_calls(now: datetime) -> None:
    """An ordinary afternoon: forty families wait, some of them too long, twenty people make calls."""
    with transaction() as session:
        for number in range(STAFF):
            account(session, name=f"Advocate{number}")
        for number in range(WAITING):
            due = now - timedelta(minutes=2 * number)
            waiting_call(session, due_at=due, phone=f"+1713555{number:04}", email=f"f{number}@family.example")


def turns(*acts: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of each, turn by turn."""
    took: list[list[float]] = [[] for _ in acts]
    for _ in range(WARM_UP + LOOKS):
        for act, found in zip(acts, took, strict=True):
            started = time.perf_counter()
            act()
            found.append((time.perf_counter() - started) * 1000)
    return [found[WARM_UP:] for found in took]


def timed(act: Callable[[], object]) -> list[float]:
    return turns(act)[0]


@pytest.mark.long
def test_board_costs_the_same_whatever_was_closed_before(
    browser_client: FlaskClient, settings: Settings, database: Engine
) -> None:
    now = datetime.now(UTC)
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    _open_calls(now)
    first: dict[str, float] = {}
    already = 0
    for size in SIZES:
        with transaction() as session:
            fill_closed(session, already=already, total=size, newest=now, apart=APART)
        already = size
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET ROLE NONE"))
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM (ANALYZE) lead, callback, call_attempt, request_times"))
        for name, act in _acts(browser_client, settings, now).items():
            took, gauge = turns(act, lambda: browser_client.get("/console/me"))
            # What it would take now if it cost as many of the plainest pages as over the least history.
            floor = first.setdefault(name, median(took) / median(gauge)) * median(gauge)
            show(Figure(f"{name}, {size:,} closed, median", median(took), "ms", reach=1.5, floor=floor))
            show(Figure(f"{name}, {size:,} closed, p95", percentile(took, 95), "ms"))


def _acts(client: FlaskClient, settings: Settings, now: datetime) -> dict[str, Callable[[], object]]:
    """What an open board and the sweeps do every few seconds, and a page of the reports."""

    def watch() -> None:
        with transaction() as session:
            promises.watch(session, current(session, settings.organisation).office, now=now)

    def roll_up() -> None:
        with transaction() as session:
            request_times.roll_up(session, current(session, settings.organisation).office, now=now)

    return {
        "board fragment": lambda: client.get("/console/board/live"),
        "watch of promises": watch,
        "roll-up of times": roll_up,
        "report of 7 days": lambda: client.get("/console/reports?days=7&by=advocate"),
    }
