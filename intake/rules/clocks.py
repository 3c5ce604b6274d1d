"""The two clocks of a request: how long the family waited, and how much of it staff could have used. Pure.

Peers have one clock; when it counts nights, the promise looks broken at breakfast, and when it skips
them, nobody sees what the family went through.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from intake.rules.call_rules import CALL_RULES
from intake.rules.calling_hours import OfficeHours, Whereabouts, lawful_times
from intake.rules.intervals import Interval, intersection, merged

_NONE = timedelta(0)
# As far as `lawful_times` looks from the day it is given.
_STEP = timedelta(days=CALL_RULES.house.search_days)


@dataclass(frozen=True, kw_only=True)
class Wait:
    """A call owed since `asked_at`, to be made from `due_at` on, and made (or still owed) at `until`.

    `requested`: the call keeps to what the family asked for, so the state's stricter hours do not bind.
    """

    where: Whereabouts
    asked_at: datetime
    due_at: datetime
    until: datetime
    requested: bool = True


@dataclass(frozen=True)
class Clocks:
    """`waited` runs on the wall from the moment they asked. `workable` is the part of it, from the time
    they asked to be called, in which the office was open and their phone might ring.
    """

    waited: timedelta
    workable: timedelta


def clocks(wait: Wait, office: OfficeHours) -> Clocks:
    """Both clocks as they stand at `wait.until`."""
    start = max(wait.asked_at, wait.due_at)
    stretches = workable_times(wait.where, office, (start, wait.until), requested=wait.requested)
    return Clocks(
        waited=max(wait.until - wait.asked_at, _NONE),
        workable=sum((end - begin for begin, end in stretches), _NONE),
    )


def workable_times(
    where: Whereabouts, office: OfficeHours, span: Interval, *, requested: bool
) -> list[Interval]:
    """Every stretch of `span` (UTC) in which the office was open and every zone allowed the call."""
    found: list[Interval] = []
    start, end = span
    while start < end:
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        stop = min(day + _STEP, end)
        open_times = office.open_times(day.date(), (stop - day).days + 1)
        found += intersection(_lawful(where, day, requested), intersection(open_times, [(start, stop)]))
        start = stop
    return merged(found)


@lru_cache(maxsize=4096)
def _lawful(where: Whereabouts, day: datetime, requested: bool) -> list[Interval]:
    """The families of a board live in few places, and the board asks every few seconds."""
    return lawful_times(where, day, requested=requested)
