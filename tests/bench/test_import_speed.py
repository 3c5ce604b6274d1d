"""NPPES import against a bare Polars scan-and-filter of the same file, and how its memory grows."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from intake.rules.taxonomy import SPECIALTIES
from tests.bench.figures import Figure, show
from tests.bench.registry import write_registry

ROWS, MANY_ROWS = 200_000, 2_000_000
REACH, MOST_MEMORY = 1.5, 500
Env = dict[str, str]
_FLOOR = Path(__file__).with_name("floors") / "scan_with_polars.py"


@dataclass(frozen=True)
class Run:
    seconds: float
    megabytes: float
    said: str

    @property
    def counts(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.said)
        return found


def timed(environment: Env, *command: object) -> Run:
    """A process of its own: how long it ran, its largest resident memory, and what it printed."""
    words = [sys.executable, *map(str, command)]
    started = time.monotonic()
    process = subprocess.Popen(words, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode == 0
    return Run(seconds, usage.ru_maxrss / 1024, said)


def imported(environment: Env, path: Path) -> Run:
    return timed(environment, "-m", "intake.cli", "doctors", "import", "nppes", path, "--json")


def scanned(environment: Env, path: Path) -> float | None:
    """Seconds of the floor, None where Polars is not installed."""
    codes = json.dumps(sorted(code for one in SPECIALTIES.values() for code in one.codes))
    try:
        return min(timed(environment, _FLOOR, path, codes).seconds for _ in range(3))
    except AssertionError:
        print("NOT RUN: Polars is not installed, so there is no floor to compare with")
        return None


@pytest.mark.long
def test_import_takes_little_longer_than_a_bare_scan(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    path = write_registry(tmp_path / "npi.csv", MANY_ROWS // 2)
    floor = scanned(environment, path)
    first, second = imported(environment, path), imported(environment, path)
    assert first.counts["read"] == second.counts["read"] == MANY_ROWS // 2
    assert second.counts["unchanged"] == first.counts["added"] > MANY_ROWS // 120
    print(f"\n{path.stat().st_size / 1e6:.0f} MB, {first.said}")
    path.unlink()
    for name, run in (("NPPES import into an empty directory", first), ("NPPES import, nothing new", second)):
        show(Figure(name, run.seconds, "s", REACH, floor))


@pytest.mark.long
def test_import_memory_stays_flat_when_the_file_is_ten_times_as_big(
    database: Engine, environment: Env, tmp_path: Path
) -> None:
    print()
    for rows in (ROWS, MANY_ROWS):
        path = write_registry(tmp_path / "npi.csv", rows)
        run = imported(environment, path)
        name = f"NPPES import, memory, {path.stat().st_size / 1e9:.1f} GB"
        show(Figure(name, run.megabytes, "MB", MOST_MEMORY))
        assert run.megabytes < MOST_MEMORY
        path.unlink()
