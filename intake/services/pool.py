"""Which call comes next: the one order that the page shows and that claiming follows.

1. what this advocate promised in person and is due; 2. urgent families; 3. everybody else. In each, the call
whose promise ends first. Calls that need a skill go to those who have it (intake/rules/skills.toml).

Every question is bounded, however many calls wait or are closed: a call whose promise has passed is found
by the index of promises; while none has, the nearest promise among the OLDEST_DUE longest due.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, ScalarSelect, Select, Uuid, bindparam, exists, func, select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt, Callback, in_status
from intake.rules.statuses import CallbackStatus
from intake.services.call_plans import URGENCIES
from intake.services.skills import Moment, suits

OLDEST_DUE = 500
WAITING = in_status(CallbackStatus.WAITING)
CLAIMED = in_status(CallbackStatus.CLAIMED)
OPEN = in_status(CallbackStatus.WAITING, CallbackStatus.CLAIMED)
_POOL = WAITING & Callback.owner_id.is_(None)
STAFF_ID, NOW = bindparam("staff_id", type_=Uuid()), bindparam("now", type_=DateTime(timezone=True))


def lock_next(session: Session, staff_id: UUID, skills: frozenset[str], *, now: datetime) -> UUID | None:
    """The next call for this advocate, locked; None when none is due. Calls locked by others are skipped.

    It is the one that she has claimed and not begun, when there is one.
    """
    return session.scalar(_next(skills), {"staff_id": staff_id, "now": now})


@lru_cache(maxsize=64)
def _next(skills: frozenset[str]) -> Select[UUID]:
    """Built once for each set of skills: putting it together anew cost each claim milliseconds."""
    unbegun = _unbegun(STAFF_ID, NOW).limit(1).with_for_update(of=Callback).scalar_subquery()
    asked = [_own(STAFF_ID, NOW), *_shared(skills, NOW)]
    # COALESCE asks a later question only when the one before found nothing, so one row is locked, not six.
    return select(func.coalesce(unbegun, *[_first(question) for question in asked]))


def due_ids(
    session: Session, staff_id: UUID, skills: frozenset[str], *, now: datetime, most: int
) -> Sequence[UUID]:
    """Calls due now in the order in which they would be claimed, at most `most`."""
    found: dict[UUID, None] = {}
    for question in (_own(staff_id, now), *_shared(skills, now)):
        if len(found) < most:
            found |= dict.fromkeys(session.scalars(question.limit(most)))
    return list(found)[:most]


def is_due(staff_id: UUID, skills: frozenset[str], *, now: datetime) -> ColumnElement[bool]:
    """True for the calls that `due_ids` would list without an end."""
    others = Callback.owner_id.is_(None) & suits(skills, now=now)
    return WAITING & (Callback.due_at <= now) & (others | (Callback.owner_id == staff_id))


def _first(question: Select[UUID]) -> ScalarSelect[UUID]:
    return question.limit(1).with_for_update(skip_locked=True, of=Callback).scalar_subquery()


def _unbegun(staff_id: ColumnElement[UUID], now: ColumnElement[datetime]) -> Select[UUID]:
    begun = exists().where(CallAttempt.callback_id == Callback.id, CallAttempt.ended_at.is_(None))
    mine = CLAIMED & (Callback.claimed_by == staff_id) & (Callback.claimed_until >= now)
    return select(Callback.id).where(mine, ~begun).order_by(Callback.due_at)


def _own(staff_id: UUID | ColumnElement[UUID], now: Moment) -> Select[UUID]:
    mine = WAITING & (Callback.owner_id == staff_id) & (Callback.due_at <= now)
    return select(Callback.id).where(mine).order_by(Callback.urgency.desc(), Callback.promise_by)


def _shared(skills: frozenset[str], now: Moment) -> list[Select[UUID]]:
    may = suits(skills, now=now)
    return [
        question for urgency in URGENCIES for question in (_late(urgency, may, now), _due(urgency, may, now))
    ]


def _late(urgency: int, may: ColumnElement[bool], now: Moment) -> Select[UUID]:
    """A promise that has passed is of a call that is due."""
    late = _POOL & (Callback.urgency == urgency) & (Callback.promise_by <= now)
    return select(Callback.id).where(late, may).order_by(Callback.promise_by)


def _due(urgency: int, may: ColumnElement[bool], now: Moment) -> Select[UUID]:
    due = _POOL & (Callback.urgency == urgency) & (Callback.due_at <= now)
    oldest = select(Callback.id).where(due, may).order_by(Callback.due_at).limit(OLDEST_DUE)
    return select(Callback.id).where(_POOL, Callback.id.in_(oldest)).order_by(Callback.promise_by)
