import csv
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from intake.db import transaction
from intake.directory import importing
from intake.models.consent import AuditEntry
from intake.models.directory import DirectoryVersion, Doctor, DoctorExpertise, DoctorSpecialty, Location
from intake.rules.taxonomy import SPECIALTIES
from intake.services import directory
from intake.services.directory import Verification
from tests import nppes_files as files
from tests.commands import advocate, advocate_json
from tests.nppes_files import doctor, npi, write

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
Env = dict[str, str]


def run(environment: Env, path: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = advocate_json(environment, "doctors", "import", "nppes", path, *options)
    outcomes = ("added", "updated", "unchanged", "skipped", "deactivated", "rejected")
    assert found["read"] == sum(found[name] for name in outcomes)
    return found


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in found.items() if isinstance(count, int) and count}


def stored(number: int) -> Doctor:
    with transaction() as session:
        return directory.find(session, npi(number))


def version() -> int:
    with transaction() as session:
        return session.scalar(select(DirectoryVersion.number)) or 0


def verified(number: int) -> None:
    with transaction() as session:
        facts = Verification(expertise=["pleurectomy_decortication"], by="Example Editor")
        directory.verify(session, directory.find(session, npi(number)), facts, now=NOW)


def test_import_counts_every_row_once_when_a_file_holds_every_kind(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    rows = [
        doctor(1),
        doctor(2, **{files.ENTITY: "2"}),
        doctor(3, **{files.code(1): files.NEUROLOGY}),
        {"NPI": npi(4), files.ENDED: "03/01/2026"},
        doctor(5, NPI="1234567890"),
        doctor(6, **{files.ZIP: "4416"}),
        doctor(1),
    ]
    found = run(environment, write(tmp_path / "npi.csv", rows))
    assert counts(found) == {"read": 7, "added": 1, "skipped": 3, "rejected": 3}
    with (tmp_path / "npi.csv.rejects.csv").open(newline="") as file:
        rejects = list(csv.DictReader(file))
    assert found["rejects_file"] == str(tmp_path / "npi.csv.rejects.csv")
    assert [(row["line"], row["column"], row["value"]) for row in rejects] == [
        ("6", "NPI", "1234567890"),
        ("7", files.ZIP, "4416"),
        ("8", "NPI", npi(1)),
    ]
    assert "line 2 already" in rejects[2]["reason"]


def test_doctor_is_stored_as_a_candidate_with_place_and_source_when_added(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "npidata_pfile_20050523-20261108.csv", [doctor(1)]))
    found = stored(1)
    assert (found.status, found.source, found.seen_on) == ("candidate", "nppes", date(2026, 11, 8))
    assert [row.taxonomy_code for row in found.specialties if row.is_primary] == [files.THORACIC]
    place = found.locations[0]
    assert (place.zip, place.state, place.phone) == ("77030", "TX", "+17135550100")
    assert place.latitude == pytest.approx(29.70, abs=0.02)
    assert version() == 0, "no match looks at candidates"


def test_second_import_changes_nothing_when_the_file_is_the_same(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "npi.csv", [doctor(n) for n in range(50)])
    assert counts(run(environment, path)) == {"read": 50, "added": 50}
    before = {n: (stored(n).id, stored(n).updated_at, stored(n).locations[0].id) for n in range(50)}
    assert counts(run(environment, path)) == {"read": 50, "unchanged": 50}
    assert before == {n: (stored(n).id, stored(n).updated_at, stored(n).locations[0].id) for n in range(50)}


def test_doctor_follows_the_file_when_facts_change(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "npi.csv", [doctor(1), doctor(2)]))
    moved = doctor(1, **{files.ZIP: "10029", files.STATE: "NY", files.code(1): files.ONCOLOGY})
    assert counts(run(environment, write(tmp_path / "npi.csv", [moved, doctor(2)]))) == {
        "read": 2,
        "updated": 1,
        "unchanged": 1,
    }
    found = stored(1)
    assert [(place.zip, place.state) for place in found.locations] == [("10029", "NY")]
    assert [row.taxonomy_code for row in found.specialties] == [files.ONCOLOGY]


def test_what_people_checked_stays_when_a_verified_doctor_is_updated(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "npi.csv", [doctor(1)]))
    verified(1)
    before = version()
    changed = doctor(1, **{files.PHONE: "7135550101", files.code(1): files.ONCOLOGY})
    run(environment, write(tmp_path / "npi.csv", [changed]))
    found = stored(1)
    assert (found.status, found.verified_by) == ("verified", "Example Editor")
    assert [skill.code for skill in found.expertise] == ["pleurectomy_decortication"]
    assert {row.taxonomy_code for row in found.specialties} == {files.THORACIC, files.ONCOLOGY}
    assert found.locations[0].phone == "+17135550101"
    assert version() == before + 1


