"""The list in the database: which role reads, how it is stored, and how it is made anew."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import ProgrammingError

from intake.db import transaction
from intake.models.consent import AuditEntry
from intake.models.directory import Doctor, DoctorExpertise, Location
from intake.models.lead import Lead
from intake.models.match import MatchSet
from intake.rules.differences import difference_texts
from intake.rules.statuses import LeadStatus
from intake.sample.load import load_directory
from intake.services import directory as shelf
from tests.factories import NOON, stored_lead
from workers.matching import directory as reading
from workers.matching import match_lead as matching
from workers.matching import rerank
from workers.matching.directory import Directory
from workers.matching.load import load
from workers.matching.rank import match

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def held(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """The sample directory, and this process's view of it."""
    with transaction() as session:
        load_directory(session, now=NOON)
    fresh = Directory(sample=True)
    # A busy machine may take longer to read it again than a task would wait.
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 30)
    for module in (matching, rerank):
        monkeypatch.setattr(module, "directory", lambda: fresh)
    return fresh


def _matched(**changes: Any) -> Lead:
    with transaction() as session:
        lead_id = stored_lead(session, **changes).lead_id
        session.flush()
        matching.match_lead(session, lead_id, NOON)
        return session.get_one(Lead, lead_id)


def _sets(lead: Lead) -> list[MatchSet]:
    with transaction() as session:
        wanted = select(MatchSet).where(MatchSet.lead_id == lead.id).order_by(MatchSet.directory_version)
        return list(session.scalars(wanted))


def _first_doctor(lead: Lead) -> str:
    with transaction() as session:
        found = session.scalar(
            text(
                "SELECT doctor_id::text FROM match JOIN match_set ON match_set.id = match_set_id "
                "WHERE lead_id = :lead AND current AND rank = 1"
            ),
            {"lead": lead.id},
        )
    return str(found)


def _deactivate(doctor_id: str) -> None:
    with transaction() as session:
        session.execute(update(Doctor).where(Doctor.id == doctor_id).values(status="deactivated"))
        shelf.bump(session)


def test_snapshot_equals_the_rows_when_loaded_from_the_database(held: Directory) -> None:
    with transaction() as session:
        snapshot = held.snapshot(session)
        doctors = session.scalars(select(Doctor).order_by(Doctor.id)).all()
        codes = session.execute(select(DoctorExpertise.doctor_id, DoctorExpertise.code)).all()
    rows = [snapshot.doctor(at) for at in range(len(snapshot))]
    assert [row.id for row in rows] == [str(doctor.id) for doctor in doctors]
    assert [row.name for row in rows] == [doctor.name for doctor in doctors]
    assert [row.verified_on for row in rows] == [doctor.verified_on for doctor in doctors]
    assert {(row.id, code) for row in rows for code in row.expertise} == {(str(a), b) for a, b in codes}
    assert all(snapshot.locations_of(at)[0].centre for at in range(len(snapshot)))


def test_samples_are_left_out_when_the_organisation_is_not_a_sample(held: Directory) -> None:
    with transaction() as session:
        assert len(load(session, sample=False)) == 0


@pytest.mark.parametrize("table", ["billing.sponsorship", "lead", "contact", "staff", "doctor_fact"])
def test_permission_is_denied_when_the_matching_reads_anything_else(database: Engine, table: str) -> None:
    with transaction() as session:
        load(session, sample=True)
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(f"SELECT * FROM {table}"))
        session.rollback()


def test_permission_is_denied_when_the_matching_reads_a_note(database: Engine) -> None:
    with transaction() as session:
        load(session, sample=True)
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text("SELECT note FROM doctor"))
        session.rollback()


def test_list_stays_as_it_is_when_a_doctor_pays(held: Directory) -> None:
    lead = _matched()
    with transaction() as session:
        before = match(matching.case_of(lead), held.snapshot(session), today=date(2026, 11, 24))
        session.execute(text("SET LOCAL ROLE NONE"))
        session.execute(
            text(
                "INSERT INTO billing.sponsorship (doctor_id, cents, since) "
                "SELECT id, 100000 * row_number() OVER (ORDER BY id), DATE '2026-01-01' FROM doctor"
            )
        )
        shelf.bump(session)
    with transaction() as session:
        again = load(session, sample=True)
    after = match(matching.case_of(lead), again, today=date(2026, 11, 24))
    assert again.version != before.directory_version
    assert after.matches == before.matches
    assert after.beside == before.beside


