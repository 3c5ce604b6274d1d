"""Locks do not outlive the patience that a worker was given."""

import time

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from intake import db
from intake.config import Settings

_BEATS = text("INSERT INTO heartbeat (name, seen_at) VALUES (:name, now())")


def test_locks_are_freed_when_a_process_stands_still_after_many_rows(
    settings: Settings, database: Engine
) -> None:
    standing = db.connect(settings, pool_size=1, longest_transaction=1)
    connection = standing.connect()
    try:
        # Many rows travel in a pipeline, after which the timeout for idle transactions does not run.
        connection.execute(_BEATS, [{"name": "a"}, {"name": "b"}])
        time.sleep(1.3)
        with database.begin() as other:
            other.execute(_BEATS, [{"name": "a"}])
        with pytest.raises(DBAPIError, match="transaction timeout"):
            connection.execute(text("SELECT 1"))
    finally:
        connection.invalidate()
        connection.close()
        standing.dispose()
