import csv
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from intake.db import transaction
from intake.models.directory import Centre
from tests.commands import advocate, advocate_json
from tests.nppes_files import SHARED

HEADER = ["name", "street", "city", "state", "zip5", "latitude", "longitude", "designation", "url"]
ROWS = [
    ["Sample centre A", "1 Sample Street", "Houston", "TX", "77030", "29.70", "-95.40", "Cancer Center", ""],
    ["Sample centre B", "", "Boston", "MA", "2215", "42.35", "-71.10", "Comprehensive Cancer Center", ""],
    ["Sample centre C", "", "Lebanon", "NH", "03756", "43.97", "-71.84", "Comprehensive Cancer Center", ""],
    ["Sample centre D", "", "Memphis", "TN", "38105", "35.15", "-90.04", "Pediatric Cancer Center", ""],
    ["Sample centre E", "", "Nowhere", "TX", "77030", "129.7", "-95.40", "Cancer Center", ""],
    ["Sample centre A", "", "Houston", "TX", "77030", "29.70", "-95.40", "Cancer Center", ""],
]
Env = dict[str, str]


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def run(environment: Env, path: Path, *options: str, as_of: str = "2026-10-01") -> dict[str, Any]:
    found: dict[str, Any] = advocate_json(
        environment, "centres", "import", "nci", path, "--as-of", as_of, *options
    )
    return {name: value for name, value in found.items() if value}


def stored() -> dict[str, Centre]:
    with transaction() as session:
        return {centre.name: centre for centre in session.scalars(select(Centre))}


def test_centres_are_stored_as_facts_of_the_day_when_a_list_is_imported(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = written(tmp_path / "list.csv", ROWS)
    rejects = f"{path}.rejects.csv"
    told = {"read": 6, "added": 3, "skipped": 1, "rejected": 2, "rejects_file": rejects}
    assert run(environment, path, "--dry-run") == told
    assert stored() == {}
    assert run(environment, path) == told
    found = stored()
    assert found["Sample centre B"].zip == "02215"
    assert found["Sample centre A"].designation == "nci_clinical"
    far = found["Sample centre C"]
    assert (far.given_latitude, far.note is not None and "miles from that of the ZIP code" in far.note) == (
        43.97,
        True,
    )
    assert far.latitude is not None
    assert abs(far.latitude - 43.64) < 0.1
    with Path(rejects).open(newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["6", "7"]


def test_list_changes_nothing_when_it_is_imported_again_or_is_older(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = written(tmp_path / "list.csv", ROWS[:3])
    run(environment, path)
    assert run(environment, path, as_of="2026-11-01") == {"read": 3, "unchanged": 3}
    assert {str(centre.seen_on) for centre in stored().values()} == {"2026-11-01"}
    older = [[*row[:7], "Comprehensive Cancer Center", row[8]] for row in ROWS[:3]]
    assert run(environment, written(path, older), as_of="2024-10-01") == {"read": 3, "unchanged": 3}
    assert run(environment, path, as_of="2026-11-02") == {"read": 3, "updated": 1, "unchanged": 2}
    shown = advocate(environment, "centres", "list").stdout
    assert "nci_comprehensive   2026-11-02  Sample centre A" in shown


def test_import_exits_2_when_the_day_or_the_file_is_wrong(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = written(tmp_path / "list.csv", ROWS)
    for options, said in (
        ([], "--as-of"),
        (["--as-of", "2999-01-01"], "in the future"),
        (["--as-of", "last week"], "2026-01-31"),
    ):
        done = advocate(environment, "centres", "import", "nci", path, *options)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    path.write_text("npi,name\n1,Example\n")
    done = advocate(environment, "centres", "import", "nci", path, "--as-of", "2026-10-01")
    assert (done.returncode, "is not a list of centres" in done.stderr) == (2, True)


def test_real_list_gives_66_centres_for_adults_when_it_is_imported(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    real = SHARED / "nci_cancer_centers.csv"
    if not real.exists():
        print("NOT RUN: the shared file nci_cancer_centers.csv is absent, so the real list was not imported")
        return
    path = tmp_path / real.name
    path.write_bytes(real.read_bytes())
    with path.open(newline="") as file:
        kinds = Counter(row["designation"] for row in csv.DictReader(file))
    told = run(environment, path, as_of="2024-10-01")
    adults = kinds.total() - kinds["Pediatric Cancer Center"]
    assert told == {"read": kinds.total(), "added": adults, "skipped": kinds["Pediatric Cancer Center"]}
    with transaction() as session:
        known = session.execute(select(Centre.designation, func.count()).group_by(Centre.designation))
        assert {designation: number for designation, number in known} == {
            "nci_comprehensive": kinds["Comprehensive Cancer Center"],
            "nci_clinical": kinds["Cancer Center"],
        }
