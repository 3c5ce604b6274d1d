"""Many kill storms, seed after seed: the long run. Each is one line of `.advocate/storms.jsonl`."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from intake.config import ROOT
from tests.bench.figures import Figure, write_rows
from tests.chaos.experiment import Given, Rows
from tests.chaos.runner import RESULTS, good, run, table

STORMS = ROOT / ".advocate" / "storms.jsonl"


def run_storms(given: Given, count: int) -> bool:
    """Whether all of them held. What was run before stays in the file."""
    all_good = True
    for seed in range(given.seed, given.seed + count):
        rows = run("kill_storm", replace(given, seed=seed))
        line = {
            "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
            "seed": seed,
            "rows": [row.as_dict() for row in rows],
        }
        STORMS.parent.mkdir(exist_ok=True)
        with STORMS.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(f"storm {seed}: {_in_short(rows)}", flush=True)
        all_good &= good(rows)
    rows = _sums(count)
    print(table(rows))
    write_rows(RESULTS, rows, whole=False)
    return all_good


def _in_short(rows: Rows) -> str:
    """One line of a storm: each figure by its name's end, and what was not reached."""
    said = ", ".join(f"{row.name.removeprefix('kill storm: ')} {row.value:g}" for row in rows)
    missed = [row.name.removeprefix("kill storm: ") for row in rows if not row.ok]
    return said + (f" - NOT REACHED: {', '.join(missed)}" if missed else "")


def _sums(count: int) -> Rows:
    """The last `count` storms as one."""
    storms = [json.loads(line)["rows"] for line in STORMS.read_text().splitlines()[-count:]]

    def of(name: str) -> list[float]:
        return [row["value"] for storm in storms for row in storm if row["name"] == f"kill storm: {name}"]

    kills = sum(of("kills"))
    return [
        Figure(f"{count} storms: leads answered 303", sum(of("leads answered 303")), "leads"),
        Figure(f"{count} storms: kills", kills, "kills"),
        Figure(f"{count} storms: promises broken", sum(of("promises broken")), "rows", 0),
        Figure(f"{count} storms: mails of unknown fate", sum(of("mails of unknown fate")), "mails", kills),
        Figure(f"{count} storms: longest catch-up", max(of("caught up after")), "s", 120),
    ]
