"""Run experiments by name, tell what each found, and write the rows."""

import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from intake.config import ROOT
from tests.bench.figures import HEADER
from tests.chaos.experiment import EXPERIMENTS, Given, Rows
from tests.chaos.plan import Took, remember

RESULTS = ROOT / ".advocate" / "chaos.json"


def run(name: str, given: Given) -> Rows:
    """One experiment in a folder of its own, which is kept when it fails."""
    home = Path(tempfile.mkdtemp(prefix="chaos-"))
    started = time.monotonic()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {name}, seed {given.seed}", flush=True)
    rows = EXPERIMENTS[name](replace(given, home=home))
    for row in rows:
        print(f"  {row.line()}", flush=True)
    left = "" if good(rows) else f"; what is left: {home}"
    seconds = time.monotonic() - started
    remember(name, Took(round(seconds), f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"))
    print(f"  {name} took {seconds:.0f} s{left}", flush=True)
    if good(rows):
        shutil.rmtree(home, ignore_errors=True)
    return rows


def good(rows: Rows) -> bool:
    return all(row.ok for row in rows)


def table(rows: Rows) -> str:
    return "\n".join(["", HEADER, *(row.line() for row in rows)])
