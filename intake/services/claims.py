"""Taking a call from the queue. A claim is a lease: one advocate at a time owns a call."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, joinedload

from intake import later
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.staff import Staff, StaffSkill
from intake.rules.skills import labels
from intake.rules.statuses import CallbackStatus, change
from intake.services import audit, callbacks, owners, pauses, pool
from intake.services.callbacks import LEASE, NotYours
from intake.services.permissions import Permission, may_ring
from intake.services.pool import NOW, STAFF_ID
from intake.services.skills import lacking, opens_at
from intake.services.staff import actor

_MOST_LOOKED_AT = 100
# Built once: putting them together anew cost each claim as much as running them.
_CLAIMER = (
    select(
        Staff.id,
        select(func.array_agg(StaffSkill.skill)).where(StaffSkill.staff_id == STAFF_ID).scalar_subquery(),
        pauses.is_pausing(STAFF_ID),
        exists().where(callbacks.lapsed(NOW)),
    )
    .where(Staff.id == STAFF_ID)
    .with_for_update(key_share=True)
)
_FAMILY = (
    select(Callback)
    .where(Callback.id == bindparam("call"))
    .options(joinedload(Callback.lead).joinedload(Lead.contact))
    .execution_options(populate_existing=True)
)


class _Claimer(NamedTuple):
    staff_id: UUID
    skills: frozenset[str]


def claim_next(session: Session, staff: Staff, *, now: datetime) -> Callback | None:
    """Claim the first due call that may be made now, or None when there is none.

    Whoever holds a call that is not begun gets that one: a double click claims one call, not two.
    """
    claimer = _one_claim_at_a_time(session, staff, now)
    for _ in range(_MOST_LOOKED_AT):
        found = pool.lock_next(session, claimer.staff_id, claimer.skills, now=now)
        if found is None:
            return None
        callback = _with_family(session, found)
        if callbacks.is_held(callback, staff.id):
            return callback
        permission = may_ring(session, callback, callback.lead, now=now)
        if permission.allowed:
            return take(session, callback, staff.id, now=now)
        owners.put_off(session, callback, permission, now=now)
    return None


def claim(session: Session, callback_id: UUID, staff: Staff, now: datetime) -> Callback | Permission:
    """Claim a given call, or say why it may not be made now, or not by this advocate.

    Raises NotYours when somebody else has it, or when it is gone.
    """
    claimer = _one_claim_at_a_time(session, staff, now)
    wanted = select(Callback).where(Callback.id == callback_id).with_for_update(skip_locked=True)
    callback = session.scalars(wanted).one_or_none()
    if callback is not None and callbacks.is_held(callback, staff.id):
        return callback
    if callback is None or callback.status != CallbackStatus.WAITING:
        raise NotYours(f"callback {callback_id} is not waiting")
    callback = _with_family(session, callback_id)
    permission = _for_somebody_else(callback, claimer, now) or may_ring(
        session, callback, callback.lead, now=now
    )
    return take(session, callback, staff.id, now=now) if permission.allowed else permission


def take(session: Session, callback: Callback, staff_id: UUID, *, now: datetime) -> Callback:
    """Make a waiting call, locked by the caller, this advocate's for the length of a lease."""
    later.run(session, callbacks.CLOSE_EARLIER, {"call": callback.id, "at": now})
    callback.status = change(CallbackStatus(callback.status), CallbackStatus.CLAIMED)
    callback.claimed_by, callback.claimed_until = staff_id, now + LEASE
    callback.first_claimed_at = callback.first_claimed_at or now
    callback.version, callback.written_by = callback.version + 1, None
    audit.note(session, actor(staff_id), "callback.claimed", "callback", callback.id, now=now)
    return callback


def _for_somebody_else(callback: Callback, claimer: _Claimer, now: datetime) -> Permission | None:
    """Why this call waits for another advocate, or None."""
    if callback.owner_id not in (None, claimer.staff_id):
        why = "A colleague promised to make this call in person. It is open to all when the hour is missed."
        return Permission(allowed=False, why=why, rule_version="", next_open=callback.owner_until)
    missing, opens = lacking(callback.needs, claimer.skills), opens_at(callback, claimer.skills)
    if missing and callback.owner_id is None and opens > now:
        why = f"This family needs somebody with: {', '.join(labels(missing))}."
        return Permission(allowed=False, why=why, rule_version="", next_open=opens)
    return None


def _one_claim_at_a_time(session: Session, staff: Staff, now: datetime) -> _Claimer:
    """Whoever asks for a call has ended her pause, and finds lapsed claims back in the pool."""
    staff_id, skills, pausing, lapsed = session.execute(_CLAIMER, {"staff_id": staff.id, "now": now}).one()
    if pausing:
        pauses.end(session, staff.id, by=staff.id, now=now)
    if lapsed:
        callbacks.release_expired(session, now=now)
    return _Claimer(staff_id, frozenset(skills or ()))


def _with_family(session: Session, callback_id: UUID) -> Callback:
    return session.scalars(_FAMILY, {"call": callback_id}).one()
