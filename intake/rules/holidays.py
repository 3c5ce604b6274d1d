"""Days on which some states allow no sales calls, worked out by rule, never fetched."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

FEDERAL = "federal"

_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
# month, weekday (Monday is 0), which one: 5 U.S.C. 6103. The last Monday of May is apart.
_NTH = ((1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4))


@lru_cache(maxsize=256)
def holiday_dates(calendar: tuple[str, ...], year: int) -> frozenset[date]:
    """Every closed day of a year. A calendar holds `federal` and offsets such as `easter-47`.

    Both the day itself and the weekday on which it is observed count: the strictest reading.
    Raises ValueError for a name that is no calendar.
    """
    return frozenset(day for name in calendar for day in _named(name, year))


def _named(name: str, year: int) -> Iterable[date]:
    if name == FEDERAL:
        return _federal(year)
    if name.startswith("easter"):
        return (easter(year) + timedelta(days=int(name.removeprefix("easter") or "0")),)
    raise ValueError(f"no holiday calendar is called {name!r}")


def _federal(year: int) -> set[date]:
    fixed = [date(y, month, day) for y in (year, year + 1) for month, day in _FIXED]
    floating = {_nth_weekday(year, month, weekday, n) for month, weekday, n in _NTH}
    memorial = _nth_weekday(year, 6, 0, 1) - timedelta(days=7)
    days = {*fixed, *map(_observed, fixed), *floating, memorial}
    return {day for day in days if day.year == year}


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
