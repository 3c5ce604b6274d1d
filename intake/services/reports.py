"""The figures of the reports: percentiles, funnel, outcomes, reasons. They read the days asked for alone.

Spam and tests are in none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt
from intake.models.lead import Lead
from intake.models.request_times import RequestTimes
from intake.models.staff import Staff
from intake.rules.promises import BreachReason
from intake.services import breaches
from intake.services.callbacks import NOT_RECORDED

PERCENTS = (50, 90, 95)


class Leg(StrEnum):
    """A stretch of the way from send to a nurse's voice: a column of RequestTimes."""

    STORED = "stored"
    MATCHED = "matched"
    QUEUED = "queued"
    CLAIMED = "claimed"
    RUNG = "rung"
    SPOKEN = "spoken"
    WAITED = "waited"
    WORKABLE = "workable"
    HEARD = "heard"


class By(StrEnum):
    """How requests are grouped."""

    KIND = "kind"
    HOUR = "hour"
    ADVOCATE = "advocate"
    SOURCE = "source"


@dataclass(frozen=True)
class Days:
    """Requests sent from `first` to `last`, both included, on the clock of `zone`."""

    first: date
    last: date
    zone: str

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        clock = ZoneInfo(self.zone)
        end = self.last + timedelta(days=1)
        return datetime.combine(self.first, time.min, clock), datetime.combine(end, time.min, clock)


@dataclass(frozen=True)
class Times:
    """How many requests have the leg, and its p50, p90 and p95 in seconds; None when there is none."""

    count: int
    percentiles: tuple[float, float, float] | None

    @classmethod
    def of(cls, count: int, found: Sequence[float] | None) -> "Times":
        return cls(count, (found[0], found[1], found[2]) if found and found[0] is not None else None)


@dataclass(frozen=True)
class Split:
    """What the groups show: which stretch, and grouped by what."""

    leg: Leg
    by: By


@dataclass(frozen=True)
class Group:
    """One kind, hour, advocate or source. `promises` counts those that are kept or broken by now."""

    key: str
    requests: int
    times: Times
    kept: int
    promises: int


@dataclass(frozen=True)
class Step:
    """A step of the funnel: how many requests came so far."""

    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Report:
    requests: int
    legs: dict[Leg, Times]
    kept: int
    promises: int
    groups: Sequence[Group]
    funnel: Sequence[Step]
    outcomes: Sequence[tuple[str, int]]
    reasons: Sequence[tuple[BreachReason, int, int]]

    @property
    def rung(self) -> int:
        return self.legs[Leg.WAITED].count

    @property
    def reached(self) -> int:
        return self.legs[Leg.HEARD].count


def report(session: Session, days: Days, split: Split) -> Report:
    """Every figure of the days asked for."""
    start, end = days.bounds
    requests, kept, promises, legs = _legs(session, days)
    return Report(
        requests=requests,
        legs=legs,
        kept=kept,
        promises=promises,
        groups=_groups(session, days, split),
        funnel=_funnel(session, days),
        outcomes=_outcomes(session, days),
        reasons=breaches.reasons(session, since=start, until=end),
    )


def _sent(days: Days) -> ColumnElement[bool]:
    start, end = days.bounds
    return RequestTimes.counted & (RequestTimes.submitted_at >= start) & (RequestTimes.submitted_at < end)


def _percentiles(leg: Leg) -> list[ColumnElement[Any]]:
    column = getattr(RequestTimes, leg)
    fractions = [percent / 100 for percent in PERCENTS]
    return [func.count(column), func.percentile_cont(fractions).within_group(column)]


def _promises() -> list[ColumnElement[int]]:
    return [func.count().filter(RequestTimes.kept.is_(True)), func.count(RequestTimes.kept)]


def _legs(session: Session, days: Days) -> tuple[int, int, int, dict[Leg, Times]]:
    """A statement for each stretch: sorting a year of one is far from the timeout, sorting nine is not."""
    row: Any = session.execute(select(func.count(), *_promises()).where(_sent(days))).one()
    return row[0], row[1], row[2], {leg: _times(session, days, leg) for leg in Leg}


def _times(session: Session, days: Days, leg: Leg) -> Times:
    row: Any = session.execute(select(*_percentiles(leg)).where(_sent(days))).one()
    return Times.of(row[0], row[1])


def _groups(session: Session, days: Days, split: Split) -> list[Group]:
    """The times of one stretch for each kind, hour, advocate or source, in its order."""
    columns: dict[By, Any] = {
        By.KIND: RequestTimes.kind,
        By.HOUR: RequestTimes.hour,
        By.ADVOCATE: RequestTimes.staff_id,
        By.SOURCE: RequestTimes.source,
    }
    key = columns[split.by]
    wanted = select(key, func.count(), *_promises(), *_percentiles(split.leg))
    wanted = wanted.where(_sent(days), key.is_not(None)).group_by(key).order_by(key)
    names = _names(session) if split.by is By.ADVOCATE else {}
    found = [
        Group(names.get(key, str(key)), requests, Times.of(count, percentiles), kept, promises)
        for key, requests, kept, promises, count, percentiles in session.execute(wanted)
    ]
    return sorted(found, key=lambda group: group.key) if split.by is By.ADVOCATE else found


def _names(session: Session) -> dict[UUID, str]:
    return {staff_id: name for staff_id, name in session.execute(select(Staff.id, Staff.name))}


def _funnel(session: Session, days: Days) -> list[Step]:
    """Of the requests that asked for a call."""
    columns = {
        "asked": None,
        "matched": RequestTimes.matched,
        "queued": RequestTimes.queued,
        "claimed": RequestTimes.claimed,
        "rung": RequestTimes.rung,
        "spoken": RequestTimes.spoken,
    }
    counts = [func.count() if column is None else func.count(column) for column in columns.values()]
    row = session.execute(select(*counts).where(_sent(days), RequestTimes.wants_call)).one()
    return [Step(name, count) for name, count in zip(columns, row, strict=True)]


def _outcomes(session: Session, days: Days) -> list[tuple[str, int]]:
    """How calls begun in these days ended, the most frequent first."""
    start, end = days.bounds
    marked = select(Lead.id).where(Lead.marked.is_not(None))
    ended = (
        (CallAttempt.started_at >= start) & (CallAttempt.started_at < end) & CallAttempt.outcome.is_not(None)
    )
    wanted: Select[str, int] = select(CallAttempt.outcome, func.count()).where(  # type: ignore[assignment]
        ended, CallAttempt.lead_id.not_in(marked)
    )
    rows = [(code, count) for code, count in session.execute(wanted.group_by(CallAttempt.outcome))]
    return sorted(rows, key=lambda row: (row[0] == NOT_RECORDED, -row[1]))
