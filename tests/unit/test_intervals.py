"""Stretches of time: joined, intersected, read off a local day."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from intake.rules.intervals import DAY, Interval, intersection, local_interval, merged

START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = range(48)

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 8)), max_size=6)


def stretches(pairs: list[tuple[int, int]]) -> list[Interval]:
    hour = timedelta(hours=1)
    return [(START + begin * hour, START + (begin + length) * hour) for begin, length in pairs]


def hours_in(intervals: list[Interval]) -> set[int]:
    return {h for h in HOURS if any(a <= START + timedelta(hours=h) < b for a, b in intervals)}


@given(spans)
def test_joining_keeps_the_same_time_in_stretches_that_do_not_touch(
    pairs: list[tuple[int, int]],
) -> None:
    joined = merged(stretches(pairs))
    assert hours_in(joined) == hours_in(stretches(pairs))
    assert all(begin < end for begin, end in joined)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(joined))


@given(spans, spans)
def test_intersection_is_the_time_in_both(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    first, second = merged(stretches(one)), merged(stretches(other))
    assert hours_in(intersection(first, second)) == hours_in(first) & hours_in(second)


def test_local_day_is_as_long_as_its_clock_says_when_the_clocks_change() -> None:
    clock = ZoneInfo("America/New_York")
    lengths = [
        local_interval(day, DAY, clock) for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 1))
    ]
    assert [end - begin for begin, end in lengths] == [timedelta(hours=hours) for hours in (23, 25, 24)]
