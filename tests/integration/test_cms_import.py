"""Medicare's Doctors and Clinicians: many rows a doctor, three generations of headers."""

import csv
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.models.directory import Doctor, DoctorFact
from intake.services import directory
from intake.services.directory import Verification
from tests import cms_files, nppes_files
from tests.cms_files import row, write
from tests.commands import advocate, advocate_json
from tests.nppes_files import npi

Env = dict[str, str]
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def run(environment: Env, path: Path, *options: str, kind: str = "cms") -> dict[str, int]:
    found: dict[str, Any] = advocate_json(environment, "doctors", "import", kind, path, *options)
    counts = {name: count for name, count in found.items() if isinstance(count, int) and count}
    assert found["read"] == sum(counts.values()) - found["read"]
    return counts


def stored(number: int) -> Doctor:
    with transaction() as session:
        return directory.find(session, npi(number))


def places(number: int) -> set[tuple[str, str]]:
    return {(place.source, place.zip) for place in stored(number).locations}


def three(number: int) -> list[dict[str, str]]:
    """A doctor at two addresses, one of them in two groups."""
    return [
        row(number, pac="1"),
        row(number, pac="2", line_1="100 SAMPLE  STREET."),
        row(number, line_1="7 Example Road", city="NEW YORK", state="NY", zip="10029"),
    ]


@pytest.mark.parametrize("layout", [cms_files.CURRENT, cms_files.OF_2021, cms_files.OF_2017])
def test_doctor_has_every_address_once_when_rows_are_many(
    database: Engine, environment: Env, tmp_path: Path, layout: int
) -> None:
    rows = [*three(1), row(2, specialty="NEUROLOGY"), row(3, second="UROLOGY", telehealth="Y")]
    path = write(tmp_path / "cms.csv", rows, layout=layout)
    assert run(environment, path) == {"read": 5, "added": 4, "skipped": 1}
    found = stored(1)
    assert (found.status, found.source, found.credential) == ("candidate", "cms", "MD")
    assert places(1) == {("cms", "77030"), ("cms", "10029")}
    assert all(place.latitude is not None for place in found.locations)
    assert {code.taxonomy_code for code in stored(3).specialties} == {"208G00000X", "208800000X"}
    assert run(environment, path) == {"read": 5, "unchanged": 4, "skipped": 1}


def test_every_address_is_found_when_the_file_is_shuffled(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    rows = [line for number in range(60) for line in three(number)]
    random.Random(4).shuffle(rows)
    path = write(tmp_path / "cms.csv", rows)
    assert run(environment, path) == {"read": 180, "added": 180}
    assert all(len(places(number)) == 2 for number in range(60))
    assert run(environment, path) == {"read": 180, "unchanged": 180}


def test_address_goes_when_the_next_file_leaves_it_out(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "cms.csv", three(1)))
    assert run(environment, write(tmp_path / "cms.csv", three(1)[:2])) == {"read": 2, "updated": 2}
    assert places(1) == {("cms", "77030")}


def test_known_addresses_stay_when_a_row_of_the_doctor_is_rejected(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "cms.csv", three(1)))
    damaged = [*three(1)[:2], {**three(1)[2], "zip": "1.0029E+04"}]
    assert run(environment, write(tmp_path / "cms.csv", damaged)) == {"read": 3, "updated": 2, "rejected": 1}
    assert places(1) == {("cms", "77030"), ("cms", "10029")}
    with (tmp_path / "cms.csv.rejects.csv").open(newline="") as file:
        assert [(line["line"], line["npi"]) for line in csv.DictReader(file)] == [("4", npi(1))]


def test_zip_gets_its_zero_back_when_the_state_settles_it(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    rows = [
        row(1, zip="4416", state="ME", city="BUCKSPORT"),
        row(2, zip="41023134", state="ME", city="PORTLAND"),
        row(3, zip="4416"),
    ]
    assert run(environment, write(tmp_path / "cms.csv", rows)) == {"read": 3, "added": 2, "rejected": 1}
    assert places(1) == {("cms", "04416")}
    assert "ZIP 4416 read as 04416" in (stored(1).note or "")


def test_both_words_are_kept_when_two_registries_speak(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    by_cms = write(tmp_path / "cms.csv", [row(1, last="Other", specialty="SURGICAL ONCOLOGY")])
    by_nppes = nppes_files.write(tmp_path / "npi.csv", [nppes_files.doctor(1)])
    for _ in range(2):
        first, second = run(environment, by_cms), run(environment, by_nppes, kind="nppes")
    assert (first, second) == ({"read": 1, "unchanged": 1}, {"read": 1, "unchanged": 1})
    found = stored(1)
    assert (found.last_name, found.source) == ("Example1", "nppes")
    assert places(1) == {("cms", "77030"), ("nppes", "77030")}
    assert {(code.taxonomy_code, code.is_primary) for code in found.specialties} == {
        ("208G00000X", True),
        ("2086X0206X", False),
    }
    with transaction() as session:
        facts = session.scalars(select(DoctorFact).order_by(DoctorFact.id)).all()
    assert [(fact.source, (fact.value or {})["last_name"]) for fact in facts] == [
        ("cms", "Other"),
        ("nppes", "Example1"),
    ]


def test_nothing_is_stored_when_the_run_is_dry(database: Engine, environment: Env, tmp_path: Path) -> None:
    assert run(environment, write(tmp_path / "cms.csv", three(1)), "--dry-run") == {"read": 3, "added": 3}
    with transaction() as session:
        assert session.scalars(select(Doctor)).all() == []


def test_ended_npi_stays_ended_when_only_medicare_lists_it(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "cms.csv", [row(1)])
    run(environment, path)
    ended = nppes_files.write(tmp_path / "npi.csv", [{"NPI": npi(1), nppes_files.ENDED: "03/01/2026"}])
    assert run(environment, ended, kind="nppes") == {"read": 1, "deactivated": 1}
    run(environment, write(tmp_path / "cms.csv", [row(1, phone="7135550101")]))
    assert stored(1).status == "deactivated"


def test_verified_doctor_keeps_what_people_checked_when_medicare_says_more(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "cms.csv", [row(1)]))
    with transaction() as session:
        facts = Verification(expertise=["pleurectomy_decortication"], by="Example Editor")
        directory.verify(session, directory.find(session, npi(1)), facts, now=NOW)
    run(environment, write(tmp_path / "cms.csv", [row(1, specialty="SURGICAL ONCOLOGY")]))
    found = stored(1)
    assert (found.status, [skill.code for skill in found.expertise]) == (
        "verified",
        ["pleurectomy_decortication"],
    )
    assert {code.taxonomy_code for code in found.specialties} == {"208G00000X", "2086X0206X"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 zip", "Unpack it"),
        (b"a,b\n1,2\n", "not a Doctors and Clinicians file"),
        (",".join(cms_files.header()).replace("pri_spec,", "").encode() + b"\n", '"pri_spec" is not'),
        (b"", "is empty"),
    ],
)
def test_import_exits_2_with_a_sentence_when_the_file_is_another(
    database: Engine, environment: Env, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "cms.csv").write_bytes(content)
    done = advocate(environment, "doctors", "import", "cms", tmp_path / "cms.csv")
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True)
    assert "Traceback" not in done.stderr
