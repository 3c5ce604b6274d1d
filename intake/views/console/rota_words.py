"""Shifts, days away and pauses in the words of staff."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import g

from intake.forms.hours import say_hours
from intake.models.rota import StaffAbsence
from intake.rules.calling_hours import OfficeHours
from intake.rules.hours import window_text
from intake.rules.intervals import Interval
from intake.rules.rota import SAY_ABSENCE, AbsenceReason, Working

NO_SHIFT = "no shift"


def today(hours: OfficeHours) -> date:
    """The office's own date."""
    found: date = g.now.astimezone(ZoneInfo(hours.zone)).date()
    return found


def hours_on(working: Working | None, day: date) -> str:
    """ "09:00-13:00" of one date, "away", or "no shift"."""
    if working is None:
        return NO_SHIFT
    if working.is_away(day):
        return "away"
    windows = [window_text(window) for window in working.shift.hours_of(day)]
    return say_hours(windows) if windows else NO_SHIFT


def absence(row: StaffAbsence) -> str:
    """ "Nov 24 to Nov 28, holiday"."""
    last = "" if row.first_day == row.last_day else f" to {_day(row.last_day)}"
    return f"{_day(row.first_day)}{last}, {SAY_ABSENCE[AbsenceReason(row.reason)].lower()}"


def _day(day: date) -> str:
    return f"{day:%a} {day:%b} {day.day}"


def stretch(interval: Interval, zone: str) -> str:
    """ "Tue Nov 24, 13:00-17:00" on the office's clock; both days when it goes through a night."""
    start, end = (instant.astimezone(ZoneInfo(zone)) for instant in interval)
    if start.date() == end.date():
        return f"{_day(start.date())}, {start:%H:%M}-{end:%H:%M}"
    return f"{_day(start.date())}, {start:%H:%M} to {_day(end.date())}, {end:%H:%M}"


def handed_on(count: int) -> str:
    if not count:
        return "No call was promised in person for then."
    return "One call promised in person is handed on." if count == 1 else f"{count} calls are handed on."