def test_open_lead_gets_a_new_list_when_the_directory_changed(held: Directory) -> None:
    lead = _matched()
    gone = _first_doctor(lead)
    _deactivate(gone)
    assert rerank.rerank_open_leads() == 1
    old, new = _sets(lead)
    assert (old.current, new.current) == (False, True)
    assert new.directory_version == old.directory_version + 1
    assert {"code": "gone", "doctor": gone}.items() <= next(
        row for row in new.differences if row["code"] == "gone"
    ).items()
    assert any("no longer on the list (was at place 1)" in text for text in difference_texts(new))
    with transaction() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert {"match.changed", "match.reranked"} <= set(actions)


def test_nothing_is_written_when_it_is_rung_twice(held: Directory) -> None:
    lead = _matched()
    _deactivate(_first_doctor(lead))
    assert (rerank.rerank_open_leads(), rerank.rerank_open_leads()) == (1, 0)
    assert len(_sets(lead)) == 2


def test_no_difference_is_told_when_only_the_version_rose(held: Directory) -> None:
    lead = _matched()
    with transaction() as session:
        shelf.bump(session)
    assert rerank.rerank_open_leads() == 1
    assert _sets(lead)[-1].differences == []


def test_closed_lead_keeps_its_list_when_the_directory_changed(held: Directory) -> None:
    lead = _matched()
    with transaction() as session:
        session.execute(update(Lead).values(status=LeadStatus.CLOSED))
        shelf.bump(session)
    assert rerank.rerank_open_leads() == 0
    assert len(_sets(lead)) == 1


def test_every_lead_is_reached_when_chunks_are_small(held: Directory) -> None:
    for number in range(5):
        _matched(email=f"family{number}@family.example", phone=f"+1555010012{number}")
    with transaction() as session:
        session.execute(update(MatchSet).values(rule_version="of older rules", created_at=LONG_AGO))
    assert rerank.rerank_open_leads(chunk=2) == 5
    with transaction() as session:
        current = session.scalars(select(MatchSet.rule_version).where(MatchSet.current)).all()
    assert len(current) == 5
    assert "of older rules" not in current


def test_list_of_a_veteran_says_what_stands_beside_when_stored(held: Directory) -> None:
    with transaction() as session:
        lead_id = stored_lead(session).lead_id
        session.flush()
        session.execute(update(Lead).values(veteran=True, insurance="medicare"))
        matching.match_lead(session, lead_id, NOON)
        reasons = session.scalars(text("SELECT reasons FROM match ORDER BY rank DESC LIMIT 1")).one()
    codes = {reason["code"] for reason in reasons}
    assert {"beside_va", "veterans", "insurance_not_known"} <= codes


def test_batch_stores_what_one_match_stores_when_nothing_but_the_version_changed(held: Directory) -> None:
    nearest = select(Location.doctor_id).where(Location.city == "Houston")
    with transaction() as session:
        session.execute(update(Doctor).where(Doctor.id.in_(nearest)).values(accepts_new=False))
    lead = _matched()
    with transaction() as session:
        shelf.bump(session)
    assert rerank.rerank_open_leads() == 1
    one, again = _stored(lead)
    assert one["nearer"]
    assert one["list"]
    assert one == again


def _stored(lead: Lead) -> list[dict[str, Any]]:
    """Both sets of a lead, older first, without what names the run."""
    with transaction() as session:
        rows = session.scalars(
            text(
                "SELECT jsonb_build_object('nearer', s.nearer, 'excluded', s.excluded, 'list', jsonb_agg("
                "to_jsonb(m) - 'id' - 'match_set_id' ORDER BY m.rank)) FROM match_set s JOIN match m "
                "ON m.match_set_id = s.id WHERE s.lead_id = :lead GROUP BY s.id ORDER BY s.directory_version"
            ),
            {"lead": lead.id},
        )
        return list(rows)
