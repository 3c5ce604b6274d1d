import os
import pty
import re
import select as ready
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from intake.config import Settings
from intake.db import transaction
from intake.models.directory import Doctor
from intake.models.staff import Staff
from intake.sample import accounts
from intake.services import staff_mails
from tests.commands import advocate
from tests.integration.test_curated_import import surgeon
from tests.integration.test_curated_import import write as write_curated
from tests.nppes_files import doctor, npi, write

Env = dict[str, str]
ANSWERS = {
    "--name": "Example Advocates",
    "--phone": "(312) 555-0142",
    "--zone": "America/Chicago",
    "--hours": "mon-fri 08:30-17:00",
    "--sender-address": "help@advocates.example.org",
    "--postal-address": "100 Main Street; Springfield, IL 62701",
    "--who-pays": "Example Foundation pays for this service.",
    "--admin-email": "first@advocates.example.org",
}


@pytest.fixture
def own(environment: Env, tmp_path: Path, database: Engine) -> Env:
    """The services of this run with an empty home of our own."""
    return {**environment, "ADVOCATE_HOME": str(tmp_path / "home")}


def setup(own: Env, *more: object, **changed: str | None) -> subprocess.CompletedProcess[str]:
    answers = {**ANSWERS, **{f"--{name.replace('_', '-')}": value for name, value in changed.items()}}
    words = [word for option, value in answers.items() if value is not None for word in (option, value)]
    return advocate(own, "setup", *words, *more)


def file(own: Env) -> Path:
    return Path(own["ADVOCATE_HOME"]) / "organisation.toml"


def test_organisation_is_real_and_samples_are_gone_when_everything_is_given(own: Env, tmp_path: Path) -> None:
    Path(own["ADVOCATE_HOME"]).mkdir()
    assert advocate(own, "sample", "load").returncode == 0
    nppes = write(tmp_path / "npi.csv", [doctor(1), doctor(2)])
    done = setup(own, "--nppes", nppes)
    assert done.returncode == 0, done.stderr
    found = Settings.from_env({**own, "ADVOCATE_MODE": "production"}).organisation
    assert (found.name, found.phone_e164, found.sample) == ("Example Advocates", "+13125550142", False)
    assert (found.promise_minutes, found.sender_name) == (30, "Example Advocates")
    with transaction() as session:
        assert session.scalar(select(func.count()).where(Doctor.sample)) == 0
        assert session.scalar(select(func.count()).where(Doctor.status == "candidate")) == 2
        active = session.scalars(select(Staff).where(Staff.active)).all()
    assert [(row.email, row.role, row.password) for row in active] == [
        ("first@advocates.example.org", "admin", None)
    ]
    told = re.search(r"/console/link/(\S+)", done.stdout)
    assert told is not None
    with transaction() as session:
        assert staff_mails.open_link(session, told[1], now=datetime.now(UTC)) is not None
    assert not (file(own).parent / accounts.FILE).exists()


def test_setup_is_refused_when_done_already_unless_replaced(own: Env) -> None:
    assert setup(own).returncode == 0
    again = setup(own, name="Other Advocates")
    assert (again.returncode, "--replace" in again.stderr) == (2, True)
    assert "Example Advocates" in file(own).read_text()
    replaced = setup(own, "--replace", name="Other Advocates")
    assert replaced.returncode == 0
    assert "has an account already" in replaced.stdout
    assert "Other Advocates" in file(own).read_text()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"phone": "911"}, "--phone: write a US number"),
        ({"zone": "Chicago"}, "--zone: write a time zone"),
        ({"hours": "mon-fri 9 to 5"}, "--hours:"),
        ({"admin_email": "nobody"}, "--admin-email: 'nobody' is not an email address"),
        ({"postal_address": "100 Main Street"}, "--postal-address: write street"),
        ({"promise_minutes": "soon"}, "--promise-minutes: write whole minutes"),
        ({"name": None, "phone": None}, "Give --name, --phone"),
    ],
)
def test_setup_exits_2_naming_the_option_when_an_answer_is_wrong(
    own: Env, changed: dict[str, str | None], said: str
) -> None:
    done = setup(own, **changed)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not file(own).exists()


def test_nothing_is_written_when_the_nppes_file_is_another(own: Env, tmp_path: Path) -> None:
    (tmp_path / "npi.csv").write_text("name\nExample\n")
    done = setup(own, "--nppes", tmp_path / "npi.csv")
    assert (done.returncode, "is not an NPPES file" in done.stderr) == (2, True)
    assert not file(own).exists()


def test_wrong_answer_is_asked_for_again_when_at_a_terminal(own: Env) -> None:
    words = [word for option in ANSWERS if option != "--zone" for word in (option, ANSWERS[option])]
    said = _at_terminal(own, words, {"Time zone of your office": ["Chicago", "America/Denver"]})
    assert "--zone: write a time zone such as" in said
    assert 'zone = "America/Denver"' in file(own).read_text()


def _at_terminal(own: Env, words: list[str], answers: dict[str, list[str]]) -> str:
    """Run at a pseudo-terminal; press Enter at each prompt for which there is no answer."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "intake.cli", "setup", *words],
        env={**os.environ, **own},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = waiting = ""
    while process.poll() is None or ready.select([ours], [], [], 0.2)[0]:
        if not ready.select([ours], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(ours, 4096).decode()
        except OSError:
            break
        said, waiting = said + part, waiting + part
        if waiting.endswith(": "):
            prompt = next((prompt for prompt in answers if prompt in waiting), None)
            os.write(ours, (answers[prompt].pop(0) if prompt else "").encode() + b"\n")
            waiting = ""
    os.close(ours)
    assert process.wait(timeout=30) == 0, said
    return said


def test_own_list_speaks_last_when_setup_gets_both_files(own: Env, tmp_path: Path) -> None:
    registry = write(tmp_path / "npi.csv", [doctor(1), doctor(2)])
    mine = write_curated(tmp_path / "mine.csv", surgeon(1, last_name="Checked"))
    done = setup(own, "--nppes", registry, "--curated", mine)
    assert done.returncode == 0, done.stderr
    with transaction() as session:
        found = {row.npi: (row.last_name, row.status) for row in session.scalars(select(Doctor))}
    assert found == {npi(1): ("Checked", "verified"), npi(2): ("Example2", "candidate")}


def test_nothing_is_set_up_when_the_own_list_is_another_file(own: Env, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("Name,Day\nSample,Monday\n")
    done = setup(own, "--curated", tmp_path / "mine.csv")
    assert (done.returncode, "advocate doctors template" in done.stderr) == (2, True)
    assert not file(own).exists()
