"""A report of twelve months over a million requests: no statement comes near the timeout of ten seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from intake.db import transaction
from intake.services.staff import Role
from tests.bench.closed_calls import fill_closed
from tests.bench.figures import Figure, show
from tests.bench.scale import rows
from tests.desk import signed_in

REQUESTS, YEAR_SECONDS = 1_000_000, 365 * 86_400


@contextmanager
def slowest_statement() -> Iterator[Callable[[], float]]:
    """Milliseconds of the slowest statement of any engine meanwhile."""
    took: list[float] = []

    def begin(connection: Any, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def end(connection: Any, *_: Any) -> None:
        took.append((time.perf_counter() - connection.info["began"]) * 1000)

    event.listen(Engine, "before_cursor_execute", begin)
    event.listen(Engine, "after_cursor_execute", end)
    yield lambda: max(took)
    event.remove(Engine, "before_cursor_execute", begin)
    event.remove(Engine, "after_cursor_execute", end)


@pytest.mark.long
def test_report_of_a_year_stays_far_from_the_timeout(browser_client: FlaskClient, database: Engine) -> None:
    total = rows(REQUESTS)
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    with transaction() as session:
        fill_closed(session, already=0, total=total, newest=datetime.now(UTC), apart=YEAR_SECONDS / total)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (ANALYZE) lead, callback, call_attempt, request_times"))
    print()
    for by in ("kind", "hour", "advocate", "source"):
        with slowest_statement() as slowest:
            started = time.perf_counter()
            answer = browser_client.get(f"/console/reports?days=366&by={by}")
            whole = (time.perf_counter() - started) * 1000
        assert answer.status_code == 200
        show(Figure(f"report of 12 months by {by}, whole page", whole, "ms"))
        show(Figure(f"report of 12 months by {by}, slowest statement", slowest(), "ms", reach=5_000))
