"""`make chaos`: break everything on purpose, and count what was lost. Loopback only, bounded in time."""

import argparse
import sys
import time
from pathlib import Path

from tests.bench.figures import write_rows
from tests.chaos import (
    bad_network,
    crash_points,
    kill_storm,
    mail_faults,
    migration,
    odd_workers,
    plan,
    postgres_faults,
    races,
    redis_away,
    restore,
    sabotage,
    slow_sockets,
    stop_storm,
    storms,
)
from tests.chaos.experiment import EXPERIMENTS, Given, Rows
from tests.chaos.runner import RESULTS, good, run, table

MODULES = (
    *(kill_storm, redis_away, crash_points, mail_faults, odd_workers, postgres_faults, bad_network, races),
    *(stop_storm, slow_sockets, migration, restore, sabotage),
)


def main() -> None:
    asked = _arguments()
    given = Given(Path(), asked.seed, asked.leads, asked.rate, asked.patience)
    if asked.storms:
        sys.exit(0 if storms.run_storms(given, asked.storms) else 1)
    names, left = (_named(asked.only), []) if asked.only else planned(asked.minutes)
    rows: Rows = []
    for name in names:
        rows += run(name, given)
        write_rows(RESULTS, rows, whole=not (asked.only or left))
    print(table(rows))
    if left:
        print(f"Left for the next run, or for MINUTES=0: {', '.join(left)}")
    sys.exit(0 if good(rows) else 1)


def _named(only: str) -> list[str]:
    """`sabotage` means all of them."""
    asked = only.split(",")
    if "sabotage" in asked:
        asked += [name for name in EXPERIMENTS if name.startswith("sabotage_")]
        asked.remove("sabotage")
    unknown = [name for name in asked if name not in EXPERIMENTS]
    if unknown:
        sys.exit(f"There is no experiment {', '.join(unknown)}. There are: {', '.join(EXPERIMENTS)}")
    return asked


def planned(minutes: float) -> tuple[list[str], list[str]]:
    return plan.planned(list(EXPERIMENTS), plan.remembered(), minutes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="", help="names of experiments, with commas between")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--minutes", type=float, default=plan.MINUTES, help="for a whole run; 0 for any")
    parser.add_argument("--storms", type=int, default=0, help="so many kill storms, seed after seed")
    parser.add_argument("--leads", type=int, default=2_000, help="leads of a kill storm")
    parser.add_argument("--rate", type=float, default=50.0, help="presses a second in a kill storm")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds to wait for open work")
    return parser.parse_args()


if __name__ == "__main__":
    main()
