"""Keys rotate while everything runs, and a stolen dump tells nobody's name, number, address or note."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from intake import crypto, db
from intake.config import Settings
from intake.db import transaction
from intake.errors import PermanentError
from intake.models import ConsentEvent, Contact
from intake.services import callbacks, claims, drafts, find, resealing
from tests.commands import advocate
from tests.desk import account, waiting_call
from tests.factories import NOON, stored_lead


@pytest.fixture
def own(database: Engine, environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """A keyring of this test's own, so that no other test meets a new key."""
    path = tmp_path / "keyring.json"
    crypto.create_keyring(path)
    before = list(crypto._installed)
    crypto.install(path)
    yield {**environment, "KEYRING_FILE": str(path)}
    crypto._installed[:] = before


def write_everything() -> None:
    """One row at least in every table that seals something."""
    with transaction() as session:
        ana = account(session)
        callback = waiting_call(session, patient_first_name="Zacharias")
        drafts.save(drafts.start(session, now=NOON)[0], {"first_name": "Quetzal"}, now=NOON)
    with transaction() as session:
        claims.claim(session, callback.id, ana, NOON)
        callbacks.start_call(session, callback.id, ana.id, now=NOON)
        callbacks.held(session, callback.id, ana.id).notes = "rings at noon"


def test_everything_is_sealed_anew_and_still_opens_when_keys_rotate(own: dict[str, str]) -> None:
    write_everything()
    done = advocate(own, "keys", "rotate")
    assert done.returncode == 0, done.stderr
    with transaction() as session:
        assert set(resealing.in_use(session)) == {2}
        event = session.scalars(select(ConsentEvent).where(ConsentEvent.purpose != "collect")).first()
        assert event is not None
        assert event.typed == "ada@family.example"
        assert session.scalars(select(Contact)).one().first_name == "Ada"
    status = json.loads(advocate(own, "keys", "status", "--json").stdout)
    assert (status["current"], status["keys"]["1"], status["lost"]) == (2, 0, {})


def test_names_indexed_as_they_were_once_are_found_and_indexed_again(own: dict[str, str]) -> None:
    with transaction() as session:
        staff = account(session)
        lead_id = stored_lead(session, last_name="Muñoz").lead_id
        contact = session.scalars(select(Contact).where(Contact.lead_id == lead_id)).one()
        contact.last_name_blind = crypto.keyring().blind("last_name", "muñoz")

    def found(typed: str) -> int:
        with transaction() as session:
            return len(find.find(session, find.Query(typed), staff, now=NOON).found)

    assert [found("Muñoz"), found("Munoz")] == [1, 0]
    done = advocate(own, "keys", "index")
    assert (done.returncode, done.stdout) == (0, "1 people were looked at.\n"), done.stderr
    assert [found("MUÑOZ"), found("munoz")] == [1, 1]


def test_writers_and_readers_go_on_while_keys_rotate(own: dict[str, str]) -> None:
    stop, failures = threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            try:
                with transaction() as session:
                    sent = stored_lead(session)
                with transaction() as session:
                    found = session.scalars(select(Contact).where(Contact.lead_id == sent.lead_id)).one()
                    assert found.email == "ada@family.example"
            except Exception as wrong:  # noqa: BLE001  (reported below)
                failures.append(wrong)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    done = advocate(own, "keys", "rotate")
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert (done.returncode, failures) == (0, [])
    with transaction() as session:
        assert set(resealing.in_use(session)) == {2}


def test_prepared_key_is_used_only_when_told(own: dict[str, str]) -> None:
    write_everything()
    assert advocate(own, "keys", "rotate", "--prepare").returncode == 0
    ring = crypto.load_keyring(Path(own["KEYRING_FILE"]))
    assert (sorted(ring.keys), ring.current) == ([1, 2], 1)
    assert advocate(own, "keys", "rotate").returncode == 0
    ring = crypto.load_keyring(Path(own["KEYRING_FILE"]))
    assert (sorted(ring.keys), ring.current) == ([1, 2], 2)


def test_key_that_still_seals_something_is_not_dropped(own: dict[str, str]) -> None:
    write_everything()
    crypto.use_key(Path(own["KEYRING_FILE"]), crypto.add_key(Path(own["KEYRING_FILE"])))
    refused = advocate(own, "keys", "drop", "1")
    assert (refused.returncode, "still seals" in refused.stderr) == (1, True)
    assert advocate(own, "keys", "rotate").returncode == 0
    assert advocate(own, "keys", "drop", "2").returncode == 0
    assert "current one" in advocate(own, "keys", "drop", "3").stderr


def test_generated_keyring_is_private_and_never_overwritten(own: dict[str, str], tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.json"
    assert advocate(own, "keys", "generate", fresh).returncode == 0
    assert fresh.stat().st_mode & 0o777 == 0o600
    before = fresh.read_bytes()
    again = advocate(own, "keys", "generate", fresh)
    assert (again.returncode, fresh.read_bytes() == before) == (1, True)


def test_every_sealed_field_is_found(database: Engine) -> None:
    found = {(one.table.name, name) for one in resealing.sealed_tables() for name in one.names}
    columns = {
        (table.name, column.name.removesuffix("_sealed"))
        for table in db.Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert found == columns


def test_value_moved_to_another_row_does_not_open(database: Engine) -> None:
    with transaction() as session:
        stored_lead(session)
        stored_lead(session, first_name="Eve", email="eve@family.example")
        one, other = session.scalars(select(Contact)).all()
        one.first_name_sealed, other.first_name_sealed = other.first_name_sealed, one.first_name_sealed
        with pytest.raises(PermanentError, match="changed or moved"):
            _ = one.first_name
        session.rollback()


def test_stolen_dump_shows_no_name_number_address_or_note(
    own: dict[str, str], database: Engine, settings: Settings
) -> None:
    write_everything()
    dump = _dump(database)
    assert b"pleural" in dump
    for secret in (b"Ada", b"Example", b"5550100123", b"ada@family", b"Zacharias", b"Quetzal", b"at noon"):
        assert secret not in dump, secret
    ring = json.loads(Path(own["KEYRING_FILE"]).read_text())
    assert all(key.encode() not in dump for key in (*ring["keys"].values(), ring["index_key"]))


def _dump(engine: Engine) -> bytes:
    """Every row of every table as text."""
    found = []
    with engine.connect() as connection:
        connection.execute(text("SET ROLE NONE"))
        for table in db.Base.metadata.sorted_tables:
            rows = connection.execute(text(f'SELECT row_to_json(t)::text FROM "{table.name}" AS t'))
            found += [row for (row,) in rows]
    return "\n".join(found).encode()
