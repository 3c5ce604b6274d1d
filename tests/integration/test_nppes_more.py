"""The NPPES files beside the main one: further locations, and the report of deactivated NPIs."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine

from intake.db import transaction
from intake.models.directory import Doctor
from intake.services import directory
from tests import nppes_files, workbooks
from tests.commands import advocate, advocate_json
from tests.nppes_files import doctor, npi

Env = dict[str, str]
_PLACE = "Provider Secondary Practice Location Address"
HEADER = [
    "NPI",
    f"{_PLACE}- Address Line 1",
    f"{_PLACE}-  Address Line 2",
    f"{_PLACE} - City Name",
    f"{_PLACE} - State Name",
    f"{_PLACE} - Postal Code",
    f"{_PLACE} - Country Code (If outside U.S.)",
    f"{_PLACE} - Telephone Number",
    f"{_PLACE} - Telephone Extension",
    "Provider Practice Location Address - Fax Number",
]
TITLE = ["NPPES Deactivated NPI Report as of Nov 10 2026"]
COLUMNS = ["NPI", "NPPES Deactivation Date"]


def run(environment: Env, kind: str, path: Path, *options: str) -> dict[str, int]:
    found: dict[str, Any] = advocate_json(environment, "doctors", "import", kind, path, *options)
    return {name: count for name, count in found.items() if isinstance(count, int) and count}


def stored(number: int) -> Doctor:
    with transaction() as session:
        return directory.find(session, npi(number))


def further(path: Path, rows: Iterable[tuple[str, str, str, str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(
            [key, line, "", city, state, code, "US", "", "", ""] for key, line, city, state, code in rows
        )
    return path


def test_doctor_gets_further_offices_when_the_locations_file_names_them(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, "nppes", nppes_files.write(tmp_path / "npi.csv", [doctor(1), doctor(2)]))
    rows = [
        (npi(1), "1 Second Street", "NEW YORK", "NY", "10029"),
        (npi(9), "nobody we know", "NEW YORK", "NY", "10029"),
        (npi(1), "2 Third Street", "CHICAGO", "IL", "606371234"),
        ("1234567890", "a wrong check digit", "CHICAGO", "IL", "60637"),
    ]
    path = further(tmp_path / "pl_pfile_20050523-20261108.csv", rows)
    wanted = {"read": 4, "updated": 2, "skipped": 1, "rejected": 1}
    assert run(environment, "nppes-locations", path) == wanted
    assert {place.zip for place in stored(1).locations} == {"77030", "10029", "60637"}
    again = {"read": 4, "unchanged": 2, "skipped": 1, "rejected": 1}
    assert run(environment, "nppes-locations", path) == again
    assert stored(1).last_name == "Example1"
    assert {code.taxonomy_code for code in stored(1).specialties} == {"208G00000X"}


@pytest.mark.parametrize("shared", [True, False])
def test_doctor_is_deactivated_when_the_report_names_the_npi(
    database: Engine, environment: Env, tmp_path: Path, shared: bool
) -> None:
    run(environment, "nppes", nppes_files.write(tmp_path / "npi.csv", [doctor(n) for n in range(3)]))
    rows = [TITLE, COLUMNS, [npi(1), "11/02/2026"], [npi(2), "46328"], [npi(7), "11/02/2026"], ["1", ""]]
    path = workbooks.write(tmp_path / "report.xlsx", rows, shared=shared)
    wanted = {"read": 4, "deactivated": 2, "skipped": 1, "rejected": 1}
    assert run(environment, "nppes-deactivated", path) == wanted
    assert (stored(0).status, stored(1).status, stored(2).status) == ("candidate", *["deactivated"] * 2)
    assert str(stored(2).deactivated_on) == "2026-11-02"
    again = {"read": 4, "unchanged": 2, "skipped": 1, "rejected": 1}
    assert run(environment, "nppes-deactivated", path) == again


def test_report_is_refused_when_it_is_no_workbook_or_holds_entities(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    whole = workbooks.write(tmp_path / "whole.xlsx", [TITLE, COLUMNS]).read_bytes()
    bomb = tmp_path / "bomb.xlsx"
    with ZipFile(bomb, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>')
    (tmp_path / "cut.xlsx").write_bytes(whole[:-40])
    (tmp_path / "text.xlsx").write_text("NPI,NPPES Deactivation Date\n")
    workbooks.write(tmp_path / "other.xlsx", [["A title"], ["Name", "Day"]])
    wanted = {
        "bomb.xlsx": "begins otherwise",
        "cut.xlsx": "cut off",
        "text.xlsx": "not an Excel workbook",
        "other.xlsx": "not the NPPES report",
        "absent.xlsx": "does not exist",
    }
    for name, said in wanted.items():
        done = advocate(environment, "doctors", "import", "nppes-deactivated", tmp_path / name)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr
