"""Days, hours and time zones in words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from intake.language import current, gettext, ngettext
from intake.language import lazy_gettext as _
from intake.rules.facts import Language
from intake.rules.spoken import LOCALES

_DATES = {Language.ENGLISH: "EEEE, MMMM d", Language.SPANISH: "EEEE, d 'de' MMMM"}
# What the time zone database calls a zone in winter or summer -> what people call it.
_SPOKEN = {
    "EST": _("Eastern time"),
    "EDT": _("Eastern time"),
    "CST": _("Central time"),
    "CDT": _("Central time"),
    "MST": _("Mountain time"),
    "MDT": _("Mountain time"),
    "PST": _("Pacific time"),
    "PDT": _("Pacific time"),
    "AKST": _("Alaska time"),
    "AKDT": _("Alaska time"),
    "HST": _("Hawaii time"),
    "HDT": _("Hawaii time"),
    "AST": _("Atlantic time"),
    "ADT": _("Atlantic time"),
    "ChST": _("Guam time"),
    "SST": _("Samoa time"),
}
# Arizona keeps one time all year, so "Mountain time" would mislead in summer.
_OWN_NAME = {"America/Phoenix": _("Arizona time"), "America/Puerto_Rico": _("Puerto Rico time")}

ZONES = (
    ("America/New_York", _("Eastern time")),
    ("America/Chicago", _("Central time")),
    ("America/Denver", _("Mountain time")),
    ("America/Phoenix", _("Arizona time")),
    ("America/Los_Angeles", _("Pacific time")),
    ("America/Anchorage", _("Alaska time")),
    ("Pacific/Honolulu", _("Hawaii time")),
    ("America/Puerto_Rico", _("Puerto Rico and Virgin Islands time")),
    ("Pacific/Guam", _("Guam time")),
    ("Pacific/Pago_Pago", _("Samoa time")),
)


def say_zone(zone: str, at: datetime) -> str:
    """Central time, for America/Chicago. `at` is aware: a zone can change its name by the season."""
    name = at.astimezone(ZoneInfo(zone)).tzname() or ""
    known = _OWN_NAME.get(zone) or _SPOKEN.get(name)
    town = zone.rpartition("/")[2].replace("_", " ")
    return str(known) if known else gettext("%(town)s time", town=town)


def say_hour(at: datetime, zone: str) -> str:
    """2:05 pm, in the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return say_clock(local.hour, local.minute)


def say_clock(hour: int, minute: int) -> str:
    """2:05 pm, for the hours 0 to 24 of a day."""
    clock = f"{hour % 12 or 12}:{minute:02d}"
    return gettext("%(clock)s am", clock=clock) if hour % 24 < 12 else gettext("%(clock)s pm", clock=clock)


def say_day(at: datetime, zone: str) -> str:
    """Tuesday, November 24, in the zone."""
    return say_date(at.astimezone(ZoneInfo(zone)).date())


def say_date(day: date) -> str:
    """Tuesday, November 24."""
    return format_date(day, _DATES[current()], locale=LOCALES[current()])


def say_when(at: datetime, zone: str, *, now: datetime) -> str:
    """today at 2:05 pm Central time; on Tuesday, November 24 at ... `at` and `now` are aware."""
    local = at.astimezone(ZoneInfo(zone))
    days = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    said = {
        "day": near.get(days) or gettext("on %(day)s", day=say_day(at, zone)),
        "hour": say_hour(at, zone),
        "zone": say_zone(zone, at),
    }
    # Spanish says one o'clock in the singular.
    one_or_more = local.hour % 12 or 12
    return ngettext("%(day)s at %(hour)s %(zone)s", "%(day)s at %(hour)s %(zone)s", one_or_more, **said)
