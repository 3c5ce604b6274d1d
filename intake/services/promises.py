"""Promises of a call: see which will be missed, note which were, and tell the family kindly, once.

A sweep rings `watch` every few seconds. It finds each broken promise even when nobody watched for a while:
an attempt keeps what was promised when it rang.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from intake.db import insert_new, row_values
from intake.models.callback import CallAttempt, Callback
from intake.models.promise import Breach
from intake.rules.calling_hours import OfficeHours
from intake.rules.promises import (
    NOTICE,
    BreachReason,
    Circumstances,
    Crew,
    likely_reason,
    will_be_missed,
)
from intake.rules.statuses import CallbackStatus
from intake.services import presence
from intake.services.skills import skills_of

_OPEN = Callback.status.in_((CallbackStatus.WAITING, CallbackStatus.CLAIMED))
_ADD = insert_new(Breach)
_AT_ONCE = 200
# A watch that was away for longer leaves what it missed to the counts of attempts.
_LOOKED_BACK = timedelta(days=2)


def watch(session: Session, office: OfficeHours, *, now: datetime) -> None:
    """Bring the breaches up to date: new ones, and what became of open ones. A repeat does nothing."""
    desk = _Desk.of(session, office, now)
    _add(session, [*_pressing(session, desk, now), *_rung_late(session, now), *_closed_unrung(session, now)])
    _settle(session, now)


@dataclass(frozen=True)
class _Desk:
    """Who is at work at this moment, and what each of them can do."""

    crew: Crew
    skills: Sequence[frozenset[str]]

    @classmethod
    def of(cls, session: Session, office: OfficeHours, now: datetime) -> "_Desk":
        team = presence.team(session, office, now=now)
        return cls(presence.crew(team), [skills_of(session, one.staff.id) for one in presence.at_work(team)])

    def can(self, needs: Sequence[str]) -> bool:
        return any(skills.issuperset(needs) for skills in self.skills)


def moved(session: Session, callback: Callback, *, now: datetime) -> None:
    """The office will be closed at the promised time: note it before the call gets another one."""
    breach = _breach(callback, BreachReason.OFFICE_CLOSED, now)
    breach.broken_at = breach.settled_at = now
    _add(session, [breach])


def of_call(session: Session, callback: Callback) -> Breach | None:
    """The newest breach of a call, or None."""
    newest = select(Breach).where(Breach.callback_id == callback.id).order_by(Breach.promise_by.desc())
    return session.scalars(newest.limit(1)).first()


def _add(session: Session, breaches: Iterable[Breach]) -> None:
    rows = [row_values(breach) for breach in breaches]
    if rows:
        session.execute(_ADD, rows)


def _breach(callback: Callback, likely: BreachReason, now: datetime) -> Breach:
    return Breach(
        callback_id=callback.id,
        lead_id=callback.lead_id,
        due_at=callback.due_at,
        promise_by=callback.promise_by,
        seen_at=now,
        broken_at=callback.promise_by if callback.promise_by <= now else None,
        likely=likely,
    )


def _unnoted(callback_id: Any, promise_by: Any) -> ColumnElement[bool]:
    return ~exists().where(Breach.callback_id == callback_id, Breach.promise_by == promise_by)


def _pressing(session: Session, desk: _Desk, now: datetime) -> list[Breach]:
    """Open calls whose promise has passed, or will before somebody is free."""
    soon = _OPEN & (Callback.promise_by <= now + NOTICE)
    rung = exists().where(
        CallAttempt.callback_id == Callback.id, CallAttempt.promise_by == Callback.promise_by
    )
    wanted = select(Callback).where(soon, _unnoted(Callback.id, Callback.promise_by), ~rung)
    found = session.scalars(wanted.order_by(Callback.promise_by).limit(_AT_ONCE)).all()
    return [
        _breach(call, _likely(call, desk), now) for call in found if _is_missed(session, call, desk.crew, now)
    ]


def _is_missed(session: Session, call: Callback, crew: Crew, now: datetime) -> bool:
    left = call.promise_by - now
    if call.status == CallbackStatus.CLAIMED:
        return left <= timedelta(0)
    if call.due_at >= call.promise_by:
        return True
    return will_be_missed(left, _ahead(session, call, now), crew)


def _ahead(session: Session, call: Callback, now: datetime) -> int:
    """How many due calls of the pool come before this one."""
    before = or_(
        Callback.urgency > call.urgency,
        and_(Callback.urgency == call.urgency, Callback.promise_by < call.promise_by),
    )
    pool = (Callback.status == CallbackStatus.WAITING) & Callback.owner_id.is_(None)
    some = select(Callback.id).where(pool, Callback.due_at <= now, before).limit(_AT_ONCE).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _likely(call: Callback, desk: _Desk) -> BreachReason:
    seen = Circumstances(
        due_at=call.due_at,
        promise_by=call.promise_by,
        due_because=call.due_because,
        claimed=call.status == CallbackStatus.CLAIMED,
        owned=call.owner_id is not None,
        skilled_at_work=desk.can(call.needs),
        crew=desk.crew,
    )
    return likely_reason(seen)


def _rung_late(session: Session, now: datetime) -> list[Breach]:
    """Rung after the promise between two rounds of the watch, and not before."""
    earlier = aliased(CallAttempt)
    in_time = exists().where(
        earlier.callback_id == CallAttempt.callback_id,
        earlier.promise_by == CallAttempt.promise_by,
        earlier.started_at <= earlier.promise_by,
    )
    first = (
        select(CallAttempt.callback_id, CallAttempt.promise_by, func.min(CallAttempt.due_at).label("due_at"))
        .where(
            CallAttempt.started_at > now - _LOOKED_BACK,
            CallAttempt.started_at > CallAttempt.promise_by,
            ~in_time,
            _unnoted(CallAttempt.callback_id, CallAttempt.promise_by),
        )
        .group_by(CallAttempt.callback_id, CallAttempt.promise_by)
        .limit(_AT_ONCE)
        .subquery()
    )
    wanted = select(Callback, first.c.promise_by, first.c.due_at).join(
        first, first.c.callback_id == Callback.id
    )
    found = []
    for callback, promise_by, due_at in session.execute(wanted):
        breach = _breach(callback, BreachReason.HELD, now)
        breach.promise_by, breach.due_at, breach.broken_at = promise_by, due_at or promise_by, promise_by
        found.append(breach)
    return found


def _closed_unrung(session: Session, now: datetime) -> list[Breach]:
    """Closed after the promise had passed, and nobody had rung."""
    late = (Callback.closed_at > now - _LOOKED_BACK) & (Callback.closed_at > Callback.promise_by)
    rung = exists().where(
        CallAttempt.callback_id == Callback.id, CallAttempt.promise_by == Callback.promise_by
    )
    wanted: Select[Callback] = select(Callback).where(
        late, Callback.merged_into.is_(None), ~rung, _unnoted(Callback.id, Callback.promise_by)
    )
    return [_breach(call, BreachReason.OTHER, now) for call in session.scalars(wanted.limit(_AT_ONCE))]


def _settle(session: Session, now: datetime) -> None:
    """What became of open breaches: rung (in time after all, or late), dropped, or broken by now."""
    open_ones = update(Breach).where(Breach.settled_at.is_(None)).execution_options(synchronize_session=False)
    first_ring = (
        select(func.min(CallAttempt.started_at))
        .where(CallAttempt.callback_id == Breach.callback_id, CallAttempt.promise_by == Breach.promise_by)
        .scalar_subquery()
    )
    late = case((first_ring > Breach.promise_by, Breach.promise_by))
    session.execute(
        open_ones.where(first_ring.is_not(None)).values(rung_at=first_ring, settled_at=now, broken_at=late)
    )
    not_owed = ~exists().where(
        Callback.id == Breach.callback_id, _OPEN, Callback.promise_by == Breach.promise_by
    )
    passed = case((Breach.promise_by <= now, Breach.promise_by))
    session.execute(open_ones.where(not_owed).values(settled_at=now, broken_at=passed))
    unmet = open_ones.where(Breach.promise_by <= now, Breach.broken_at.is_(None))
    session.execute(unmet.values(broken_at=Breach.promise_by))
