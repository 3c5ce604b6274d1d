"""Writes that travel together: nothing is read before them, none is lost, none outlives its transaction."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake import later
from intake.db import transaction
from intake.models.consent import AuditEntry
from intake.models.lead import Patient
from intake.services import audit
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("database")


def note(session: Session, name: str) -> None:
    audit.note(session, name, "later.tried", "nothing", name, now=NOON)


def note_then(*writes: Callable[[Session], None]) -> None:
    with transaction() as session:
        note(session, "a")
        for write in writes:
            write(session)


def orphan(session: Session) -> None:
    later.append(session, Patient(lead_id=uuid4(), first_name="Ada"))


def fail(_: Session) -> None:
    raise ZeroDivisionError


def actors() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry.actor).order_by(AuditEntry.id)))


def test_writes_are_there_in_their_order_after_the_commit() -> None:
    with transaction() as session:
        for name in ("a", "b", "c"):
            note(session, name)
    assert actors() == ["a", "b", "c"]


def test_statement_reads_what_was_written_before_it() -> None:
    with transaction() as session:
        note(session, "a")
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_nothing_is_left_when_the_transaction_fails() -> None:
    with pytest.raises(ZeroDivisionError):
        note_then(fail)
    assert actors() == []


def test_refused_write_takes_the_whole_transaction_with_it() -> None:
    with pytest.raises(IntegrityError):
        note_then(orphan, lambda session: note(session, "b"))
    assert actors() == []


def test_connection_serves_the_next_after_a_refused_write() -> None:
    for _ in range(3):
        with pytest.raises(IntegrityError):
            note_then(orphan)
    with transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_rows_of_one_statement_travel_as_one(database: Engine) -> None:
    seen: list[bool] = []
    event.listen(database, "before_cursor_execute", lambda *given: seen.append(given[5]))
    with transaction() as session:
        for _ in range(3):
            note(session, "a")
    assert seen == [True]
