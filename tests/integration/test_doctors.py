"""What staff do with doctors: verify, show, list, deactivate, reactivate."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.errors import BadInput
from intake.models.consent import AuditEntry
from intake.models.directory import DirectoryVersion, Doctor
from intake.rules.expertise import Expertise
from intake.services import directory
from intake.services.directory import Verification
from tests.commands import advocate, advocate_json
from tests.nppes_files import npi

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
Env = dict[str, str]


@pytest.fixture
def candidate(database: Engine) -> str:
    """The NPI of a stored candidate."""
    with transaction() as session:
        row = Doctor(npi=npi(1), first_name="Sample", last_name="Example", status="candidate", sample=False)
        row.languages, row.source, row.seen_on, row.updated_at = [], "nppes", date(2026, 11, 1), NOW
        session.add(row)
    return npi(1)


def stored(key: str) -> Doctor:
    with transaction() as session:
        return directory.find(session, key)


def version() -> int:
    with transaction() as session:
        return session.scalar(select(DirectoryVersion.number)) or 0


def verify(key: str, *expertise: str, now: datetime = NOW) -> None:
    with transaction() as session:
        facts = Verification(expertise=expertise, by="Example Editor", source="her page")
        directory.verify(session, directory.find(session, key), facts, now=now)


def test_candidate_becomes_verified_with_dated_facts_when_the_command_says_so(
    candidate: str, environment: Env
) -> None:
    shown = advocate_json(
        environment,
        *("doctors", "verify", candidate, "--expertise", "pleurectomy_decortication, TTFIELDS"),
        *("--by", "Example Editor", "--accepts-new", "--video", "--volume", "high", "--languages", "es"),
    )
    found = stored(candidate)
    assert (found.status, found.verified_by, found.accepts_new) == ("verified", "Example Editor", True)
    assert (found.video_opinion, found.volume_band, found.languages) == (True, "high", ["es"])
    assert {(skill.code, skill.verified_on) for skill in found.expertise} == {
        ("pleurectomy_decortication", found.verified_on),
        ("ttfields", found.verified_on),
    }
    assert shown["expertise"] == ["pleurectomy_decortication", "ttfields"]
    assert version() == 1


def test_facts_that_were_not_given_stay_when_a_doctor_is_verified_again(candidate: str) -> None:
    verify(candidate, "ttfields", "radiation")
    with transaction() as session:
        directory.find(session, candidate).accepts_new = False
    verify(candidate, "radiation", now=NOW.replace(day=25))
    found = stored(candidate)
    assert [(skill.code, skill.verified_on) for skill in found.expertise] == [
        ("radiation", date(2026, 11, 25))
    ]
    assert (found.accepts_new, version()) == (False, 2)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            Verification(expertise=["surgery"], by="E"),
            "Unknown expertise: 'surgery'.*pleurectomy_decortication",
        ),
        (Verification(expertise=[], by="E"), "at least one code"),
        (Verification(expertise=["radiation"], by=" "), "--by"),
        (
            Verification(expertise=["radiation"], by="E", volume_band="lots"),
            "volume: 'lots'.*high, some, few",
        ),
        (Verification(expertise=["radiation"], by="E", languages=["klingon"]), "language: 'klingon'"),
    ],
)
def test_verification_is_refused_naming_what_may_be_given_when_it_is_wrong(
    candidate: str, facts: Verification, said: str
) -> None:
    with pytest.raises(BadInput, match=said), transaction() as session:
        directory.verify(session, directory.find(session, candidate), facts, now=NOW)
    assert (stored(candidate).status, version()) == ("candidate", 0)


def test_command_exits_2_listing_every_code_when_one_is_unknown(candidate: str, environment: Env) -> None:
    done = advocate(environment, "doctors", "verify", candidate, "--expertise", "surgery", "--by", "E")
    assert done.returncode == 2
    assert all(code in done.stderr for code in Expertise)
    done = advocate(environment, "doctors", "show", "1234567893")
    assert (done.returncode, "No doctor has the NPI" in done.stderr) == (2, True)


def test_doctor_goes_and_comes_back_when_deactivated_and_reactivated(candidate: str) -> None:
    verify(candidate, "radiation")
    with transaction() as session:
        directory.deactivate(session, directory.find(session, candidate), " retired ", now=NOW)
    gone = stored(candidate)
    assert (gone.status, gone.deactivated_because, gone.deactivated_on) == (
        "deactivated",
        "retired",
        NOW.date(),
    )
    with pytest.raises(BadInput, match="reactivate"):
        verify(candidate, "radiation")
    with pytest.raises(BadInput, match="already"), transaction() as session:
        directory.deactivate(session, directory.find(session, candidate), "again", now=NOW)
    with transaction() as session:
        directory.reactivate(session, directory.find(session, candidate), now=NOW)
    assert (stored(candidate).status, version()) == ("candidate", 3)


def test_every_change_is_written_down_without_names_when_made(candidate: str) -> None:
    verify(candidate, "radiation")
    with transaction() as session:
        directory.deactivate(session, directory.find(session, candidate), "retired", now=NOW)
    with transaction() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["doctor.verified", "doctor.deactivated"]
    assert "Example" not in str([entry.detail for entry in entries])


def test_doctors_are_listed_and_shown_in_words_when_asked(
    candidate: str, environment: Env, tmp_path: Path
) -> None:
    listed = advocate(environment, "doctors", "list", "--status", "candidate").stdout
    assert candidate in listed
    assert advocate_json(environment, "doctors", "list", "--status", "verified") == []
    done = advocate(environment, "doctors", "deactivate", candidate, "--reason", "moved abroad")
    assert done.returncode == 0
    assert "moved abroad" in advocate(environment, "doctors", "show", candidate).stdout
    assert advocate(environment, "doctors", "reactivate", candidate).returncode == 0
    again = advocate(environment, "doctors", "reactivate", candidate)
    assert (again.returncode, "is not deactivated" in again.stderr) == (2, True)
