"""Whatever is done to the audit, even by a superuser, the verifier names the first row it was done to."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError

from intake.config import Settings
from intake.db import Base, transaction
from intake.ledger import Ledger
from intake.models import AuditEntry, AuditSeal
from intake.services import audit, audit_chain
from intake.services.audit_chain import Anchors, Head
from tests.commands import advocate
from tests.factories import NOON, stored_lead

LATER = NOON + timedelta(minutes=11)


def note(count: int, *, at: datetime = NOON) -> None:
    for number in range(count):
        with transaction() as session:
            audit.note(session, "visitor", "test.done", "lead", number, now=at, said="ñ", n=1.5)


def seal(*, now: datetime = NOON, everything: bool = False) -> Head:
    with transaction() as session:
        return audit_chain.seal(session, now=now, everything=everything)


def fault(*anchors: dict[str, object], now: datetime = NOON) -> str | None:
    with transaction() as session:
        return audit_chain.verify(session, Anchors.of(anchors), now=now).fault


@contextmanager
def superuser(engine: Engine) -> Iterator[Connection]:
    """Somebody to whom no trigger and no grant says no."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection


@pytest.fixture
def sealed(database: Engine) -> Head:
    note(10)
    return seal()


def _attempt(engine: Engine, role: str, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.execute(text(statement))


def test_every_entry_is_sealed_once_and_the_chain_holds(sealed: Head) -> None:
    assert sealed.position == 10
    assert seal().position == 10
    note(3)
    assert seal().position == 13
    assert fault() is None


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal", "consent_event", "consent_wording"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_role_and_trigger_each_refuse_changes_of_what_is_append_only(
    database: Engine, table: str, deed: str
) -> None:
    with transaction() as session:
        stored_lead(session)
    note(1)
    seal()
    column = next(column.name for column in Base.metadata.tables[table].columns if not column.primary_key)
    statement = deed.format(table, column, column)
    for role, told in (("advocate_app", "permission denied"), ("NONE", "append-only")):
        with pytest.raises(DBAPIError, match=told):
            _attempt(database, role, statement)


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE id = 4", "entry 4 (position 4) was changed or moved"),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = 5", "entry 5 (position 5)"),
        ("UPDATE audit_entry SET detail = '{}' WHERE id = 10", "entry 10 (position 10)"),
        ("DELETE FROM audit_entry WHERE id = 6", "entry 6 (position 6) was removed"),
        ("DELETE FROM audit_seal WHERE position = 7", "Position 7 is gone"),
        ("DELETE FROM audit_seal WHERE position = 1", "Position 1 is gone"),
        ("UPDATE audit_seal SET mac = '\\x00' WHERE position = 3", "entry 3 (position 3)"),
        (
            "UPDATE audit_seal SET entry_id = 99 WHERE entry_id = 2; "
            "UPDATE audit_seal SET entry_id = 2 WHERE entry_id = 8; "
            "UPDATE audit_seal SET entry_id = 8 WHERE entry_id = 99",
            "entry 8 (position 2) was changed or moved",
        ),
        (
            "DELETE FROM audit_entry WHERE id = 9; DELETE FROM audit_seal WHERE position = 9; "
            "UPDATE audit_seal SET position = 9 WHERE position = 10",
            "entry 10 (position 9) was changed or moved",
        ),
    ],
)
def test_first_row_that_was_touched_is_named(sealed: Head, database: Engine, deed: str, told: str) -> None:
    with superuser(database) as connection:
        for statement in deed.split("; "):
            connection.execute(text(statement))
    assert told in str(fault())


def test_end_that_was_cut_off_is_noticed_by_the_anchor(sealed: Head, database: Engine) -> None:
    anchor = sealed.anchor(NOON)
    with superuser(database) as connection:
        connection.execute(text("DELETE FROM audit_seal WHERE position > 8"))
        connection.execute(text("DELETE FROM audit_entry WHERE id > 8"))
    assert fault() is None
    assert "The chain ends at position 8, and 10 was sealed" in str(fault(anchor))


def test_chain_that_was_built_again_without_the_key_does_not_fit(sealed: Head, database: Engine) -> None:
    with superuser(database) as connection:
        connection.execute(text("DELETE FROM audit_seal"))
        connection.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE id = 4"))
    seal(everything=True)
    assert "had another seal before" in str(fault(sealed.anchor(NOON)))


def test_restored_backup_is_a_fault_until_somebody_says_so(sealed: Head, database: Engine) -> None:
    lines = [sealed.anchor(NOON)]
    with superuser(database) as connection:
        connection.execute(text("DELETE FROM audit_seal WHERE position > 8"))
        connection.execute(text("DELETE FROM audit_entry WHERE id > 8"))
    with transaction() as session:
        lines.append(audit_chain.current_head(session).anchor(NOON, "restored"))
    assert fault(*lines) is None
    note(4)
    assert fault(*lines, seal().anchor(NOON)) is None


def test_entry_that_nobody_sealed_is_a_fault_after_two_minutes(sealed: Head) -> None:
    note(1)
    assert fault(now=NOON + timedelta(seconds=119)) is None
    assert "is not sealed" in str(fault(now=NOON + timedelta(seconds=121)))


def test_commit_that_came_late_is_sealed_by_the_nightly_sweep(database: Engine) -> None:
    with transaction() as slow:
        audit.note(slow, "visitor", "test.slow", "lead", 1, now=NOON)
        slow.execute(text("SELECT 1"))  # sends the note, which has its number from then on
        note(3)
        seal()
        note(1, at=LATER)
        assert seal(now=LATER).position == 4
    assert seal(now=LATER).position == 4
    assert "Audit entry 1 is not sealed" in str(fault(now=LATER))
    assert seal(now=LATER, everything=True).position == 5
    assert fault(now=LATER) is None


def test_two_sweeps_at_once_make_one_chain(database: Engine) -> None:
    note(60)
    gate = threading.Barrier(4)

    def sweep(_: int) -> None:
        gate.wait()
        seal()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(4)))
    with transaction() as session:
        assert len(session.scalars(select(AuditSeal)).all()) == 60
    assert fault() is None


def test_command_tells_and_ends_with_one_when_a_row_was_changed(
    database: Engine, environment: dict[str, str], settings: Settings
) -> None:
    now = datetime.now(UTC)
    note(5, at=now)
    assert advocate(environment, "audit", "seal").returncode == 0
    fine = advocate(environment, "audit", "verify", "--json")
    assert json.loads(fine.stdout) == {"sealed": 5, "fault": None}
    assert list(Ledger(settings.audit_anchors).read())[-1]["position"] == 5
    with superuser(database) as connection:
        connection.execute(text("UPDATE audit_entry SET subject_id = 'x' WHERE id = 2"))
    done = advocate(environment, "audit", "verify")
    assert (done.returncode, "Audit entry 2 (position 2)" in done.stdout) == (1, True)


def test_sweep_notes_the_end_of_the_chain_outside_the_database(
    sealed: Head, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers import records

    monkeypatch.setattr(records, "settings", replace(settings, ledger_directory=tmp_path))
    records.seal_audit()
    records.seal_audit()
    (line,) = Ledger(tmp_path / "audit.log").read()
    with transaction() as session:
        newest = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    assert (line["position"], newest) == (10, 10)
