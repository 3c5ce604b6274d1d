"""Who else opened a request a moment ago, from the audit: two people on one family see each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Session

from intake.models.consent import AuditEntry
from intake.models.staff import Staff

LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class Viewer:
    """`at`: when she opened it last."""

    name: str
    at: datetime


def viewers(session: Session, lead_id: UUID, staff: Staff, *, now: datetime) -> Sequence[Viewer]:
    """Everybody but this member of staff, the newest first."""
    looked = (
        select(AuditEntry.actor, func.max(AuditEntry.at).label("at"))
        .where(AuditEntry.subject_kind == "lead", AuditEntry.subject_id == str(lead_id))
        .where(AuditEntry.action == "lead.viewed", AuditEntry.at > now - LATELY)
        .group_by(AuditEntry.actor)
        .subquery()
    )
    theirs = looked.c.actor == literal("staff:") + Staff.id.cast(TEXT)
    found = select(Staff.name, looked.c.at).join(looked, theirs).where(Staff.id != staff.id)
    return [Viewer(name, at) for name, at in session.execute(found.order_by(looked.c.at.desc()))]