def test_doctor_is_deactivated_once_when_the_npi_has_ended(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "npi.csv", [doctor(1)]))
    verified(1)
    ended = write(tmp_path / "npi.csv", [{"NPI": npi(1), files.ENDED: "03/01/2026"}])
    assert counts(run(environment, ended)) == {"read": 1, "deactivated": 1}
    assert (stored(1).status, stored(1).deactivated_on) == ("deactivated", date(2026, 3, 1))
    assert counts(run(environment, ended)) == {"read": 1, "unchanged": 1}
    back = doctor(1, **{files.ENDED: "03/01/2026", files.REVIVED: "04/01/2026"})
    assert counts(run(environment, write(tmp_path / "npi.csv", [back]))) == {"read": 1, "updated": 1}
    assert (stored(1).status, stored(1).deactivated_on) == ("candidate", None)


def test_doctor_stays_deactivated_when_a_person_did_it(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "npi.csv", [doctor(1)])
    run(environment, path)
    with transaction() as session:
        directory.deactivate(session, directory.find(session, npi(1)), "retired", now=NOW)
    assert counts(run(environment, path)) == {"read": 1, "unchanged": 1}
    run(environment, write(tmp_path / "npi.csv", [doctor(1, **{files.PHONE: "7135550101"})]))
    assert (stored(1).status, stored(1).deactivated_because) == ("deactivated", "retired")


def test_dry_run_tells_the_same_counts_when_it_stores_nothing(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "npi.csv", [doctor(1), doctor(2), doctor(3, NPI="1")])
    told = run(environment, path, "--dry-run")
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Doctor)) == 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0
    assert counts(told) == counts(run(environment, path)) == {"read": 3, "added": 2, "rejected": 1}


def test_rejects_file_is_gone_when_the_rows_are_mended(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "npi.csv", [doctor(1, NPI="1")]))
    assert (tmp_path / "npi.csv.rejects.csv").exists()
    assert run(environment, write(tmp_path / "npi.csv", [doctor(1)]))["rejects_file"] is None
    assert not (tmp_path / "npi.csv.rejects.csv").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "Unpack it"),
        (b"name,age\nExample,70\n", "is not an NPPES file"),
        (b"\x89PNG\r\n\0\0", "not a text file"),
    ],
)
def test_import_exits_2_with_a_sentence_when_the_file_is_another(
    database: Engine, environment: Env, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "npi.csv").write_bytes(content)
    done = advocate(environment, "doctors", "import", "nppes", tmp_path / "npi.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_stored_when_the_file_is_cut_off(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "npi.csv", [doctor(n) for n in range(10)])
    path.write_bytes(path.read_bytes()[:-700])
    done = advocate(environment, "doctors", "import", "nppes", path)
    assert done.returncode == 2
    assert "cut off" in done.stderr
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Doctor)) == 0


def test_whole_batches_stay_and_a_rerun_goes_on_when_it_is_interrupted(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "npi.csv", [doctor(n) for n in range(8_000)])
    command = [sys.executable, "-m", "intake.cli", "doctors", "import", "nppes", str(path)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while not _doctors():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    left = _doctors()
    assert process.returncode == 130
    assert (left % importing.BATCH, "Run the command again" in said) == (0, True)
    assert f"{left:,} rows are done for good" in said
    assert counts(run(environment, path)) == {"read": 8_000, "added": 8_000 - left, "unchanged": left}


def _doctors() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Doctor)) or 0


def test_two_imports_end_in_one_directory_when_they_run_together(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "npi.csv", [doctor(n) for n in range(1500)])
    command = [sys.executable, "-m", "intake.cli", "doctors", "import", "nppes", str(path), "--json"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    for process in both:
        process.communicate()
    with transaction() as session:
        for table in (Doctor, Location, DoctorSpecialty):
            assert session.scalar(select(func.count()).select_from(table)) == 1500


def test_real_sample_is_imported_with_the_counts_that_plain_csv_code_finds(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    real = files.SHARED / "nppes_sample_1000.csv"
    if not real.exists():
        print("NOT RUN: the shared file nppes_sample_1000.csv is absent, so the real sample was not imported")
        return
    path = tmp_path / real.name
    path.write_bytes(real.read_bytes())
    wanted = _by_plain_csv(path)
    first, second = run(environment, path), run(environment, path)
    assert counts(first) == {"read": 1000, **wanted}
    assert counts(second) == {"read": 1000, "unchanged": wanted["added"], "skipped": wanted["skipped"]}
    assert first["rejects_file"] is None


def _by_plain_csv(path: Path) -> Counter[str]:
    """Doctors with a primary code in use, counted without any code of the importer."""
    used = {code for specialty in SPECIALTIES.values() for code in specialty.codes}
    found: Counter[str] = Counter()
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            slots = [(row[files.code(n)], row[files.switch(n)]) for n in range(1, 16)]
            primary = [code for code, switch in slots if switch == "Y"] or [code for code, _ in slots]
            is_doctor = row[files.ENTITY].startswith("1") and any(code in used for code in primary)
            found["added" if is_doctor else "skipped"] += 1
    return found


def test_expertise_is_removed_from_no_one_when_a_file_is_imported(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "npi.csv", [doctor(1)]))
    verified(1)
    run(environment, write(tmp_path / "npi.csv", [doctor(n) for n in range(1, 5)]))
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(DoctorExpertise)) == 1
