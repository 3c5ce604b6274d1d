"""Where a phone may ring and when the law and the office allow it. Pure: the place and the instant come in.

A zone that is not certain is several zones: every one of them must allow the call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from intake.errors import BadInput, ConfigError
from intake.rules.call_rules import CALL_RULES, CallRules
from intake.rules.hours import WEEKDAYS, Week, read_week
from intake.rules.intervals import (
    DAY,
    Interval,
    Window,
    days_from,
    intersection,
    local_interval,
    merged,
)
from intake.rules.zones import is_zone, zones_for_state


@dataclass(frozen=True)
class Whereabouts:
    """Where the phone may ring: every zone it may be in, the likeliest first, and the state if known.

    No zones given means those of the state; no state either means every zone of the United States.
    Raises BadInput for a zone that does not exist.
    """

    zones: tuple[str, ...] = ()
    state: str | None = None

    def __post_init__(self) -> None:
        wrong = [zone for zone in self.zones if not is_zone(zone)]
        if wrong:
            raise BadInput(f"{wrong[0]!r} is not a time zone. Use a name such as America/Chicago.")
        object.__setattr__(self, "zones", tuple(self.zones) or zones_for_state(self.state))

    @property
    def clocks(self) -> tuple[ZoneInfo, ...]:
        return tuple(ZoneInfo(zone) for zone in self.zones)


@dataclass(frozen=True)
class OfficeHours:
    """When somebody is there to call: windows of each weekday in the office's own zone.

    `special`: dates that keep hours of their own, none at all on a holiday.
    """

    zone: str
    week: Week
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    @classmethod
    def round_the_clock(cls, zone: str) -> "OfficeHours":
        return cls(zone, ((DAY,),) * 7)

    @classmethod
    def from_table(
        cls, raw: Mapping[str, Any], special: Mapping[date, tuple[Window, ...]] | None = None
    ) -> "OfficeHours":
        """`zone`, then `round_the_clock = true` or `hours` and `mon` to `sun`. Raises ConfigError."""
        _check_office(raw)
        zone = raw["zone"]
        week = ((DAY,),) * 7 if raw.get("round_the_clock") else read_week(raw, "office")
        if not any(week):
            raise ConfigError('The office never opens. Write office hours such as mon = "09:00-17:00".')
        return cls(zone, week, special or {})

    def open_times(self, first: date, count: int) -> list[Interval]:
        """Open stretches from the day before `first`, `count` days on."""
        zone = ZoneInfo(self.zone)
        days = days_from(first - timedelta(days=1), count + 2)
        hours = ((day, window) for day in days for window in self.hours_of(day))
        return merged(local_interval(day, window, zone) for day, window in hours)

    def hours_of(self, day: date) -> tuple[Window, ...]:
        """The windows of one date; none when the office is closed."""
        return self.special.get(day, self.week[day.weekday()])

    def is_open(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self.open_times(now.date(), 1))


def _check_office(raw: Mapping[str, Any]) -> None:
    odd = raw.keys() - {"zone", "round_the_clock", "holidays", "hours", *WEEKDAYS}
    if odd:
        raise ConfigError(f"office.{min(odd)} is unknown. Days are called {', '.join(WEEKDAYS)}.")
    zone = raw.get("zone")
    if not (isinstance(zone, str) and is_zone(zone)):
        raise ConfigError(f"office.zone is {zone!r}; use a name such as America/Chicago.")


def day_window(rules: CallRules, state: str | None, day: date, *, requested: bool) -> Window | None:
    """The strictest window of a local day: the latest opening, the earliest close."""
    windows = [row.window(day) for row in rules.binding(state, day, requested=requested)]
    open_ones = [window for window in windows if window is not None]
    if not windows or len(open_ones) < len(windows):
        return None
    start, end = max(w[0] for w in open_ones), min(w[1] for w in open_ones)
    return (start, end) if start < end else None


def lawful_times(
    where: Whereabouts, begin: datetime, *, requested: bool, rules: CallRules = CALL_RULES
) -> list[Interval]:
    """Every stretch in which all zones allow a call, from the day before `begin` for `search_days`."""
    result: list[Interval] | None = None
    for clock in where.clocks:
        dates = days_from(begin.astimezone(clock).date() - timedelta(days=1), rules.house.search_days + 2)
        windows = ((day, day_window(rules, where.state, day, requested=requested)) for day in dates)
        times = [local_interval(day, window, clock) for day, window in windows if window]
        result = times if result is None else intersection(result, times)
    return result or []


def candidate_zones(place: Sequence[str], phone: Sequence[str], *, at: datetime) -> tuple[str, ...]:
    """The zones a call must suit when ZIP and area code each name some.

    They agree when any two keep the same clock now and half a year on; then the ZIP's count.
    When they disagree, all of them do.
    """

    def clock(zone: str) -> tuple[timedelta | None, ...]:
        instants = (at, at + timedelta(days=182))
        return tuple(instant.astimezone(ZoneInfo(zone)).utcoffset() for instant in instants)

    agree = {clock(zone) for zone in place} & {clock(zone) for zone in phone}
    return tuple(place) if agree or not phone else tuple(dict.fromkeys([*place, *phone]))


def local_time(where: Whereabouts, instant: datetime) -> datetime:
    """The instant on the family's likeliest clock."""
    return instant.astimezone(where.clocks[0])


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises BadInput for one without a zone."""
    if instant.tzinfo is None:
        raise BadInput("A time came in without its zone.")
    return instant.astimezone(UTC)
