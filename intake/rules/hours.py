"""Hours as people write them: "09:00-17:00", a list of such, "closed"."""

import re
from collections.abc import Mapping
from datetime import time
from itertools import pairwise
from typing import Any

from intake.errors import ConfigError
from intake.rules.intervals import Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Week = tuple[tuple[Window, ...], ...]  # seven days, Monday first

_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def read_day(entry: Any, where: str) -> tuple[Window, ...]:
    """The windows of a day. Raises ConfigError naming `where` when they overlap or run backwards."""
    spans = entry if isinstance(entry, list) else [entry]
    windows = tuple(sorted(_window(span, where) for span in spans if span != "closed"))
    if any(later[0] < earlier[1] for earlier, later in pairwise(windows)):
        raise ConfigError(f"{where}: two of its hours overlap. Write them apart, or as one.")
    return windows


def read_week(table: Mapping[str, Any], where: str) -> Week:
    """`hours` for every day, and `mon` to `sun` for days that differ."""
    usual = table.get("hours", "closed")
    return tuple(read_day(table.get(day, usual), f"{where}.{day}") for day in WEEKDAYS)


def _window(span: Any, where: str) -> Window:
    match = _SPAN.fullmatch(span) if isinstance(span, str) else None
    numbers = [int(part) for part in match.groups()] if match else [24, 1, 0, 0]
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if not (start < end <= 1440 and numbers[1] < 60 and numbers[3] < 60):
        raise ConfigError(f'{where} is {span!r}; write hours as "09:00-17:00" or "closed".')
    return start, end


def week_table(week: Week) -> dict[str, list[str]]:
    """A week as `read_week` reads it, closed days too."""
    return {name: [window_text(window) for window in day] for name, day in zip(WEEKDAYS, week, strict=True)}


def window_text(window: Window) -> str:
    """ "09:00-17:00"."""
    (start_hour, start), (end_hour, end) = divmod(window[0], 60), divmod(window[1], 60)
    return f"{start_hour:02}:{start:02}-{end_hour:02}:{end:02}"


def minutes_of(wall: time) -> int:
    return wall.hour * 60 + wall.minute
