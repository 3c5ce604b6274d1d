"""What the ZIP code or the state says about clocks, for the page that asks when to call."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from intake.forms.times import ZONES, say_day, say_zone
from intake.places import find_place, zones_for_state
from intake.views.public.questions import Answers, is_for_self

# Two weeks ahead are offered.
_DAYS = 14
_OFFERED = [zone for zone, _ in ZONES]
# Where most families live: only to count days when nothing is known.
_MOST_PEOPLE = "America/New_York"


def is_known(zip_code: str) -> bool:
    return find_place(zip_code) is not None


def certain_zone(answers: Answers) -> str | None:
    """The one zone in which the phone can ring, else None.

    The ZIP code is the patient's. Whoever writes for somebody else may live in another zone.
    """
    if not is_for_self(answers):
        return None
    found = find_place(answers.get("zip_code") or "")
    if found:
        return found.zones[0] if found.zone_certain and found.zones else None
    zones = zones_for_state(answers.get("state")) if answers.get("state") else ()
    return zones[0] if len(zones) == 1 else None


def calling_zone(answers: Answers) -> str | None:
    """The certain zone, or the one that was chosen; None when neither is known."""
    return certain_zone(answers) or answers.get("time_zone") or None


def likeliest_zone(answers: Answers, now: datetime) -> str | None:
    """What to offer first in the list; None when nothing is known of the place."""
    found = find_place(answers.get("zip_code") or "")
    zones = found.zones if found else zones_for_state(answers["state"]) if answers.get("state") else ()
    return next((_offered(zone, now) for zone in zones if _offered(zone, now)), None)


def _offered(zone: str, now: datetime) -> str | None:
    """The zone of our short list that people call by the same name: Detroit's is Eastern time."""
    spoken = say_zone(zone, now)
    return zone if zone in _OFFERED else next((one for one in _OFFERED if say_zone(one, now) == spoken), None)


def next_days(answers: Answers, now: datetime) -> list[tuple[str, str]]:
    """The days that can be picked, from tomorrow on, as the family's calendar has them."""
    zone = calling_zone(answers) or likeliest_zone(answers, now) or _MOST_PEOPLE
    days = [now + timedelta(days=ahead) for ahead in range(1, _DAYS + 1)]
    return [(day.astimezone(ZoneInfo(zone)).date().isoformat(), say_day(day, zone)) for day in days]


def words(answers: Answers, now: datetime) -> dict[str, Any]:
    """For the page: the zone in words, and whether it has to be asked."""
    certain = certain_zone(answers)
    return {"ask_zone": certain is None, "zone_words": say_zone(certain, now) if certain else ""}
