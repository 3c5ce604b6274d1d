"""An erased family leaves nothing but what the law wants kept, and no restored backup brings it back."""

import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from intake import create_app, embedded, ledger, nightly
from intake.cli.backup import plain_url
from intake.config import Settings
from intake.db import Base, transaction
from intake.ledger import Ledger, LedgerAway
from intake.models import (
    AuditEntry,
    CallAttempt,
    Callback,
    ConsentEvent,
    Draft,
    KeptContact,
    Lead,
    LedgerEntry,
    OutboxTask,
    Suppression,
)
from intake.rules.facts import Channel
from intake.services import audit_chain, deletions, erasure, suppressions
from intake.services.audit_chain import Anchors
from intake.services.blind import email_blind, phone_blind
from tests.commands import advocate, advocate_json
from tests.desk import account
from tests.factories import NOON, stored_lead

YEARS = timedelta(days=2500)
KEPT_IDS = {"audit_entry", "consent_event", "kept_contact", "outbox_task"}


def erase(lead_id: UUID) -> bool:
    with transaction() as session:
        return erasure.erase(session, lead_id, by="visitor", now=NOON)


def ring(lead_id: UUID) -> None:
    """Somebody rang them on this request."""
    with transaction() as session:
        staff_id = account(session).id
        call = Callback(
            lead_id=lead_id,
            status="waiting",
            created_at=NOON,
            due_at=NOON,
            promise_by=NOON,
            due_because="x",
            requested=False,
        )
        session.add(call)
        session.flush()
        session.add(
            CallAttempt(
                callback_id=call.id,
                lead_id=lead_id,
                staff_id=staff_id,
                started_at=NOON,
                notes="canary",
                basis="asked",
                rule_version="1",
            )
        )


def tables_that_name(lead_id: UUID) -> set[str]:
    with transaction() as session:
        count = "SELECT count(*) FROM {} AS row WHERE row::text LIKE '%{}%'"
        return {name for name in Base.metadata.tables if session.scalar(text(count.format(name, lead_id)))}


def lead_ids() -> set[UUID]:
    with transaction() as session:
        return set(session.scalars(select(Lead.id)))


def is_stopped(channel: Channel, blind: bytes | None, *, days: int) -> bool:
    with transaction() as session:
        asked_at = NOON + timedelta(days=days)
        return suppressions.is_suppressed(session, channel, blind, asked_at=asked_at)


@pytest.fixture
def gone(database: Engine) -> UUID:
    """One of three requests that is erased after somebody rang; the two others stay."""
    with transaction() as session:
        wanted = stored_lead(session).lead_id
        for number in (1, 2):
            stored_lead(session, phone=f"+1555010020{number}", email=f"other{number}@family.example")
    ring(wanted)
    assert erase(wanted)
    return wanted


def test_only_ids_are_left_of_an_erased_request_and_the_others_stay(gone: UUID) -> None:
    assert tables_that_name(gone) <= KEPT_IDS
    assert len(lead_ids()) == 2
    assert not erase(gone)


def test_consents_and_calls_are_kept_without_what_was_typed(gone: UUID) -> None:
    with transaction() as session:
        consents = session.scalars(select(ConsentEvent).where(ConsentEvent.lead_id == gone)).all()
        assert [(one.typed, one.address, one.user_agent) for one in consents] == [(None, None, None)] * 2
        assert session.scalar(
            select(func.count()).where(ConsentEvent.lead_id != gone, ConsentEvent.typed_sealed.is_not(None))
        )
        kept = session.scalars(select(KeptContact)).one()
        assert (kept.channel, kept.basis, kept.address_blind) == (
            "call",
            "asked",
            phone_blind("+15550100123"),
        )


def test_nobody_works_on_an_erased_request_any_more(gone: UUID) -> None:
    with transaction() as session:
        states = session.scalars(select(OutboxTask.state).where(OutboxTask.subject_id == gone)).all()
    assert set(states) == {"discarded"}


@pytest.mark.parametrize(
    ("channel", "blind"),
    [(Channel.CALL, phone_blind), (Channel.TEXT, phone_blind), (Channel.EMAIL, email_blind)],
)
def test_what_came_before_is_never_answered_and_a_later_request_is(
    gone: UUID, channel: Channel, blind: Callable[[str], bytes | None]
) -> None:
    address = blind("ada@family.example" if channel is Channel.EMAIL else "+15550100123")
    assert is_stopped(channel, address, days=-1)
    assert not is_stopped(channel, address, days=1)


