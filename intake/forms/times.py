"""Days, hours and time zones in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

# What the time zone database calls a zone in winter or summer -> what people call it.
_SPOKEN = {
    "EST": "Eastern time",
    "EDT": "Eastern time",
    "CST": "Central time",
    "CDT": "Central time",
    "MST": "Mountain time",
    "MDT": "Mountain time",
    "PST": "Pacific time",
    "PDT": "Pacific time",
    "AKST": "Alaska time",
    "AKDT": "Alaska time",
    "HST": "Hawaii time",
    "HDT": "Hawaii time",
    "AST": "Atlantic time",
    "ADT": "Atlantic time",
    "ChST": "Guam time",
    "SST": "Samoa time",
}
# Arizona keeps one time all year, so "Mountain time" would mislead in summer.
_OWN_NAME = {"America/Phoenix": "Arizona time", "America/Puerto_Rico": "Puerto Rico time"}

ZONES = (
    ("America/New_York", "Eastern time"),
    ("America/Chicago", "Central time"),
    ("America/Denver", "Mountain time"),
    ("America/Phoenix", "Arizona time"),
    ("America/Los_Angeles", "Pacific time"),
    ("America/Anchorage", "Alaska time"),
    ("Pacific/Honolulu", "Hawaii time"),
    ("America/Puerto_Rico", "Puerto Rico and Virgin Islands time"),
    ("Pacific/Guam", "Guam time"),
    ("Pacific/Pago_Pago", "Samoa time"),
)


def say_zone(zone: str, at: datetime) -> str:
    """Central time, for America/Chicago. `at` is aware: a zone can change its name by the season."""
    local = at.astimezone(ZoneInfo(zone))
    town = zone.rpartition("/")[2].replace("_", " ")
    return _OWN_NAME.get(zone) or _SPOKEN.get(local.tzname() or "", f"{town} time")


def say_hour(at: datetime, zone: str) -> str:
    """2:05 pm, in the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"


def say_day(at: datetime, zone: str) -> str:
    """Tuesday, November 24, in the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local:%B} {local.day}"


def say_when(at: datetime, zone: str, *, now: datetime) -> str:
    """today at 2:05 pm Central time; on Tuesday, November 24 at ... `at` and `now` are aware."""
    days = (at.astimezone(ZoneInfo(zone)).date() - now.astimezone(ZoneInfo(zone)).date()).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days) or f"on {say_day(at, zone)}"
    return f"{day} at {say_hour(at, zone)} {say_zone(zone, at)}"
