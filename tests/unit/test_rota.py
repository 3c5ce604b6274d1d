"""Shifts, absences and the hours that nobody covers."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from intake.rules.calling_hours import OfficeHours
from intake.rules.intervals import Interval, merged
from intake.rules.rota import Working, gaps, without

HOUR = timedelta(hours=1)
START = datetime(2026, 11, 1, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 11, 23, 7, tzinfo=CHICAGO).astimezone(UTC)

pieces = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=6)


def shift(**week: str) -> OfficeHours:
    return OfficeHours.from_table({"zone": "America/Chicago", **week})


def said(stretches: list[Interval]) -> list[str]:
    local = [(start.astimezone(CHICAGO), end.astimezone(CHICAGO)) for start, end in stretches]
    return [f"{start:%a %H:%M}-{end:%H:%M}" for start, end in local]


OFFICE = shift(mon="09:00-17:00", tue="09:00-17:00")


def test_hours_that_nobody_covers_are_found() -> None:
    ana, ben = Working(shift(mon="09:00-13:00", tue="09:00-17:00")), Working(shift(mon="12:00-15:00"))
    assert said(gaps(OFFICE, [ana, ben], now=MONDAY, days=2)) == ["Mon 15:00-17:00"]
    assert said(gaps(OFFICE, [], now=MONDAY, days=2)) == ["Mon 09:00-17:00", "Tue 09:00-17:00"]


def test_absence_opens_a_gap() -> None:
    away = [(date(2026, 11, 24), date(2026, 11, 26))]
    ana = Working(OFFICE, away)
    assert said(gaps(OFFICE, [ana], now=MONDAY, days=2)) == ["Tue 09:00-17:00"]
    assert [ana.is_away(date(2026, 11, day)) for day in (23, 24, 26, 27)] == [False, True, True, False]


def test_hours_that_are_over_are_no_gap() -> None:
    assert said(gaps(OFFICE, [], now=MONDAY + 9 * HOUR, days=2)) == ["Mon 16:00-17:00", "Tue 09:00-17:00"]


@given(pieces, pieces)
def test_what_is_left_is_each_hour_of_the_one_and_not_the_other(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    times = merged((START + a * HOUR, START + (a + n) * HOUR) for a, n in one)
    taken = merged((START + a * HOUR, START + (a + n) * HOUR) for a, n in other)

    def holds(stretches: list[Interval], instant: datetime) -> bool:
        return any(begin <= instant < end for begin, end in stretches)

    left = without(times, taken)
    for hour in range(50):
        instant = START + hour * HOUR
        assert holds(left, instant) == (holds(times, instant) and not holds(taken, instant))
