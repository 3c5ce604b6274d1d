import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, update

from intake.db import transaction
from intake.models.directory import Centre, DirectoryVersion, Doctor, Location
from intake.models.match import Match, MatchSet
from intake.models.staff import Staff
from intake.sample import accounts
from intake.sample.load import load_directory
from intake.sample.remove import remove_samples
from intake.services import passwords, staff
from intake.services.staff import NewStaff
from tests.commands import advocate, advocate_json
from tests.factories import stored_lead

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
Env = dict[str, str]


@pytest.fixture
def home(environment: Env) -> Iterator[Path]:
    """Without the accounts of another test, before and after."""
    folder = Path(environment["ADVOCATE_HOME"])
    (folder / accounts.FILE).unlink(missing_ok=True)
    yield folder
    (folder / accounts.FILE).unlink(missing_ok=True)


def load(environment: Env) -> list[dict[str, str]]:
    found: list[dict[str, str]] = advocate_json(environment, "sample", "load")
    return found


def load_doctors() -> dict[str, int]:
    with transaction() as session:
        return dict(load_directory(session, now=NOW))


def count(table: type[Any]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def version() -> int:
    with transaction() as session:
        return session.scalar(select(DirectoryVersion.number)) or 0


def matched(doctor_id: UUID) -> None:
    """A match that names the doctor."""
    with transaction() as session:
        lead_id = stored_lead(session).lead_id
        session.flush()
        found = MatchSet(lead_id=lead_id, created_at=NOW, rule_version="1", directory_version=1)
        found.widened, found.excluded = False, {}
        session.add(found)
        session.flush()
        row = Match(match_set_id=found.id, rank=1, doctor_id=doctor_id, score=1.0, parts={}, reasons=[])
        session.add(row)


def test_doctors_are_marked_as_samples_without_npi_when_loaded(database: Engine) -> None:
    assert load_doctors() == {"added": 80}
    with transaction() as session:
        doctors = session.scalars(select(Doctor)).all()
        places = session.scalars(select(Location)).all()
    assert all(row.sample and row.npi is None and row.name.startswith("Sample ") for row in doctors)
    assert {row.status for row in doctors} == {"verified"}
    assert all(place.latitude is not None and place.centre_id is not None for place in places)
    assert (count(Centre), version()) == (16, 1)


def test_second_load_changes_nothing_when_nothing_was_changed(database: Engine) -> None:
    load_doctors()
    assert load_doctors() == {"unchanged": 80}
    assert version() == 1


def test_sample_is_put_right_when_its_facts_are_of_an_older_version(database: Engine) -> None:
    load_doctors()
    with transaction() as session:
        first = session.scalars(select(Doctor.id).limit(1)).one()
        session.execute(update(Doctor).where(Doctor.id == first).values(source_digest="old", last_name="99"))
    assert load_doctors() == {"updated": 1, "unchanged": 79}
    with transaction() as session:
        assert session.scalars(select(Doctor.last_name).where(Doctor.id == first)).one() != "99"


def test_accounts_can_sign_in_and_stay_the_same_when_loaded_twice(
    database: Engine, environment: Env, home: Path
) -> None:
    first = load(environment)
    assert [account["role"] for account in first] == ["advocate", "supervisor", "admin"]
    assert load(environment) == first
    assert json.loads((home / accounts.FILE).read_text()) == first
    assert (home / accounts.FILE).stat().st_mode & 0o777 == 0o600
    with transaction() as session:
        for account in first:
            row = staff.get(session, account["email"])
            assert passwords.is_right(account["password"], row.password)
            assert (row.totp_secret, row.sample) == (account["totp_secret"], True)
    lines = advocate(environment, "sample", "load").stdout.splitlines()
    assert len([line for line in lines if "password" in line and "TOTP" in line]) == 3


def test_accounts_get_a_new_password_when_the_file_is_lost(
    database: Engine, environment: Env, home: Path
) -> None:
    first = load(environment)
    (home / accounts.FILE).write_text("")
    second = load(environment)
    assert [account["password"] for account in first] != [account["password"] for account in second]
    with transaction() as session:
        row = staff.get(session, second[0]["email"])
        assert passwords.is_right(second[0]["password"], row.password)


def test_accounts_come_back_as_they_were_when_only_the_database_is_lost(
    database: Engine, environment: Env, home: Path
) -> None:
    first = load(environment)
    with transaction() as session:
        for account in session.scalars(select(Staff)):
            session.delete(account)
    assert load(environment) == first


def test_samples_are_refused_when_the_organisation_is_real(
    database: Engine, environment: Env, home: Path
) -> None:
    organisation = Path(accounts.__file__).with_name("organisation.toml")
    real = {**environment, "ADVOCATE_MODE": "production", "ORGANISATION_FILE": str(organisation)}
    done = advocate(real, "sample", "load")
    assert (done.returncode, "never loaded" in done.stderr) == (2, True)
    assert (count(Doctor), count(Staff)) == (0, 0)


def test_samples_go_and_matched_ones_stay_deactivated_when_removed(
    database: Engine, environment: Env, home: Path
) -> None:
    load(environment)
    with transaction() as session:
        kept = session.scalars(select(Doctor.id).limit(1)).one()
    matched(kept)
    own = NewStaff(
        email="own@example.org",
        name="Own",
        role="admin",
        password="x" * 20,
        totp_secret=passwords.new_totp_secret(),
    )
    with transaction() as session:
        staff.create(session, own, now=NOW)
        counts = remove_samples(session, now=NOW)
    assert counts == {"deleted": 79, "deactivated": 1, "accounts": 3}
    with transaction() as session:
        assert [(row.id, row.status) for row in session.scalars(select(Doctor))] == [(kept, "deactivated")]
        active = session.scalars(select(Staff.email).where(Staff.active)).all()
        assert active == ["own@example.org"]
        assert remove_samples(session, now=NOW).total() == 0
    assert count(Centre) in (1, 2)
