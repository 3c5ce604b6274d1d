"""Days on which some states allow no sales calls, worked out by rule, never fetched."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

FEDERAL = "federal"

_FIXED = {
    (1, 1): "New Year's Day",
    (6, 19): "Juneteenth",
    (7, 4): "Independence Day",
    (11, 11): "Veterans Day",
    (12, 25): "Christmas Day",
}
# month, weekday (Monday is 0), which one: 5 U.S.C. 6103. The last Monday of May is apart.
_NTH = {
    (1, 0, 3): "Martin Luther King Jr. Day",
    (2, 0, 3): "Presidents' Day",
    (9, 0, 1): "Labor Day",
    (10, 0, 2): "Columbus Day",
    (11, 3, 4): "Thanksgiving Day",
}


@lru_cache(maxsize=256)
def holiday_dates(calendar: tuple[str, ...], year: int) -> frozenset[date]:
    """Every closed day of a year. A calendar holds `federal` and offsets such as `easter-47`.

    Both the day itself and the weekday on which it is observed count: the strictest reading.
    Raises ValueError for a name that is no calendar.
    """
    return frozenset(day for name in calendar for day in _named(name, year))


def _named(name: str, year: int) -> Iterable[date]:
    if name == FEDERAL:
        return federal_holidays(year)
    if name.startswith("easter"):
        return (easter(year) + timedelta(days=int(name.removeprefix("easter") or "0")),)
    raise ValueError(f"no holiday calendar is called {name!r}")


def federal_holidays(year: int) -> dict[date, str]:
    """The federal holidays of a year and the weekdays on which they are observed, in order, with names."""
    fixed = {date(y, *day): name for y in (year, year + 1) for day, name in _FIXED.items()}
    observed = {_observed(day): f"{name} (observed)" for day, name in fixed.items()}
    floating = {_nth_weekday(year, *which): name for which, name in _NTH.items()}
    memorial = {_nth_weekday(year, 6, 0, 1) - timedelta(days=7): "Memorial Day"}
    days = {**observed, **fixed, **floating, **memorial}
    return {day: days[day] for day in sorted(days) if day.year == year}


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def easter(year: int) -> date:
    """Western Easter Sunday (the anonymous Gregorian rule, Meeus, Astronomical Algorithms, ch. 8)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
