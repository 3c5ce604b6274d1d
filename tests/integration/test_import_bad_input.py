"""What every importer answers to a file that is none of its own, damaged, or more than the disk takes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from intake.db import transaction
from intake.models.directory import Doctor
from tests import cms_files, nppes_files
from tests.commands import advocate, advocate_json
from tests.integration.test_curated_import import surgeon
from tests.integration.test_curated_import import write as write_curated
from tests.integration.test_nppes_more import further
from tests.nppes_files import doctor, npi

Env = dict[str, str]
Write = Callable[[Path], Path]


def a_location(number: int) -> tuple[str, str, str, str, str]:
    return npi(number), "1 Second Street", "NEW YORK", "NY", "10029"


# How each importer is called, and a good file of three rows for it.
KINDS: dict[str, tuple[tuple[str, ...], Write]] = {
    "nppes": (
        ("doctors", "import", "nppes"),
        lambda path: nppes_files.write(path, [doctor(n) for n in range(3)]),
    ),
    "cms": (
        ("doctors", "import", "cms"),
        lambda path: cms_files.write(path, [cms_files.row(n) for n in range(3)]),
    ),
    "nppes-locations": (
        ("doctors", "import", "nppes-locations"),
        lambda path: further(path, [a_location(n) for n in range(3)]),
    ),
    "curated": (
        ("doctors", "import", "curated", "--by", "Example Editor"),
        lambda path: write_curated(path, *[surgeon(n) for n in range(3)]),
    ),
    "zips": (
        ("zips", "import", "--as-of", "2025-01-01"),
        lambda path: _text(path, "GEOID\tINTPTLAT\tINTPTLONG\n" + "77030\t29.7\t-95.4\n" * 3),
    ),
}


def _text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def doctors() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Doctor)) or 0


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a zip": (lambda _: b"PK\x03\x04 and more", "Unpack it"),
    "empty": (lambda _: b"", "is empty"),
    "cut off": (lambda whole: whole[:-15], "cut off"),
    "in UTF-16": (lambda whole: whole.decode().encode("utf-16"), "UTF-16"),
    "another table": (lambda _: b"Name,Day\nSample,Monday\n", "not in its first line"),
    "parted by semicolons": (
        lambda whole: whole.replace(b",", b";").replace(b"\t", b";"),
        "commas|not in its",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", KINDS)
def test_file_is_refused_with_a_sentence_and_nothing_stored(
    database: Engine, environment: Env, tmp_path: Path, *, kind: str, damage: str
) -> None:
    words, write = KINDS[kind]
    path = write(tmp_path / "given.csv")
    break_, said = DAMAGE[damage]
    path.write_bytes(break_(path.read_bytes()))
    done = advocate(environment, *words, path)
    assert (done.returncode, done.stdout) == (2, "")
    assert any(part in done.stderr for part in said.split("|")), done.stderr
    assert "Traceback" not in done.stderr
    assert doctors() == 0


@pytest.mark.parametrize("kind", ["nppes", "cms", "curated"])
def test_latin_1_bytes_are_read_and_noted(
    database: Engine, environment: Env, tmp_path: Path, kind: str
) -> None:
    words, write = KINDS[kind]
    path = write(tmp_path / "given.csv")
    path.write_bytes(path.read_bytes().replace(b"Example1", "Exámple1".encode("latin-1")))
    assert advocate_json(environment, *words, path)["added"] == 3
    with transaction() as session:
        assert session.scalars(select(Doctor.last_name).where(Doctor.npi == npi(1))).one() == "Exámple1"


@pytest.mark.parametrize("kind", ["nppes", "cms", "nppes-locations", "curated"])
@pytest.mark.parametrize("damaged", ["1.23457E+09", "1234567890", "9941339100", "12345"])
def test_damaged_npi_is_rejected_with_its_line(
    database: Engine, environment: Env, tmp_path: Path, *, kind: str, damaged: str
) -> None:
    words, write = KINDS[kind]
    path = write(tmp_path / "given.csv")
    path.write_bytes(path.read_bytes().replace(npi(1).encode(), damaged.encode()))
    found = advocate_json(environment, *words, path)
    assert (found["read"], found["rejected"]) == (3, 1)
    assert damaged in Path(found["rejects_file"]).read_text()


@pytest.mark.parametrize("kind", ["nppes", "cms", "curated"])
def test_a_sentence_says_that_space_is_short_when_rejected_rows_cannot_be_written(
    database: Engine, environment: Env, tmp_path: Path, kind: str
) -> None:
    words, write = KINDS[kind]
    path = write(tmp_path / "given.csv")
    path.write_bytes(path.read_bytes().replace(npi(1).encode(), b"1234567890"))
    (tmp_path / "given.csv.rejects.csv").symlink_to("/dev/full")
    done = advocate(environment, *words, path)
    assert done.returncode in (1, 2)
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    (tmp_path / "given.csv.rejects.csv").unlink()
    assert advocate_json(environment, *words, path)["rejected"] == 1


def test_export_leaves_no_half_a_file_when_it_cannot_be_written(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    done = advocate(environment, "doctors", "export", tmp_path / "absent" / "out.csv")
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)
    (tmp_path / "mine.csv").write_text("mine")
    done = advocate(environment, "doctors", "export", tmp_path / "mine.csv")
    assert (done.returncode, (tmp_path / "mine.csv").read_text()) == (2, "mine")


def test_rerun_goes_on_when_an_import_of_many_rows_was_interrupted(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = cms_files.write(tmp_path / "cms.csv", (cms_files.row(n) for n in range(12_000)))
    command = [sys.executable, "-m", "intake.cli", "doctors", "import", "cms", str(path)]
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True
    ) as process:
        while not doctors():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    left = doctors()
    assert (process.returncode, "Run the command again" in said) == (130, True)
    assert 0 < left < 12_000
    found = advocate_json(environment, "doctors", "import", "cms", path)
    assert (found["read"], found["added"], found["unchanged"]) == (12_000, 12_000 - left, left)
