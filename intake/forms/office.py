"""Forms of the office calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import HiddenField

from intake.errors import BadInput
from intake.forms.base import DeskForm
from intake.forms.directory import read_day
from intake.forms.fields import Line, Pick, as_choices
from intake.forms.hours import read_hours, say_hours
from intake.forms.times import ZONES
from intake.rules.calling_hours import OfficeHours
from intake.rules.hours import WEEKDAYS, week_table

DAYS = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
SHORTEST_PROMISE, LONGEST_PROMISE = 5, 1440


def _read_hours(typed: str) -> str:
    return say_hours(read_hours(typed))


def _read_minutes(typed: str) -> str:
    if not (typed.isascii() and typed.isdigit() and SHORTEST_PROMISE <= int(typed) <= LONGEST_PROMISE):
        raise BadInput(f"Write the promise as whole minutes from {SHORTEST_PROMISE} to {LONGEST_PROMISE}.")
    return typed


def _hours_line(day: str) -> Line:
    return Line(DAYS[day], noun=f"hours of {DAYS[day]}", limit=60, read=_read_hours)


class VersionedForm(DeskForm):
    """`version` is the calendar as the page showed it."""

    version = HiddenField()

    def version_number(self) -> int:
        """-1, which no calendar has, for anything that is not a number."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


class DaysMixin:
    """A line for each day of the week. Mixed in before a DeskForm."""

    mon, tue, wed, thu, fri, sat, sun = (_hours_line(day) for day in WEEKDAYS)

    @property
    def day_fields(self) -> list[Line]:
        return [self[day] for day in WEEKDAYS]  # type: ignore[index]

    def week(self) -> dict[str, list[str]]:
        """Each day as organisation.toml has it; an empty answer is a closed day."""
        return {field.name: read_hours(field.clean or "closed") for field in self.day_fields}


class WeekForm(DaysMixin, VersionedForm):
    """The ordinary week, its time zone and the promise."""

    zone = Pick("Time zone of the office", noun="time zone", missing="Choose the time zone of the office.")
    promise_minutes = Line(
        "Minutes within which a first call is promised",
        noun="promise",
        limit=4,
        read=_read_minutes,
        missing="Enter the minutes within which a first call is promised.",
    )

    def __init__(self, *, zone: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = [*ZONES] if zone in dict(ZONES) else [(zone, zone), *ZONES]
        self.zone.choices = as_choices(known)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and not any(any(hours) for hours in self.week().values()):
            self.add_error("mon", "The office would never be open. Give at least one day its hours.")
        return not self.errors


def week_data(hours: OfficeHours, promise_minutes: int) -> dict[str, str]:
    """What the form is filled in with."""
    return {"zone": hours.zone, "promise_minutes": str(promise_minutes), **days_data(hours)}


def days_data(hours: OfficeHours) -> dict[str, str]:
    """What the lines of the days are filled in with."""
    return {day: say_hours(windows) for day, windows in week_table(hours.week).items()}


class DayForm(VersionedForm):
    """A date that keeps hours of its own."""

    day = Line("Date", noun="date", limit=30, read=read_day, missing="Enter the date.")
    name = Line("What day it is", noun="name of the day", limit=60, missing="Say what day it is.")
    hours = Line("Hours", noun="hours", limit=60, read=_read_hours)

    def special_day(self) -> tuple[date, tuple[str, Sequence[str]]]:
        return date.fromisoformat(self.day.clean), (self.name.clean, read_hours(self.hours.clean or "closed"))


class YearForm(VersionedForm):
    """A year whose federal holidays become closed days."""

    year = HiddenField()

    def wanted(self, years: Sequence[int]) -> int:
        """The year pressed. Raises BadInput for one that the page did not offer."""
        typed = self.year.data or ""
        if typed not in {str(year) for year in years}:
            raise BadInput("Choose one of the years that the page offers.")
        return int(typed)
