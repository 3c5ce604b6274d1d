"""The hours in which a family may find a mail that it did not ask for at that moment. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from intake.rules.intervals import Interval, Window, days_from, intersection, local_interval, merged

# Both ends of the mainland: what suits both is never night for a family whose zone is not known.
ZONES_WHEN_UNKNOWN = ("America/New_York", "America/Los_Angeles")
_DAYS_SEARCHED = 3

Zones = tuple[str, ...]
Windows = tuple[
    Window, ...
]  # the part of the day that is wanted, then what must do when zones share none of it


def known_zones(zones: Sequence[str]) -> Zones:
    """Every zone that may be theirs, the likeliest first."""
    return tuple(zones) or ZONES_WHEN_UNKNOWN


def local_day(moment: datetime, zones: Zones) -> date:
    """The date on the family's likeliest clock."""
    return moment.astimezone(ZoneInfo(zones[0])).date()


@lru_cache(maxsize=4096)
def day_begins(day: date, zones: Zones) -> datetime:
    """Midnight of that date on the likeliest clock, in UTC."""
    return datetime.combine(day, time(0), ZoneInfo(zones[0])).astimezone(UTC)


@lru_cache(maxsize=4096)
def opening(moment: datetime, zones: Zones, windows: Windows) -> datetime:
    """The first instant (UTC) from `moment` on inside the wanted hours in every zone.

    Zones too far apart to share these hours share the next of `windows`; without even that, the
    first zone counts.
    """
    today = local_day(moment, zones)
    for offset in range(-1, _DAYS_SEARCHED):
        day = today + timedelta(days=offset)
        begins, ends = _shared(day, zones, windows)
        if moment < ends:
            return max(moment, begins).astimezone(UTC)
    raise AssertionError("one zone alone always opens within a day")


@lru_cache(maxsize=65536)
def _shared(day: date, zones: Zones, windows: Windows) -> Interval:
    """The stretch of the likeliest clock's `day` that lies in the wanted hours everywhere."""
    tries = [(window, zones) for window in windows] + [(windows[-1], zones[:1])]
    for window, places in tries:
        found = _stretches(day, window, places)
        if found:
            return found[0]
    raise AssertionError("one zone alone always opens")


def _stretches(day: date, window: Window, zones: Zones) -> list[Interval]:
    """What begins on `day` of the first zone. Neighbouring days count: Guam is a day ahead of Hawaii."""
    shared: list[Interval] | None = None
    for name in zones:
        zone = ZoneInfo(name)
        open_there = merged(
            local_interval(near, window, zone) for near in days_from(day - timedelta(days=1), 3)
        )
        shared = open_there if shared is None else intersection(shared, open_there)
    return [found for found in shared or [] if local_day(found[0], zones) == day]
