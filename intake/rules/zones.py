"""States and territories, their names and time zones, from places.toml. Pure."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PLACES = Path(__file__).with_name("places.toml")


@dataclass(frozen=True)
class State:
    """`zones` begins with the one where most of its people live."""

    code: str
    name: str
    zones: tuple[str, ...]


def is_zone(name: str) -> bool:
    """Whether the time zone database knows the name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


@lru_cache(maxsize=1)
def places_table() -> dict[str, Any]:
    return tomllib.loads(PLACES.read_text(encoding="utf-8"))


def _load() -> dict[str, State]:
    states = {code: State(code, s["name"], tuple(s["zones"])) for code, s in places_table()["states"].items()}
    wrong = [f"{s.code}: {zone}" for s in states.values() for zone in s.zones if not is_zone(zone)]
    if wrong:
        raise ValueError(f"places.toml names time zones that do not exist: {', '.join(wrong)}")
    return states


STATES: dict[str, State] = _load()
# One of each clock of the states: what is left when nothing is known of a place. See places.toml.
ALL_US_ZONES: tuple[str, ...] = tuple(places_table()["unknown"]["zones"])


def zones_for_state(state: str | None) -> tuple[str, ...]:
    """Every zone of a state or territory, the main one first; all US zones when it is not known."""
    known = STATES.get(state or "")
    return known.zones if known else ALL_US_ZONES