def restore(database: Engine, settings: Settings, dump: Path) -> None:
    with database.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        tables = ", ".join(Base.metadata.tables)
        connection.execute(text(f"TRUNCATE {tables}, alembic_version CASCADE"))
    program = embedded.postgres_program("pg_restore")
    words = ["--data-only", "--disable-triggers", "-d", plain_url(settings.database_url), str(dump)]
    subprocess.run([str(program), *words], check=True, capture_output=True, env=dict(os.environ))


def test_restored_backup_is_erased_again_before_a_process_does_anything(
    database: Engine, settings: Settings, environment: dict[str, str], tmp_path: Path
) -> None:
    with transaction() as session:
        wanted, other = stored_lead(session).lead_id, stored_lead(session, phone="+15550100999").lead_id
    done = advocate(environment, "backup", "--to", tmp_path)
    assert done.returncode == 0, done.stderr
    with transaction() as session:
        receipt = deletions.finish(session, wanted, by="visitor", now=NOON)
    with transaction() as session:
        suppressions.suppress(session, Channel.POST, b"door", reason="stopped", now=NOON)
    restore(database, settings, next(tmp_path.glob("*.dump")))
    assert lead_ids() == {wanted, other}
    create_app(settings)
    assert lead_ids() == {other}
    assert tables_that_name(wanted) <= KEPT_IDS
    with transaction() as session:
        found = deletions.by_receipt(session, receipt or "")
        assert found
        assert found.deletion.done_at == NOON
    assert is_stopped(Channel.POST, b"door", days=9)
    assert is_stopped(Channel.EMAIL, email_blind("ada@family.example"), days=-1)


def test_lost_ledger_is_written_again_from_the_database(gone: UUID, settings: Settings) -> None:
    path = ledger.stops().path
    before = sorted(line["id"] for line in ledger.stops().read())
    path.unlink()
    create_app(settings)
    assert sorted(line["id"] for line in ledger.stops().read()) == before


def test_nothing_is_erased_when_the_ledger_cannot_be_written(database: Engine) -> None:
    with transaction() as session:
        lead_id = stored_lead(session).lead_id
    ledger.stops().path.mkdir()
    try:
        with pytest.raises(LedgerAway):
            erase(lead_id)
    finally:
        ledger.stops().path.rmdir()
    assert lead_ids() == {lead_id}


def test_ledger_names_nobody(gone: UUID) -> None:
    written = ledger.stops().path.read_text()
    assert written
    assert not any(word in written for word in (str(gone), "ada@", "5550100123"))


def test_commands_export_erase_and_report(database: Engine, environment: dict[str, str]) -> None:
    with transaction() as session:
        reference = stored_lead(session).reference
    held = advocate(environment, "privacy", "export", reference, "--by", "Ann").stdout
    assert '"first_name": "Ada"' in held
    assert "ada@family.example" in held
    assert not any(secret in held for secret in ("_blind", "status_token"))
    done = advocate(environment, "privacy", "erase", reference, "--by", "Ann", "--reason", "letter", "--yes")
    assert done.returncode == 0, done.stderr
    again = advocate(environment, "privacy", "export", reference, "--by", "Ann")
    assert (again.returncode, reference in again.stderr) == (1, True)
    assert advocate_json(environment, "privacy", "report")["erased"] == {"erased": 1}


def test_night_removes_what_is_old_and_the_audit_still_holds(database: Engine, tmp_path: Path) -> None:
    old = NOON - YEARS
    with transaction() as session:
        old_lead = stored_lead(session, now=old).lead_id
        stored_lead(session, phone="+15550100999", now=NOON)
        session.add(Draft(token_blind=b"x", submission_id="x", created_at=old, expires_at=old, answers={}))
        session.execute(update(OutboxTask).values(state="done", finished_at=old))
    with transaction() as session:
        audit_chain.seal(session, now=old)
    anchors = Ledger(tmp_path / "audit.log")
    done = nightly.run(anchors, NOON)
    assert {"lead", "draft", "outbox_task", "consent_event", "audit_entry"} <= set(done)
    assert len(lead_ids() - {old_lead}) == len(lead_ids()) == 1
    assert nightly.run_if_due(anchors, NOON) is None
    with transaction() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.at == old)) == 0
        assert audit_chain.verify(session, Anchors.of(anchors.read()), now=NOON).fault is None
        assert session.scalars(select(LedgerEntry.reason)).all() == ["aged"]
        assert not session.scalar(select(func.count()).select_from(Suppression))


@pytest.mark.parametrize("deed", ["forget_consents(now(), 10)", "forget_audit(1)"])
def test_database_refuses_to_forget_what_is_not_old(database: Engine, deed: str) -> None:
    with transaction() as session:
        stored_lead(session)
        session.flush()
        audit_chain.seal(session, now=NOON)
    with pytest.raises(DBAPIError, match="years"), transaction() as session:
        session.execute(text(f"SELECT {deed}"))
