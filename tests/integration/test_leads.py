"""Taking a request: one commit, one lead for one submission, nothing readable in the tables."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from intake.db import transaction
from intake.errors import PermanentError
from intake.models import AuditEntry, ConsentEvent, Contact, Lead, OutboxTask
from intake.rules.references import ALPHABET
from intake.services.leads import submit_lead
from intake.workflow import SUBSCRIBERS, Event
from tests.factories import NOON, new_lead, stored_lead

OWED = SUBSCRIBERS[Event.LEAD_SUBMITTED]


def test_lead_consents_audit_and_work_are_there_when_a_request_is_sent(database: Engine) -> None:
    with transaction() as session:
        sent = stored_lead(session)
    with transaction() as session:
        assert session.scalars(select(Lead.id)).all() == [sent.lead_id]
        assert len(session.scalars(select(ConsentEvent)).all()) == 2
        assert session.scalars(select(AuditEntry.action)).all() == ["lead.submitted"]
        assert session.scalar(select(func.count()).select_from(OutboxTask)) == len(OWED)


def test_nothing_is_stored_when_the_commit_fails(database: Engine) -> None:
    def fail() -> None:
        with transaction() as session:
            stored_lead(session)
            raise PermanentError("stop here")

    with pytest.raises(PermanentError):
        fail()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == 0
        assert session.scalar(select(func.count()).select_from(OutboxTask)) == 0


def test_one_lead_answers_both_when_a_request_is_sent_twice(database: Engine) -> None:
    new = new_lead()
    with transaction() as session:
        first = submit_lead(session, new, now=NOON)
    with transaction() as session:
        assert submit_lead(session, new, now=NOON) == first


def test_one_lead_is_made_when_ten_posts_race(database: Engine) -> None:
    new, start = new_lead(), threading.Barrier(10)

    def post(_: int) -> str:
        start.wait(5)
        with transaction() as session:
            return submit_lead(session, new, now=NOON).reference

    with ThreadPoolExecutor(10) as pool:
        references = set(pool.map(post, range(10)))
    with transaction() as session:
        assert session.scalars(select(Lead.reference)).all() == list(references)
        assert session.scalar(select(func.count()).select_from(OutboxTask)) == len(OWED)


def test_no_table_shows_a_name_phone_or_address_when_rows_are_read_raw(database: Engine) -> None:
    with transaction() as session:
        stored_lead(session, patient_first_name="Grandfather")
    with transaction() as session:
        tables = session.scalars(
            text(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        )
        dump = "".join(
            str(row) for table in tables for row in session.execute(text(f'SELECT t::text FROM "{table}" t'))
        )
    for secret in ("Ada", "Example", "5550100123", "family.example", "Grandfather"):
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_value_does_not_open_when_it_is_moved_to_another_row(database: Engine) -> None:
    with transaction() as session:
        stored_lead(session)
        stored_lead(session, first_name="Ben")
    with transaction() as session:
        one, other = session.scalars(select(Contact)).all()
        one.first_name_sealed = other.first_name_sealed
        with pytest.raises(PermanentError):
            _ = one.first_name
        session.rollback()


def test_contact_is_found_when_looked_up_by_its_phone(database: Engine) -> None:
    from intake.crypto import keyring

    with transaction() as session:
        sent = stored_lead(session)
        blind = keyring().blind("phone", "+15550100123")
        assert session.scalars(select(Contact.lead_id).where(Contact.phone_blind == blind)).all() == [
            sent.lead_id
        ]


@pytest.mark.parametrize("model", [ConsentEvent, AuditEntry])
def test_append_only_tables_refuse_changes(
    database: Engine, model: type[ConsentEvent] | type[AuditEntry]
) -> None:
    with transaction() as session:
        stored_lead(session)
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), transaction() as session:
        session.execute(update(model).values(at=NOON))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), transaction() as session:
        session.execute(text(f"DELETE FROM {model.__tablename__}"))


def test_reference_has_no_letter_that_sounds_or_looks_like_another(database: Engine) -> None:
    with transaction() as session:
        sent = stored_lead(session)
    assert set(sent.reference) <= set(ALPHABET)


def test_zone_is_every_zone_when_the_place_is_not_known(database: Engine) -> None:
    with transaction() as session:
        sent = stored_lead(session, zip=None, state="TN")
        lead = session.get_one(Lead, sent.lead_id)
        assert not lead.time_zone_certain
        assert {"America/Chicago", "America/New_York"} <= set(lead.time_zones)
