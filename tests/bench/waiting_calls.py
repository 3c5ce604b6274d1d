"""A queue as no office has one: a million families wait, five million calls are closed. Made by SQL alone."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from intake.models import Callback, Contact
from intake.services.blind import email_blind, last_name_blind, phone_blind
from tests.bench.closed_calls import copy_of
from tests.desk import waiting_call

# One of them is awake at any hour of the day but one.
_ZONES = ("America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Guam")
_AT_ONCE = 500_000

_MADE = """
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT n, gen_random_uuid() AS lead_id, gen_random_uuid() AS callback_id, gen_random_uuid() AS contact_id,
        CAST(:newest AS timestamptz) - make_interval(secs => n) AS at
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
"""
_WAITING = {
    "lead": {
        "id": "lead_id",
        "reference": "'W' || n",
        "submission_id": "lead_id",
        "created_at": "at",
        "status_token_blind": "uuid_send(lead_id)",
    },
    "contact": {
        "id": "contact_id",
        "lead_id": "made.lead_id",
        "last_name_blind": "sha256(uuid_send(contact_id))",
        "phone_blind": "sha256(uuid_send(callback_id))",
        "email_blind": "sha256(uuid_send(made.lead_id))",
    },
    "callback": {
        "id": "callback_id",
        "lead_id": "made.lead_id",
        "created_at": "at",
        "due_at": "at",
        "promise_by": "at + interval '30 min'",
        "urgency": "(n % 20 = 0)::int",
    },
}
_CLOSED = {
    "callback": {
        **_WAITING["callback"],
        "status": "'done'",
        "outcome": "'spoke'",
        "closed_at": "at + interval '1 h'",
    }
}


def awake(now: datetime) -> str:
    """A zone where a family may be rung at this moment."""
    return next(zone for zone in _ZONES if 9 <= now.astimezone(ZoneInfo(zone)).hour < 20)


def pattern(session: Session, now: datetime) -> UUID:
    """The request that every other is like."""
    call = waiting_call(session, due_at=now - timedelta(days=100), zip=None, time_zone=awake(now))
    return call.lead_id


def fill_waiting(session: Session, like: UUID, *, total: int, now: datetime) -> None:
    _fill(session, like, _WAITING, (1, total, now - timedelta(hours=1)))


def fill_closed(session: Session, like: UUID, *, already: int, total: int, now: datetime) -> None:
    """Calls alone: what waits never looks at what hung on them."""
    for first in range(already, total, _AT_ONCE):
        last = min(first + _AT_ONCE, total)
        _fill(session, like, _CLOSED, (first + 1, last, now - timedelta(days=60)))
        session.execute(text("DROP TABLE made"))


def _fill(
    session: Session, like: UUID, tables: dict[str, dict[str, str]], span: tuple[int, int, datetime]
) -> None:
    session.execute(text("SET LOCAL ROLE NONE"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    first, last, newest = span
    session.execute(text(_MADE), {"first": first, "last": last, "newest": newest})
    for table, given in tables.items():
        session.execute(text(copy_of(table, given)), {"pattern": like})


def make_real(session: Session, callback_ids: list[UUID]) -> list[str]:
    """Seal the people of these calls as the product does, so that a page can show them; their numbers."""
    theirs = select(Contact).join(Callback, Callback.lead_id == Contact.lead_id)
    phones = []
    for number, contact in enumerate(session.scalars(theirs.where(Callback.id.in_(callback_ids)))):
        contact.first_name, contact.last_name = "Ada", f"Example{number}"
        contact.phone, contact.email = f"+1713555{number:04}", f"w{number}@family.example"
        contact.phone_blind, contact.email_blind = phone_blind(contact.phone), email_blind(contact.email)
        contact.last_name_blind = last_name_blind(contact.last_name)
        phones.append(f"(713) 555-{number:04}")
    return phones
