"""Take the samples out again, when a real organisation begins."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from intake.models.directory import Centre, Doctor, Location
from intake.models.match import Match
from intake.models.staff import Staff
from intake.rules.statuses import DoctorStatus
from intake.services import audit, directory, staff


def remove_doctors(session: Session, *, now: datetime, keep: Collection[UUID] = ()) -> Counter[str]:
    """Delete the samples that no match points at, deactivate the rest: counts of each.

    Matches given to families must still say whom they named. Centres go when nobody works there.
    """
    others = Doctor.sample & Doctor.id.not_in(list(keep))
    matched = Doctor.id.in_(select(Match.doctor_id))
    gone = session.scalars(delete(Doctor).where(others, ~matched).returning(Doctor.id)).all()
    ended = {
        "status": DoctorStatus.DEACTIVATED,
        "deactivated_on": now.date(),
        "deactivated_because": "a sample",
        "updated_at": now,
    }
    shown = Doctor.status != DoctorStatus.DEACTIVATED
    kept = session.scalars(update(Doctor).where(others, shown).values(ended).returning(Doctor.id)).all()
    in_use = select(Location.centre_id).where(Location.centre_id.is_not(None))
    session.execute(delete(Centre).where(Centre.sample, Centre.id.not_in(in_use)))
    return Counter(deleted=len(gone), deactivated=len(kept))


def remove_samples(session: Session, *, now: datetime) -> Counter[str]:
    """Remove sample doctors and close sample accounts: counts of deleted, deactivated and accounts."""
    counts = remove_doctors(session, now=now)
    if counts.total():
        directory.bump(session)
        audit.note(session, directory.OFFICE, "sample.removed", "source", "sample", now=now, **counts)
    accounts = session.scalars(select(Staff).where(Staff.sample, Staff.active)).all()
    for account in accounts:
        staff.disable(session, account, now=now)
    return counts + Counter(accounts=len(accounts))
