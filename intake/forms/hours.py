"""Hours as staff type them: 9-5, 9 am to 5 pm, 09:00-12:00, 13:00-17:00, closed."""

import re

from intake.errors import BadInput, ConfigError
from intake.rules.hours import read_day, window_text

_CLOSED = frozenset({"closed", "none", "-"})
_ALL_DAY = frozenset({"always", "all day", "24 hours"})
_CLOCK = r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|to)\s*{_CLOCK}")
_WRITE = "Write 09:00-17:00, or 9-12, 1-5 pm, or closed."
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")


def read_hours(typed: str) -> list[str]:
    """ "9-12, 1-5 pm" -> ["09:00-12:00", "13:00-17:00"]; "closed" -> []. Raises BadInput with the mend."""
    text = " ".join(_DASHES.sub("-", typed.lower()).split())
    if text in _CLOSED:
        return []
    if text in _ALL_DAY:
        return ["00:00-24:00"]
    spans = [_span(part.strip()) for part in re.split(r"[,;]| and ", text)]
    try:
        return [window_text(window) for window in read_day(spans, "")]
    except ConfigError as wrong:
        raise BadInput(f"{typed!r}: hours run backwards, overlap or do not exist. {_WRITE}") from wrong


def say_hours(hours: list[str]) -> str:
    """As they are shown and typed again."""
    return ", ".join(hours) or "closed"


def _span(text: str) -> str:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise _unread(text)
    start_hour, start, start_half, end_hour, end, end_half = match.groups()
    # "9-5" is what people write for a working day.
    backwards = int(end_hour) <= int(start_hour) < 12 and not end_hour.startswith("0")
    afternoon = backwards and not (start_half or end_half)
    end_half = "pm" if afternoon else end_half
    start_half = start_half or ("pm" if end_half == "pm" and _both_pm(start_hour, end_hour) else None)
    return f"{_clock(start_hour, start, start_half)}-{_clock(end_hour, end, end_half)}"


def _both_pm(start_hour: str, end_hour: str) -> bool:
    """ "1-5 pm" is an afternoon; "9-5 pm" begins in the morning."""
    return int(start_hour) % 12 < int(end_hour) % 12


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    number = int(hour)
    if half and number <= 12:
        number = number % 12 + (12 if half == "pm" else 0)
    return f"{number:02}:{minute or '00'}"


def _unread(typed: str) -> BadInput:
    return BadInput(f"{typed!r} cannot be read as hours. {_WRITE}")
