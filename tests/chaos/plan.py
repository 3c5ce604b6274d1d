"""What a run of `make chaos` can hold: it ends within its minutes, and says what it left for the next.

The kill storm goes first; then what was never run, then what was run longest ago. So some runs see
everything, and each ends before anybody has to break it off.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from intake.config import ROOT

TOOK = ROOT / ".advocate" / "chaos-took.json"
MINUTES = 19.0
FIRST = "kill_storm"
# Seconds on two quiet cores, guessed until a run has measured them.
_GUESS = 60.0
_GUESSES = {
    "kill_storm": 240, "redis_stalled": 110, "crash_points": 120, "zombies": 200, "smtp_faults": 100,
    "stop_race": 75, "poison": 180, "wrong_clocks": 90, "bad_network": 130, "no_front_server": 75,
    "migration": 120, "restore_drill": 130, "relay_points": 30, "send_points": 30, "claim_race": 30,
    "call_race": 30, "recorded_twice": 40, "redis_evicting": 30, "sabotage_kill_storm": 90,
    "sabotage_claim_race": 40, "sabotage_call_race": 40, "sabotage_recorded_twice": 100,
    "sabotage_zombies": 210, "sabotage_stop_race": 130,
}  # fmt: skip


@dataclass(frozen=True)
class Took:
    """How long an experiment took when it was last run, and when that was (ISO, UTC)."""

    seconds: float
    at: str


def remembered(path: Path = TOOK) -> dict[str, Took]:
    if not path.exists():
        return {}
    return {name: Took(**took) for name, took in json.loads(path.read_text()).items()}


def remember(name: str, took: Took, path: Path = TOOK) -> None:
    known = {**remembered(path), name: took}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({each: asdict(one) for each, one in sorted(known.items())}, indent=1) + "\n")


def expected(name: str, known: dict[str, Took]) -> float:
    return known[name].seconds if name in known else float(_GUESSES.get(name, _GUESS))


def planned(names: Sequence[str], known: dict[str, Took], minutes: float) -> tuple[list[str], list[str]]:
    """What fits, in the order in which it is run, and what is left. `minutes` 0: everything fits."""
    turn = sorted(names, key=lambda name: (name != FIRST, known[name].at if name in known else ""))
    room = 60 * minutes or float("inf")
    fits: list[str] = []
    for name in turn:
        if expected(name, known) <= room:
            fits.append(name)
            room -= expected(name, known)
    return fits, [name for name in turn if name not in fits]
