"""Whose call it is: promised in person, handed to a colleague, back to the pool, or put off."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import Callback, in_status
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus, change
from intake.services import audit, callbacks, notices
from intake.services.notices import NoticeKind
from intake.services.permissions import Permission
from intake.services.staff import Role, actor

# So long after its time a call in person waits for its owner; an agreed time still counts as kept until 30.
OWNER_GRACE = timedelta(minutes=10)
_PUT_OFF_UNKNOWN = timedelta(hours=1)
_MOST_AT_ONCE = 200


def promise(callback: Callback, owner_id: UUID, *, now: datetime) -> None:
    """This advocate makes the call in person."""
    callback.owner_id = owner_id
    callback.owner_until = max(callback.due_at, now) + OWNER_GRACE


def hand_over(session: Session, callback_id: UUID, staff_id: UUID, to: UUID, *, now: datetime) -> None:
    """Give a claimed call to a colleague, with its notes. Raises NotYours, and BadInput for nobody."""
    callback = callbacks.held(session, callback_id, staff_id)
    colleague = session.get(Staff, to)
    if colleague is None or not colleague.active or colleague.role == Role.ADMIN or to == staff_id:
        raise BadInput("Choose a colleague who makes calls.")
    callbacks.put_back(session, callback, now=now)
    promise(callback, to, now=now)
    audit.note(session, actor(staff_id), "callback.handed_over", "callback", callback.id, now=now, to=str(to))


def colleagues(session: Session, staff_id: UUID) -> list[Staff]:
    """Everybody else who makes calls, by name."""
    callers = select(Staff).where(Staff.active, Staff.role != Role.ADMIN, Staff.id != staff_id)
    return list(session.scalars(callers.order_by(Staff.name)))


def overflow(session: Session, *, now: datetime) -> int:
    """Calls that their owner missed go to the pool, and the supervisor is told; return how many."""
    missed = select(Callback).where(
        in_status(CallbackStatus.WAITING),
        Callback.owner_id.is_not(None),
        Callback.owner_until <= now,
        # The call may have been moved since.
        Callback.due_at <= now - OWNER_GRACE,
    )
    rows = session.scalars(missed.limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    for callback in rows:
        notices.tell(session, NoticeKind.OWNER_MISSED, callback, staff_id=callback.owner_id, now=now)
        callback.owner_id = callback.owner_until = None
    return len(rows)


def put_off(session: Session, callback: Callback, permission: Permission, *, now: datetime) -> None:
    """A call that may not be made now leaves the front of the queue until it may, or for good."""
    if permission.never:
        callback.status = change(CallbackStatus(callback.status), CallbackStatus.CANCELLED)
        callback.closed_at = now
    else:
        callback.due_at = permission.next_open or now + _PUT_OFF_UNKNOWN
        callback.due_because = "calling_rules"
        if callback.owner_id:
            promise(callback, callback.owner_id, now=now)
    audit.note(session, "desk", "callback.put_off", "callback", callback.id, now=now, why=permission.why)
