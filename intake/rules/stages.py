"""The stages of a request from send to a nurse's voice, and the time between them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.rules.calling_hours import OfficeHours, Whereabouts
from intake.rules.clocks import Wait, clocks

# An outcome can be taken back for fifteen minutes; a request settles after that.
SETTLES = timedelta(minutes=30)
# Work that did not come within a day will not come by itself.
GIVEN_UP = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Stages:
    """When each stage of one request came; None for one that has not. `due_at`: when the call was owed.

    `promise_by` is what was promised for the first ring, `closed_at` when no call was owed any more.
    """

    where: Whereabouts
    submitted_at: datetime
    stored_at: datetime | None = None
    matched_at: datetime | None = None
    queued_at: datetime | None = None
    due_at: datetime | None = None
    claimed_at: datetime | None = None
    rung_at: datetime | None = None
    spoken_at: datetime | None = None
    closed_at: datetime | None = None
    promise_by: datetime | None = None
    requested: bool = True


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Seconds; never below 0, whatever two clocks say. `kept` is None while the promise is open."""

    stored: float | None
    matched: float | None
    queued: float | None
    claimed: float | None
    rung: float | None
    spoken: float | None
    waited: float | None
    workable: float | None
    heard: float | None
    kept: bool | None


def spans(stages: Stages, office: OfficeHours) -> Spans:
    """The time between the stages. A claim counts from the hour at which the call was due."""
    owed = max((at for at in (stages.queued_at, stages.due_at) if at), default=None)
    return Spans(
        stored=_between(stages.submitted_at, stages.stored_at),
        matched=_between(stages.stored_at or stages.submitted_at, stages.matched_at),
        queued=_between(stages.stored_at or stages.submitted_at, stages.queued_at),
        claimed=_between(owed, stages.claimed_at),
        rung=_between(stages.claimed_at, stages.rung_at),
        spoken=_between(stages.rung_at, stages.spoken_at),
        waited=_between(stages.submitted_at, stages.rung_at),
        workable=_workable(stages, office),
        heard=_between(stages.submitted_at, stages.spoken_at),
        kept=_kept(stages),
    )


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return max((end - start).total_seconds(), 0.0) if start and end else None


def _workable(stages: Stages, office: OfficeHours) -> float | None:
    if stages.rung_at is None:
        return None
    wait = Wait(
        where=stages.where,
        asked_at=stages.submitted_at,
        due_at=stages.due_at or stages.submitted_at,
        until=stages.rung_at,
        requested=stages.requested,
    )
    return clocks(wait, office).workable.total_seconds()


def _kept(stages: Stages) -> bool | None:
    if stages.promise_by is None:
        return None
    end = stages.rung_at or stages.closed_at
    if end is None or end > stages.promise_by:
        return None if end is None else False
    return True if stages.rung_at else None


def look_again(stages: Stages, *, now: datetime) -> datetime:
    """When something can have changed: at the hour of the call, else soon while the request is young."""
    if stages.due_at and stages.due_at > now and stages.matched_at:
        return stages.due_at
    age = now - stages.submitted_at
    if age < timedelta(hours=2):
        return now + timedelta(minutes=1)
    return now + (timedelta(minutes=10) if age < timedelta(days=2) else timedelta(hours=1))


def is_settled(stages: Stages, *, wants_call: bool, wants_match: bool, now: datetime) -> bool:
    """Whether nothing of the row can change any more."""
    old = now - stages.submitted_at > GIVEN_UP
    call_over = not wants_call or (stages.closed_at is not None and now - stages.closed_at > SETTLES)
    if wants_call and stages.queued_at is None:
        call_over = old
    return call_over and (not wants_match or stages.matched_at is not None or old)
