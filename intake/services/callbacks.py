"""What the advocate who has a call does with it: keep it, start it, write, put it back.

`version` rises with every claim, outcome and change of the notes, so that an old page cannot overwrite a
newer one. The page that wrote last goes on writing, whatever version it was made from.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from intake.errors import StaleLease
from intake.models.callback import CallAttempt, Callback, in_status
from intake.rules.statuses import CallbackStatus, change
from intake.rules.texts import both
from intake.services import audit, families, standing
from intake.services.permissions import Permission, may_ring
from intake.services.skills import Moment
from intake.services.staff import actor

LEASE = timedelta(minutes=15)
# On the phone nobody presses a button for a while: the call must not go to somebody else meanwhile.
CALL_LEASE = timedelta(minutes=60)
NOT_RECORDED = "not_recorded"
# A call that was begun and whose outcome nobody wrote down stays in the record as that.
CLOSE_OPEN = (
    update(CallAttempt)
    .where(CallAttempt.callback_id == bindparam("call"), CallAttempt.ended_at.is_(None))
    .values(ended_at=bindparam("at"), outcome=NOT_RECORDED)
)
# Sent at the end of a commit, it must not close what was begun in it.
CLOSE_EARLIER = CLOSE_OPEN.where(CallAttempt.started_at < bindparam("at"))


class NotYours(StaleLease):
    """The call is somebody else's, nobody's, or gone. Which of them is not said."""


class StalePage(StaleLease):
    """The call changed since the page was made, in another window of the same advocate."""


def release_expired(session: Session, *, now: datetime) -> int:
    """Give lapsed claims back to the pool, notes intact; return how many."""
    wanted = select(Callback).where(lapsed(now)).with_for_update(skip_locked=True)
    rows = session.scalars(wanted.limit(500)).all()
    for callback in rows:
        audit.note(
            session,
            "desk",
            "callback.lapsed",
            "callback",
            callback.id,
            now=now,
            staff=str(callback.claimed_by),
        )
        _to_pool(callback)
    return len(rows)


def lapsed(now: Moment) -> ColumnElement[bool]:
    return in_status(CallbackStatus.CLAIMED) & (Callback.claimed_until < now)


def release(session: Session, callback_id: UUID, staff_id: UUID, *, now: datetime) -> None:
    """Put a call back for anybody. Raises NotYours."""
    callback = held(session, callback_id, staff_id)
    put_back(session, callback, now=now)
    callback.owner_id = callback.owner_until = None
    audit.note(session, actor(staff_id), "callback.released", "callback", callback.id, now=now)


def held(session: Session, callback_id: UUID, staff_id: UUID) -> Callback:
    """The call, locked, when this advocate has it. Raises NotYours."""
    callback = locked(session, callback_id)
    if callback is None or not is_held(callback, staff_id):
        raise NotYours(f"callback {callback_id} is not claimed by staff {staff_id}")
    return callback


def locked(session: Session, callback_id: UUID) -> Callback | None:
    return session.get(Callback, callback_id, with_for_update=True, populate_existing=True)


def renew(session: Session, callback: Callback, *, now: datetime) -> None:
    """Activity on the page keeps the claim, longer while a call is under way."""
    call = running(session, callback, now=now)
    until = max(now + LEASE, call.started_at + CALL_LEASE if call else now)
    callback.claimed_until = max(until, callback.claimed_until or until)


def running(session: Session, callback: Callback, *, now: datetime) -> CallAttempt | None:
    """The call that the owner of the claim has begun and not yet recorded."""
    return session.scalars(
        select(CallAttempt).where(
            CallAttempt.callback_id == callback.id,
            CallAttempt.staff_id == callback.claimed_by,
            CallAttempt.ended_at.is_(None),
            CallAttempt.started_at > now - CALL_LEASE,
        )
    ).first()


def start_call(
    session: Session, callback_id: UUID, staff_id: UUID, *, now: datetime, lead_id: UUID | None = None
) -> Permission:
    """Ask again whether the family may be rung, and record the attempt with its basis.

    `lead_id`: whose number, where the family gave several. Pressed twice it is one attempt. Raises
    NotYours, and BadInput for a number that is not theirs.
    """
    seen = session.get(Callback, callback_id)
    if seen is None or not is_held(seen, staff_id):
        raise NotYours(f"callback {callback_id} is not claimed by staff {staff_id}")
    lead = families.member(session, seen, lead_id)
    # People before their calls, as everywhere: a new request of theirs may be on its way to this call.
    standing.hold_person(session, lead)
    callback = held(session, callback_id, staff_id)
    if running(session, callback, now=now):
        return Permission(allowed=True, why="The call is under way.", rule_version="")
    permission = may_ring(session, callback, lead, now=now)
    if not permission.allowed:
        opens = permission.next_open.isoformat() if permission.next_open else None
        audit.note(
            session, actor(staff_id), "call.refused", "lead", lead.id, now=now,
            why=permission.why, rule_version=permission.rule_version, next_open=opens,
        )  # fmt: skip
        return permission
    basis = "requested_callback" if callback.requested else "open_request"
    begin(session, callback, lead.id, basis=basis, permission=permission, now=now)
    return permission


def begin(
    session: Session, callback: Callback, lead_id: UUID, *, basis: str, permission: Permission, now: datetime
) -> None:
    """A call with whoever holds it is under way."""
    assert callback.claimed_by is not None
    close_open_attempts(session, callback, now=now)
    attempt = CallAttempt(
        callback_id=callback.id,
        lead_id=lead_id,
        staff_id=callback.claimed_by,
        started_at=now,
        due_at=callback.due_at,
        promise_by=callback.promise_by,
        basis=basis,
        rule_version=permission.rule_version,
        grounds=permission.grounds,
    )
    session.add(attempt)
    session.flush()
    renew(session, callback, now=now)
    audit.note(session, actor_of(callback), "call.started", "lead", lead_id, now=now, attempt=str(attempt.id))


@dataclass(frozen=True)
class Page:
    """An open page of a call: the version it was made from, and its own name."""

    version: int
    name: str = ""


def is_fresh(callback: Callback, page: Page) -> bool:
    """Whether nothing but this page itself wrote since it was made."""
    return callback.version == page.version or bool(page.name and callback.written_by == page.name)


def save_notes(session: Session, callback: Callback, notes: str, *, page: Page, now: datetime) -> None:
    """Keep what was typed. Raises StalePage when something else wrote since the page was made."""
    if not is_fresh(callback, page):
        raise StalePage(
            f"callback {callback.id} is at version {callback.version}, the page at {page.version}"
        )
    if notes != (callback.notes or ""):
        callback.notes = notes or None
        callback.version += 1
        callback.written_by = page.name or None
        audit.note(session, actor_of(callback), "callback.notes_saved", "callback", callback.id, now=now)
    renew(session, callback, now=now)


def add_notes(attempt: CallAttempt, notes: str) -> None:
    """Append unless the same words are there already."""
    if notes:
        attempt.notes = both(attempt.notes, notes)


def actor_of(callback: Callback) -> str:
    return actor(callback.claimed_by) if callback.claimed_by else "desk"


def is_held(callback: Callback, staff_id: UUID) -> bool:
    return callback.status == CallbackStatus.CLAIMED and callback.claimed_by == staff_id


def _to_pool(callback: Callback) -> None:
    callback.status = change(CallbackStatus(callback.status), CallbackStatus.WAITING)
    callback.claimed_by = callback.claimed_until = None


def put_back(session: Session, callback: Callback, *, now: datetime) -> None:
    """A claimed call waits again; a call begun and not recorded stays in the record as that."""
    close_open_attempts(session, callback, now=now)
    _to_pool(callback)


def close_open_attempts(session: Session, callback: Callback, *, now: datetime) -> None:
    session.execute(CLOSE_OPEN, {"call": callback.id, "at": now})
