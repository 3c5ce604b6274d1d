"""The organisation's own list: template, import, export and back."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.directory.curated import COLUMNS, guarded, unguarded
from intake.models.directory import Centre, DirectoryVersion, Doctor, DoctorFact
from intake.services import directory
from tests import nppes_files
from tests.commands import advocate, advocate_json
from tests.nppes_files import npi

Env = dict[str, str]
HEADER = [column["name"] for column in COLUMNS]


def surgeon(number: int, **changed: str) -> dict[str, str]:
    return {
        "npi": npi(number),
        "first_name": "Sample",
        "last_name": f"Example{number}",
        "specialties": "TS;GS",
        "expertise": "pleural_mesothelioma; second_opinion",
        "languages": "es",
        "insurance": "medicare;private",
        "accepts_new": "yes",
        "volume": "high",
        "centre": "Example Hospital",
        "line_1": "100 Sample Street",
        "city": "Houston",
        "state": "TX",
        "zip": "77030",
        "phone": "713-555-0100",
        "source": "the hospital's page",
        "verified_on": "2026-11-02",
        **changed,
    }


def write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(environment: Env, path: Path, *options: str) -> dict[str, int]:
    words = ("doctors", "import", "curated", path, "--by", "Example Editor", *options)
    found: dict[str, Any] = advocate_json(environment, *words)
    counts = {name: count for name, count in found.items() if isinstance(count, int) and count}
    assert found["read"] == sum(counts.values()) - found["read"]
    return counts


def rejects(path: Path) -> list[tuple[str, str, str]]:
    with path.with_name(f"{path.name}.rejects.csv").open(newline="") as file:
        return [(row["line"], row["column"], row["reason"]) for row in csv.DictReader(file)]


def stored(key: str) -> Doctor:
    with transaction() as session:
        return directory.find(session, key)


def facts(key: str) -> list[DoctorFact]:
    with transaction() as session:
        found = select(DoctorFact).where(DoctorFact.doctor_id == directory.find(session, key).id)
        return list(session.scalars(found.order_by(DoctorFact.id)))


def version() -> int:
    with transaction() as session:
        return session.scalar(select(DirectoryVersion.number)) or 0


def test_template_is_imported_as_nothing_when_nobody_filled_it_in(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    assert advocate(environment, "doctors", "template", tmp_path / "mine.csv").returncode == 0
    with (tmp_path / "mine.csv").open(encoding="utf-8-sig", newline="") as file:
        header, explained, sample = csv.reader(file)
    assert (header, len(explained), sample[0]) == (HEADER, len(HEADER), "SAMPLE-1")
    assert all(explained)
    assert run(environment, tmp_path / "mine.csv") == {"read": 2, "skipped": 2}


def test_sample_row_of_the_template_is_a_doctor_when_it_gets_a_key_of_its_own(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    row = {column["name"]: column["example"] for column in COLUMNS} | {"key": "own-1"}
    assert run(environment, write(tmp_path / "mine.csv", row)) == {"read": 1, "added": 1}


def test_doctor_is_verified_with_every_fact_recorded_when_the_list_names_her(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    second = {"npi": npi(1), "line_1": "7 Example Road", "city": "New York", "state": "NY", "zip": "10029"}
    path = write(tmp_path / "mine.csv", surgeon(1), second)
    assert run(environment, path) == {"read": 2, "added": 2}
    found = stored(npi(1))
    assert (found.status, found.verified_by, found.verified_on) == (
        "verified",
        "Example Editor",
        date(2026, 11, 2),
    )
    assert (found.accepts_new, found.video_opinion, found.insurance) == (True, None, ["medicare", "private"])
    assert {place.zip: place.centre and place.centre.name for place in found.locations} == {
        "77030": "Example Hospital",
        "10029": None,
    }
    recorded = {fact.name.partition(":")[0] for fact in facts(npi(1))}
    wanted = {"accepts_new", "volume_band", "languages", "insurance", "expertise", "specialties", "location"}
    assert recorded == wanted
    assert {fact.source for fact in facts(npi(1))} == {"the hospital's page"}
    before = len(facts(npi(1)))
    assert run(environment, path) == {"read": 2, "unchanged": 2}
    assert (len(facts(npi(1))), version()) == (before, 1)


def test_export_changes_nothing_when_it_is_imported_again(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    rows = [
        surgeon(1, latitude="29.7", longitude="-95.4", last_name="=cmd()", first_name="'@Sample"),
        surgeon(2, npi="", key="own-2", line_1="", city="", state="", zip="", centre="", accepts_new="no"),
        surgeon(3, key="own-3", video="yes", credential="MD, PhD"),
        {
            "key": "own-3",
            "npi": npi(3),
            "line_1": "7 Example Road",
            "city": "New York",
            "state": "NY",
            "zip": "10029",
        },
    ]
    run(environment, write(tmp_path / "mine.csv", *rows))
    assert stored(npi(1)).last_name == "=cmd()"
    done = advocate(environment, "doctors", "export", tmp_path / "out.csv")
    assert (done.returncode, "3 verified doctors" in done.stderr) == (0, True)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+@" and cell]
    assert run(environment, tmp_path / "out.csv") == {"read": 4, "unchanged": 4}


def test_candidate_of_a_registry_is_taken_over_and_kept_when_the_list_names_her(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    registry = nppes_files.write(tmp_path / "npi.csv", [nppes_files.doctor(1)])
    advocate_json(environment, "doctors", "import", "nppes", registry)
    office = stored(npi(1)).locations[0].id
    path = write(tmp_path / "mine.csv", surgeon(1))
    assert run(environment, path) == {"read": 1, "updated": 1}
    assert [place.id for place in stored(npi(1)).locations] == [office]
    moved = nppes_files.doctor(
        1, **{nppes_files.LAST: "Wrong", nppes_files.ZIP: "10029", nppes_files.STATE: "NY"}
    )
    before = version()
    advocate_json(environment, "doctors", "import", "nppes", nppes_files.write(tmp_path / "npi.csv", [moved]))
    assert run(environment, path) == {"read": 1, "unchanged": 1}
    assert (stored(npi(1)).last_name, version()) == ("Example1", before)


def test_only_the_changed_fact_is_appended_when_one_cell_changes(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "mine.csv", surgeon(1)))
    before = len(facts(npi(1)))
    changed = write(tmp_path / "mine.csv", surgeon(1, accepts_new="no"))
    assert run(environment, changed) == {"read": 1, "updated": 1}
    assert [(fact.name, fact.value) for fact in facts(npi(1))[before:]] == [("accepts_new", {"value": False})]


def test_doctor_is_left_as_she_was_when_one_of_her_lines_is_wrong(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "mine.csv", surgeon(1), surgeon(2)))
    damaged = {"npi": npi(1), "line_1": "x", "city": "Houston", "state": "TX", "zip": "7.7E+04"}
    path = write(tmp_path / "mine.csv", surgeon(1, volume="some"), damaged, surgeon(2, volume="some"))
    assert run(environment, path) == {"read": 3, "updated": 1, "rejected": 2}
    assert (stored(npi(1)).volume_band, stored(npi(2)).volume_band) == ("high", "some")
    assert [(line, column) for line, column, _ in rejects(path)] == [("3", "zip"), ("2", "line")]


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"npi": "1.23457E+09"}, "npi", "rounded"),
        ({"npi": "", "key": ""}, "key", "give one of them"),
        ({"expertise": "magic"}, "expertise", "choose from"),
        ({"specialties": "NEUROLOGY"}, "specialties", "choose from"),
        ({"accepts_new": "perhaps"}, "accepts_new", "yes nor no"),
        ({"verified_on": "2036-01-01"}, "verified_on", "future"),
        ({"verified_on": ""}, "verified_on", "which day"),
        ({"insurance": "gold"}, "insurance", "medicare"),
        ({"latitude": "200", "longitude": "1"}, "latitude", "no point on earth"),
    ],
)
def test_row_is_rejected_with_its_mend_when_a_cell_is_wrong(
    database: Engine, environment: Env, tmp_path: Path, *, changed: dict[str, str], column: str, said: str
) -> None:
    path = write(tmp_path / "mine.csv", surgeon(1, **changed))
    assert run(environment, path) == {"read": 1, "rejected": 1}
    ((line, found, reason),) = rejects(path)
    assert (line, found, said in reason) == ("2", column, True), reason


def test_later_check_stays_when_an_older_list_comes(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "mine.csv", surgeon(1)))
    older = write(tmp_path / "mine.csv", surgeon(1, verified_on="2026-01-02", accepts_new="no"))
    assert run(environment, older) == {"read": 1, "rejected": 1}
    assert "export and edit that" in rejects(older)[0][2]
    assert stored(npi(1)).accepts_new is True


def test_both_points_are_kept_and_flagged_when_they_disagree(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write(tmp_path / "mine.csv", surgeon(1, latitude="30.3", longitude="-97.7"))
    run(environment, path)
    found = stored(npi(1))
    assert "miles from that of the ZIP code" in (found.note or "")
    assert found.locations[0].latitude == pytest.approx(30.3)


def test_centre_is_taken_by_name_and_added_once_when_nobody_knows_it(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "mine.csv", surgeon(1), surgeon(2, centre="EXAMPLE hospital")))
    with transaction() as session:
        centres = session.scalars(select(Centre)).all()
    assert [(centre.name, centre.city, centre.source) for centre in centres] == [
        ("Example Hospital", "Houston", "curated")
    ]


def test_nothing_is_stored_when_the_run_is_dry(database: Engine, environment: Env, tmp_path: Path) -> None:
    assert run(environment, write(tmp_path / "mine.csv", surgeon(1)), "--dry-run") == {"read": 1, "added": 1}
    with transaction() as session:
        assert session.scalars(select(Doctor)).all() == []


@pytest.mark.parametrize("text", ["=1+1", "'=x", "''@y", "+1", "plain", "'quoted'", "-95.4", "-x"])
def test_cell_is_the_same_again_when_it_was_guarded(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_facts_past_their_limit_are_listed_when_time_has_gone_by(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    fresh, old = surgeon(1), surgeon(2, verified_on="2025-11-02")
    run(environment, write(tmp_path / "mine.csv", fresh, old))
    found = advocate_json(environment, "doctors", "to-verify")
    stale = {one["npi"]: [fact["fact"] for fact in one["stale"]] for one in found}
    assert stale.get(npi(2), [])[:2] == ["accepts_new", "insurance"]
    assert {"expertise", "locations"} <= set(stale[npi(2)])
