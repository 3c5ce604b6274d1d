"""Days of check-ups as families write them, and the next one some months on. Pure."""

import re
from calendar import monthrange
from datetime import date, timedelta

from intake.errors import BadInput

# How far apart check-ups are, in months; 0: not known.
INTERVALS = (0, 3, 6, 12)
_FARTHEST = timedelta(days=3 * 365)
_AMERICAN = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_day(typed: str, *, today: date) -> date:
    """The day of "2/11/2027", "02-11-2027" or "2027-02-11". Raises BadInput with what to write instead."""
    day = _read(typed.strip())
    if day is None:
        raise BadInput("Write the day as month, day and year, like 2/11/2027.")
    if day <= today:
        raise BadInput("That day has passed. Write the day of the next check-up.")
    if day > today + _FARTHEST:
        raise BadInput("That day is more than three years away. Check the year.")
    return day


def months_on(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _read(typed: str) -> date | None:
    american, iso = _AMERICAN.fullmatch(typed), _ISO.fullmatch(typed)
    parts = (american[3], american[1], american[2]) if american else iso.groups() if iso else None
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None
