"""The gazetteer of ZIP codes: import, use, and where two sources disagree."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from intake import places
from intake.db import transaction
from intake.models.directory import ZipPoint
from intake.places import find_place
from intake.services import directory, zips
from tests import nppes_files
from tests.commands import advocate, advocate_json
from tests.nppes_files import npi

Env = dict[str, str]
HOUSTON = "77030\t1\t1\t29.70\t-95.40"
HEADER = "GEOID\tALAND\tAWATER\tINTPTLAT\tINTPTLONG   "
TURNED = "GEOID\tINTPTLONG\tINTPTLAT"


@pytest.fixture(autouse=True)
def _built_in_afterwards() -> Iterator[None]:
    yield
    places.use_points({})


def run(environment: Env, path: Path, *options: str, as_of: str = "2025-01-01") -> dict[str, int]:
    words = ("zips", "import", path, "--as-of", as_of, *options)
    found: dict[str, Any] = advocate_json(environment, *words)
    return {name: count for name, count in found.items() if isinstance(count, int) and count}


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_imported_point_serves_when_it_is_loaded(database: Engine, environment: Env, tmp_path: Path) -> None:
    path = write(tmp_path / "gaz.txt", HEADER, "77030\t1\t1\t29.9\t-95.1", "601\t1\t1\t18.18\t-66.75")
    assert run(environment, path) == {"read": 2, "added": 2}
    assert run(environment, path) == {"read": 2, "unchanged": 2}
    with transaction() as session:
        assert zips.load_points(session) == 2
    place, built_in = find_place("77030"), places.built_in_place("77030")
    assert place is not None
    assert built_in is not None
    assert (place.lat, place.lon, place.city) == (29.9, -95.1, built_in.city)
    assert built_in.lat != 29.9


def test_columns_are_found_by_name_when_their_order_and_sign_differ(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "gaz.txt", TURNED.replace("\t", "|"), "77030|-95.1|29.9"))
    with transaction() as session:
        assert zips.stored_points(session) == {"77030": (29.9, -95.1)}


def test_later_point_stays_when_an_older_gazetteer_comes(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "new.txt", TURNED, "77030\t-95.1\t29.9"))
    older = write(tmp_path / "old.txt", TURNED, "77030\t-95.2\t29.8")
    assert run(environment, older, as_of="2010-01-01") == {"read": 1, "unchanged": 1}
    with transaction() as session:
        assert zips.stored_points(session) == {"77030": (29.9, -95.1)}


def test_rows_are_rejected_and_skipped_by_their_kind(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    lines = [
        "77030\t-95.1\t29.9",
        "\t\t",
        "7.7E+04\t-95\t29",
        "77030\t-95\t29",
        "77031\t\t",
        "77032\t-95\t95",
    ]
    path = write(tmp_path / "gaz.txt", TURNED, *lines)
    assert run(environment, path) == {"read": 6, "added": 1, "skipped": 1, "rejected": 4}


def test_offices_of_registries_move_when_the_points_do(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    registry = nppes_files.write(tmp_path / "npi.csv", [nppes_files.doctor(1)])
    advocate_json(environment, "doctors", "import", "nppes", registry)
    run(environment, write(tmp_path / "gaz.txt", TURNED, "77030\t-95.1\t29.9"))
    with transaction() as session:
        place = directory.find(session, npi(1)).locations[0]
    assert (place.latitude, place.longitude) == (29.9, -95.1)
    again = advocate_json(environment, "doctors", "import", "nppes", registry)
    assert again["unchanged"] == 1


def test_zip_is_listed_when_its_two_points_are_far_apart(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    run(environment, write(tmp_path / "gaz.txt", TURNED, "77030\t-95.4\t29.7", "10029\t-80\t40.8"))
    found = advocate_json(environment, "zips", "disagreements")
    assert [(one["zip"], one["imported"], one["offices"]) for one in found] == [("10029", [40.8, -80.0], 0)]
    assert found[0]["miles"] > 200


def test_import_exits_2_when_the_file_is_another(database: Engine, environment: Env, tmp_path: Path) -> None:
    path = write(tmp_path / "gaz.txt", "GEOID,INTPTLAT", "77030,29")
    done = advocate(environment, "zips", "import", path, "--as-of", "2025-01-01")
    assert (done.returncode, '"INTPTLONG" is not' in done.stderr) == (2, True)


def test_real_gazetteer_of_2010_is_imported_whole(database: Engine, environment: Env, tmp_path: Path) -> None:
    real = nppes_files.SHARED / "Gaz_zcta_national_2010.txt"
    if not real.exists():
        print("NOT RUN: the shared file Gaz_zcta_national_2010.txt is absent")
        return
    path = tmp_path / real.name
    path.write_bytes(real.read_bytes())
    assert run(environment, path, as_of="2010-04-01") == {"read": 33_121, "added": 33_120, "skipped": 1}
    found = advocate_json(environment, "zips", "disagreements")
    assert {"90073", "90095"} & {one["zip"] for one in found} or len(found) > 100
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(ZipPoint)) == 33_120
    print(f"{len(found)} ZIP codes disagree by more than ten miles")
