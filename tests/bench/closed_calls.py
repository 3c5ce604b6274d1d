"""Requests of the past with their closed calls, made by SQL alone from one real row of each table."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.db import Base
from intake.models import CallAttempt
from intake.rules.calling_hours import OfficeHours
from intake.services import claims, request_times
from tests.desk import account, waiting_call

# What differs from row to row.
_MADE = """
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT n, gen_random_uuid() AS lead_id, gen_random_uuid() AS callback_id, gen_random_uuid() AS attempt_id,
        CAST(:newest AS timestamptz) - make_interval(secs => n * :apart) AS at, 60 * exp(3 * random()) AS wait
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
"""
_COPIES = {
    "lead": {
        "id": "lead_id",
        "reference": "'P' || n",
        "submission_id": "lead_id",
        "family_id": "NULL",
        "created_at": "at",
        "stored_at": "at + interval '20 ms'",
        "status_token_blind": "uuid_send(lead_id)",
    },
    "callback": {
        "id": "callback_id",
        "lead_id": "made.lead_id",
        "family_id": "NULL",
        "status": "'done'",
        "created_at": "at",
        "due_at": "at",
        "promise_by": "at + interval '30 min'",
        "claimed_by": "NULL",
        "claimed_until": "NULL",
        "first_claimed_at": "at + make_interval(secs => wait - 20)",
        "outcome": "'spoke'",
        "closed_at": "at + make_interval(secs => wait + 600)",
    },
    "call_attempt": {
        "id": "attempt_id",
        "callback_id": "made.callback_id",
        "lead_id": "made.lead_id",
        "outcome": "'spoke'",
        "started_at": "at + make_interval(secs => wait)",
        "ended_at": "at + make_interval(secs => wait + 600)",
        "due_at": "at",
        "promise_by": "at + interval '30 min'",
    },
    "request_times": {
        "lead_id": "made.lead_id",
        "submitted_at": "at",
        "source": "(ARRAY['web', 'phone', 'hospital'])[1 + n % 3]",
        "hour": "n % 24",
        "stored": "0.02",
        "matched": "0.5 + random()",
        "queued": "0.3",
        "claimed": "wait - 20",
        "rung": "20",
        "spoken": "0",
        "waited": "wait",
        "workable": "wait * random()",
        "heard": "wait",
        "kept": "wait < 1800",
        "outcome": "'spoke'",
        "settled": "true",
        "look_at": "at",
    },
}


def fill_closed(session: Session, *, already: int, total: int, newest: datetime, apart: float) -> None:
    """Closed calls from `already` up to `total`, one every `apart` seconds back from `newest`."""
    pattern = _pattern(session)
    # The rows fit one another: checking each reference of a million rows would take minutes.
    session.execute(text("SET LOCAL ROLE NONE"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    span = {"first": already + 1, "last": total, "newest": newest, "apart": apart}
    session.execute(text(_MADE), span)
    for table, given in _COPIES.items():
        session.execute(text(copy_of(table, given)), {"pattern": pattern})


def copy_of(table: str, given: Mapping[str, str]) -> str:
    """One row for each of `made`: like the pattern's, whatever columns the table has by then."""
    names = [column.name for column in Base.metadata.tables[table].columns]
    values = ", ".join(given.get(name, f"pattern.{name}") for name in names)
    whose = "id" if table == "lead" else "lead_id"
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} "
        f"FROM made, {table} AS pattern WHERE pattern.{whose} = :pattern"
    )


def _pattern(session: Session) -> object:
    """The id of a request whose call is under way: made once."""
    found = session.scalar(text(_UNDER_WAY))
    return found or _begin_one(session, datetime.now(UTC))


_UNDER_WAY = """
    SELECT call_attempt.lead_id FROM call_attempt JOIN request_times USING (lead_id) WHERE ended_at IS NULL
"""


def _begin_one(session: Session, now: datetime) -> object:
    staff = account(session, name="Pattern")
    callback = waiting_call(session, due_at=now - timedelta(minutes=1), phone="+17135550199")
    claims.take(session, callback, staff.id, now=now)
    session.add(
        CallAttempt(
            callback_id=callback.id, lead_id=callback.lead_id, staff_id=staff.id, started_at=now,
            due_at=callback.due_at, promise_by=callback.promise_by, basis="open_request", rule_version="1",
        )
    )  # fmt: skip
    session.flush()
    request_times.roll_up(session, OfficeHours.round_the_clock("America/Chicago"), now=now)
    return callback.lead_id
