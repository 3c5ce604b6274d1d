"""Stretches of time as sorted, disjoint lists of (start, end), aware UTC, the end left out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]
Window = tuple[int, int]  # minutes since local midnight, 0..1440, the end left out
DAY: Window = (0, 1440)


def local_interval(day: date, window: Window, zone: ZoneInfo) -> Interval:
    """The window of a local day as UTC. Clock changes are the zone's business, not the caller's."""
    return _instant(day, window[0], zone), _instant(day, window[1], zone)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as few intervals: an office open all night is one stretch, not two days."""
    result: list[Interval] = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return result


def intersection(one: list[Interval], other: list[Interval]) -> list[Interval]:
    """The time that lies in both lists."""
    result: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            result.append((start, end))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return result


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(count)]
