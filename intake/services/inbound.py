"""A family rings us: their one call is taken from wherever it stands, and a call is under way."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import THEY_RANG, Callback
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus, LeadStatus, change
from intake.rules.wishes import DueBecause
from intake.services import audit, callbacks, claims, families, family_calls
from intake.services.call_plans import urgency
from intake.services.permissions import Permission
from intake.services.pool import OPEN
from intake.services.skills import needs_of
from intake.services.staff import actor

# Nobody waits for somebody who is on the line already: no law forbids an answer, and no cap counts it.
_THEY_RANG = Permission(allowed=True, why="They rang us.", rule_version=THEY_RANG)
_AT_ONCE = timedelta(minutes=1)


def take(session: Session, lead: Lead, staff: Staff, *, now: datetime) -> Callback | None:
    """The family's open call, or a new one when none is owed, is this advocate's and under way.

    None when a colleague has it: `holder_of` says who. `lead.contact` must be loaded. Raises BadInput
    for what is marked as no request of a family.
    """
    if lead.marked is not None:
        raise BadInput(f"This is marked as {lead.marked}. Take the mark off first.")
    families.link(session, lead, now=now)
    family_calls.lock(session, lead)
    callback = _open_call(session, lead) or _new_call(session, lead, now=now)
    if callback.status == CallbackStatus.CLAIMED and callback.claimed_by != staff.id:
        return None
    if callback.status == CallbackStatus.WAITING:
        claims.take(session, callback, staff.id, now=now)
    if callbacks.running(session, callback, now=now) is None:
        callbacks.begin(session, callback, lead.id, basis=THEY_RANG, permission=_THEY_RANG, now=now)
    if lead.status == LeadStatus.CLOSED:
        lead.status = change(LeadStatus.CLOSED, LeadStatus.OPEN)
    audit.note(session, actor(staff.id), "lead.rang", "lead", lead.id, now=now)
    return callback


def holder_of(session: Session, lead: Lead) -> str | None:
    """Who has the family's call now, by name."""
    call = _open_call(session, lead)
    staff = session.get(Staff, call.claimed_by) if call and call.claimed_by else None
    return staff.name if staff else None


def _open_call(session: Session, lead: Lead) -> Callback | None:
    """The family's one call; where two advocates hold two, that of this request first."""
    theirs = select(Lead.id).where(Lead.family_id == lead.family_id, Lead.family_id.is_not(None))
    mine = Callback.lead_id == lead.id
    wanted = select(Callback).where(OPEN, mine | Callback.lead_id.in_(theirs))
    return session.scalars(wanted.order_by(mine.desc()).with_for_update(of=Callback)).first()


def _new_call(session: Session, lead: Lead, *, now: datetime) -> Callback:
    callback = Callback(
        lead_id=lead.id,
        family_id=lead.family_id,
        status=CallbackStatus.WAITING,
        created_at=now,
        due_at=now,
        promise_by=now + _AT_ONCE,
        due_because=DueBecause.THEY_RANG,
        requested=True,
        urgency=urgency(lead),
        needs=needs_of(lead),
        version=1,
    )
    session.add(callback)
    session.flush()
    return callback
