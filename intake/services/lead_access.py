"""Whose record a member of staff may read: any for a supervisor, that of their call for an advocate."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import Callback
from intake.models.consent import AuditEntry
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus
from intake.services.staff import Role, actor

# Found by a search, or written down on the phone: read for so long, then it is looked for again.
FOUND_FOR = timedelta(hours=1)
FOUND = "lead.found"
_OPENS = (FOUND, "lead.submitted")


def may_see(session: Session, lead_id: UUID, staff: Staff) -> bool:
    """A supervisor sees every record there is, an advocate that of the family whose call she holds."""
    if staff.role == Role.SUPERVISOR:
        return session.get(Lead, lead_id) is not None
    held = (Callback.claimed_by == staff.id) & (Callback.status == CallbackStatus.CLAIMED)
    same = (Lead.id == Callback.lead_id) | (Lead.family_id == Callback.family_id)
    theirs = select(Callback.id).join(Lead, same).where(held, Lead.id == lead_id)
    return session.scalars(theirs.limit(1)).first() is not None


def may_open(session: Session, lead_id: UUID, staff: Staff, *, now: datetime) -> bool:
    """`may_see`, and a family that this person found lately because somebody of it rang."""
    if may_see(session, lead_id, staff):
        return True
    family = select(Lead.family_id).where(Lead.id == lead_id).scalar_subquery()
    theirs = select(cast(Lead.id, Text)).where((Lead.id == lead_id) | (Lead.family_id == family))
    found = select(AuditEntry.id).where(
        AuditEntry.subject_kind == "lead",
        AuditEntry.subject_id.in_(theirs),
        AuditEntry.action.in_(_OPENS),
        AuditEntry.actor == actor(staff.id),
        AuditEntry.at > now - FOUND_FOR,
    )
    return session.scalars(found.limit(1)).first() is not None


def readable(session: Session, lead_id: UUID, staff: Staff) -> Lead | None:
    """The lead with its people, or None: one that is not there and one that is not theirs look the same."""
    if not may_see(session, lead_id, staff):
        return None
    people = (joinedload(Lead.contact), joinedload(Lead.patient))
    return session.scalars(select(Lead).where(Lead.id == lead_id).options(*people)).one_or_none()
