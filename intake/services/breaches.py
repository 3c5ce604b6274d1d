"""Broken promises for the supervisor: those without a reason, and how often each reason was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, joinedload

from intake.models.lead import Lead
from intake.models.promise import Breach
from intake.rules.calling_hours import OfficeHours
from intake.rules.clocks import Clocks, Wait, clocks
from intake.rules.promises import BreachReason
from intake.services import audit
from intake.services.call_plans import whereabouts
from intake.services.staff import actor

_LISTED = 50


@dataclass(frozen=True)
class Explanation:
    """What a supervisor says about a broken promise."""

    reason: BreachReason
    note: str
    staff_id: UUID


@dataclass(frozen=True)
class Told:
    """A broken promise with both clocks from the promised hour to the ring, or to now."""

    breach: Breach
    lead: Lead
    clocks: Clocks


@dataclass(frozen=True)
class BreachPage:
    """`open`: without a reason, the newest first, at most 50 of `open_count`; `explained`: with one.

    `reasons`: how often each was given, or is likely, since the day asked about.
    """

    open: Sequence[Told]
    open_count: int
    explained: Sequence[Told]
    reasons: Sequence[tuple[BreachReason, int, int]]


def page(session: Session, office: OfficeHours, *, since: datetime) -> BreachPage:
    """Leads that are marked as spam or tests are left out."""
    broken = (Breach.broken_at >= since) & Lead.marked.is_(None)
    newest = (
        select(Breach)
        .join(Lead, Lead.id == Breach.lead_id)
        .where(broken)
        .options(joinedload(Breach.lead), joinedload(Breach.callback))
        .order_by(Breach.broken_at.desc())
        .limit(_LISTED)
    )
    return BreachPage(
        open=[_told(row, office) for row in session.scalars(newest.where(Breach.reason.is_(None)))],
        open_count=session.scalar(select(unexplained())) or 0,
        explained=[_told(row, office) for row in session.scalars(newest.where(Breach.reason.is_not(None)))],
        reasons=reasons(session, since=since),
    )


def reasons(
    session: Session, *, since: datetime, until: datetime | None = None
) -> list[tuple[BreachReason, int, int]]:
    """Each reason with how often a supervisor gave it and how often the desk guessed it, the most first."""
    asked = (Breach.broken_at >= since) & Lead.marked.is_(None)
    if until is not None:
        asked &= Breach.broken_at < until
    given, why = Breach.reason.is_not(None), func.coalesce(Breach.reason, Breach.likely)
    counted = select(why, func.count().filter(given), func.count().filter(~given))
    rows = session.execute(counted.join(Lead, Lead.id == Breach.lead_id).where(asked).group_by(why))
    found = [(BreachReason(reason), said, guessed) for reason, said, guessed in rows]
    return sorted(found, key=lambda row: -(row[1] + row[2]))


def unexplained() -> ScalarSelect[int]:
    """How many broken promises have no reason, at most a thousand: a part of a question."""
    asked = select(Breach.id).join(Lead, Lead.id == Breach.lead_id)
    asked = asked.where(Breach.broken_at.is_not(None), Breach.reason.is_(None), Lead.marked.is_(None))
    return select(func.count()).select_from(asked.limit(1000).subquery()).scalar_subquery()


def explain(session: Session, breach_id: UUID, said: Explanation, *, now: datetime) -> bool:
    """Keep the reason for a broken promise; a later one takes its place. False when there is none."""
    breach = session.get(Breach, breach_id, with_for_update=True)
    if breach is None or breach.broken_at is None:
        return False
    breach.reason, breach.note = said.reason, said.note or None
    breach.explained_by, breach.explained_at = said.staff_id, now
    audit.note(
        session, actor(said.staff_id), "breach.explained", "breach", breach.id, now=now, reason=said.reason
    )
    return True


def _told(breach: Breach, office: OfficeHours) -> Told:
    until = breach.rung_at or breach.settled_at or breach.seen_at
    wait = Wait(
        where=whereabouts(breach.lead),
        asked_at=breach.promise_by,
        due_at=breach.promise_by,
        until=max(until, breach.promise_by),
        requested=breach.callback.requested,
    )
    return Told(breach, breach.lead, clocks(wait, office))
