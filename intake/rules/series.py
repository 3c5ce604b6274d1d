"""When each mail of the series is due, read from series.toml. Pure: no database, no clock."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SERIES_FILE = Path(__file__).with_name("series.toml")
# Both ends of the mainland: what suits both is never night for a family whose zone is not known.
ZONES_WHEN_UNKNOWN = ("America/New_York", "America/Los_Angeles")
_DAYS_SEARCHED = 3


class Part(StrEnum):
    AT_ONCE = "at_once"
    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"


# Local hours, from inclusive to exclusive.
WINDOWS: dict[Part, tuple[time, time]] = {
    Part.ANY: (time(9), time(17)),
    Part.MORNING: (time(9), time(12)),
    Part.AFTERNOON: (time(12), time(17)),
}


class Need(StrEnum):
    EMAIL_CONSENT = "email_consent"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One mail of the series. `attaches` names the document that travels with it, or is empty."""

    name: str
    after_days: int
    part: Part
    needs: frozenset[Need]
    template: str
    attaches: str


@dataclass(frozen=True)
class PlannedStep:
    step: Step
    due_at: datetime


@lru_cache(maxsize=4)
def load_series(path: Path = SERIES_FILE) -> tuple[Step, ...]:
    """The steps in the order of the file."""
    return tuple(_step(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["step"])


def step_named(name: str) -> Step:
    """The step of that name; KeyError when the series has none."""
    return {step.name: step for step in load_series()}[name]


def plan(
    steps: Sequence[Step], *, submitted_at: datetime, zones: Sequence[str], now: datetime
) -> tuple[PlannedStep, ...]:
    """Due times (aware UTC) of `steps` for a family in `zones` (IANA names, all that may be theirs).

    A step that is not sent at once falls inside its part of the day in every zone, never before `now`.
    """
    places = tuple(ZoneInfo(name) for name in zones or ZONES_WHEN_UNKNOWN)
    return tuple(PlannedStep(step, _due_at(step, submitted_at, places, now)) for step in steps)


def _due_at(step: Step, submitted_at: datetime, zones: tuple[ZoneInfo, ...], now: datetime) -> datetime:
    if step.part is Part.AT_ONCE:
        return submitted_at
    day = submitted_at.astimezone(zones[0]).date() + timedelta(days=step.after_days)
    wished = datetime.combine(day, time(0), zones[0]).astimezone(UTC)
    return next_open(max(wished, now), zones, step.part)


def next_open(moment: datetime, zones: tuple[ZoneInfo, ...], part: Part) -> datetime:
    """The first instant from `moment` on inside `part` in every zone.

    Zones too far apart to share that part share the whole day; without even that, the first zone counts.
    """
    for hours, places in ((part, zones), (Part.ANY, zones), (part, zones[:1])):
        fitting = [at for at in _openings(moment, places, hours) if _open(at, places, hours)]
        if fitting:
            return min(fitting).astimezone(UTC)
    raise AssertionError("one zone alone always opens within a day")


def _openings(moment: datetime, zones: tuple[ZoneInfo, ...], part: Part) -> Iterator[datetime]:
    yield moment
    for zone in zones:
        today = moment.astimezone(zone).date()
        for days in range(_DAYS_SEARCHED):
            opening = datetime.combine(today + timedelta(days=days), WINDOWS[part][0], zone)
            if opening.astimezone(UTC) >= moment:
                yield opening.astimezone(UTC)


def _open(at: datetime, zones: tuple[ZoneInfo, ...], part: Part) -> bool:
    begins, ends = WINDOWS[part]
    return all(begins <= at.astimezone(zone).time() < ends for zone in zones)


def _step(row: dict[str, Any]) -> Step:
    return Step(
        **{
            **row,
            "part": Part(row["part"]),
            "needs": frozenset(Need(need) for need in row["needs"]),
        }
    )
