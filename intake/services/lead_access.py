"""Whose record a member of staff may read: any for a supervisor, the one of their call for an advocate."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus
from intake.services.staff import Role


def readable(session: Session, lead_id: UUID, staff: Staff, *, now: datetime) -> Lead | None:
    """The lead with its people, or None: one that is not there and one that is not theirs look the same."""
    wanted = select(Lead).where(Lead.id == lead_id)
    if staff.role != Role.SUPERVISOR:
        wanted = wanted.where(
            exists().where(
                Callback.lead_id == Lead.id,
                Callback.status == CallbackStatus.CLAIMED,
                Callback.claimed_by == staff.id,
                Callback.claimed_until > now,
            )
        )
    people = (joinedload(Lead.contact), joinedload(Lead.patient))
    return session.scalars(wanted.options(*people)).one_or_none()
