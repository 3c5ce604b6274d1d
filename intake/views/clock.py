"""Where a request's `now` comes from."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
