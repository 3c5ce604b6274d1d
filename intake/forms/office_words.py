"""When somebody answers the phone, in words."""

from datetime import UTC, datetime
from itertools import groupby

from babel.dates import get_day_names

from intake.forms.times import say_clock, say_zone
from intake.language import current, gettext
from intake.rules.calling_hours import OfficeHours
from intake.rules.intervals import DAY, Window
from intake.rules.spoken import LOCALES, capital


def say_week(office: OfficeHours, *, now: datetime) -> list[str]:
    """The ordinary week: one line for neighbouring days with the same hours; closed days are left out."""
    if all(day == (DAY,) for day in office.week):
        return [gettext("A nurse answers day and night, every day.")]
    runs = groupby(range(7), key=lambda day: office.week[day])
    lines = [_line([*days], hours) for hours, days in runs if hours]
    return [*lines, gettext("All hours are in %(zone)s.", zone=say_zone(office.zone, now.astimezone(UTC)))]


def _line(days: list[int], hours: tuple[Window, ...]) -> str:
    names = get_day_names("wide", locale=LOCALES[current()])
    span = names[days[0]]
    if len(days) > 1:
        span = gettext("%(first)s to %(last)s", first=span, last=names[days[-1]])
    said = ", ".join(_said(window) for window in hours)
    return gettext("%(days)s: %(hours)s", days=capital(span), hours=said)


def _said(window: Window) -> str:
    if window == DAY:
        return gettext("day and night")
    start, end = (say_clock(*divmod(minutes, 60)) for minutes in window)
    return gettext("%(start)s to %(end)s", start=start, end=end)
