"""What the ZIP code or the state says about clocks, for the page that asks when to call."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from intake.forms.times import ZONES, say_day, say_zone
from intake.places import find_place, zones_for_state

# Two weeks ahead are offered.
_DAYS = 14
_OFFERED = [zone for zone, _ in ZONES]


def is_known(zip_code: str) -> bool:
    return find_place(zip_code) is not None


def certain_zone(answers: dict[str, Any]) -> str | None:
    """The zone when there is only one that it can be, else None."""
    found = find_place(answers.get("zip_code") or "")
    if found:
        return found.zones[0] if found.zone_certain and found.zones else None
    zones = zones_for_state(answers.get("state")) if answers.get("state") else ()
    return zones[0] if len(zones) == 1 else None


def likeliest_zone(answers: dict[str, Any]) -> str | None:
    """What to offer first in the list; None when nothing is known of the place."""
    found = find_place(answers.get("zip_code") or "")
    zones = found.zones if found else zones_for_state(answers["state"]) if answers.get("state") else ()
    return next((zone for zone in zones if zone in _OFFERED), None)


def zone_of(answers: dict[str, Any]) -> str:
    """The zone to count days in: the certain one, the chosen one, or the country's earliest evening."""
    return certain_zone(answers) or answers.get("time_zone") or likeliest_zone(answers) or "America/New_York"


def next_days(answers: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    """The days that can be picked, from tomorrow on, as the family's calendar has them."""
    zone = zone_of(answers)
    days = [now + timedelta(days=ahead) for ahead in range(1, _DAYS + 1)]
    return [(day.astimezone(ZoneInfo(zone)).date().isoformat(), say_day(day, zone)) for day in days]


def words(answers: dict[str, Any], now: datetime) -> dict[str, Any]:
    """For the page: the zone in words, and whether it has to be asked."""
    certain = certain_zone(answers)
    return {"ask_zone": certain is None, "zone_words": say_zone(certain, now) if certain else ""}
