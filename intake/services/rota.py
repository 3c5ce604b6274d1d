"""Shifts and days away: who is there, who stands in, and which office hours nobody covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.rota import StaffAbsence, StaffShift
from intake.models.staff import Staff
from intake.rules.calling_hours import OfficeHours
from intake.rules.hours import Week
from intake.rules.rota import DaysAway, Working
from intake.services import audit
from intake.services.staff import Role, actor

_NO_SHIFT: Week = ((),) * 7


def callers(session: Session) -> Sequence[Staff]:
    """Active staff who make calls, by name."""
    wanted = select(Staff).where(Staff.active, Staff.role != Role.ADMIN)
    return session.scalars(wanted.order_by(Staff.name, Staff.email)).all()


def set_shift(
    session: Session, staff_id: UUID, hours: Mapping[str, list[str]], *, by: UUID, now: datetime
) -> None:
    """Replace somebody's ordinary week: hours by day, as organisation.toml has them."""
    session.merge(StaffShift(staff_id=staff_id, week=dict(hours)))
    audit.note(session, actor(by), "staff.shift_set", "staff", staff_id, now=now)


def add_absence(session: Session, new: DaysAway, *, by: UUID, now: datetime) -> StaffAbsence:
    """Raises BadInput for days that run backwards or a cover who cannot stand in."""
    if new.last_day < new.first_day:
        raise BadInput("The last day away is before the first one.")
    _check_cover(session, new)
    absence = StaffAbsence(
        staff_id=new.staff_id,
        first_day=new.first_day,
        last_day=new.last_day,
        reason=new.reason,
        cover_id=new.cover_id,
        noted_by=by,
        noted_at=now,
    )
    session.add(absence)
    days = {"first": str(new.first_day), "last": str(new.last_day)}
    audit.note(session, actor(by), "staff.absence_noted", "staff", new.staff_id, now=now, **days)
    return absence


def drop_absence(session: Session, absence_id: UUID, *, by: UUID, now: datetime) -> None:
    """Dropping one that is gone does nothing."""
    absence = session.get(StaffAbsence, absence_id, with_for_update=True)
    if absence is not None:
        session.delete(absence)
        audit.note(session, actor(by), "staff.absence_dropped", "staff", absence.staff_id, now=now)


def absences(session: Session, *, since: date) -> Sequence[StaffAbsence]:
    """Those that are not over on `since`, the next first."""
    wanted = select(StaffAbsence).where(StaffAbsence.last_day >= since)
    return session.scalars(wanted.order_by(StaffAbsence.first_day, StaffAbsence.id)).all()


@dataclass(frozen=True)
class Team:
    """Everybody who makes calls, by name; the shift and days away of each; absences not over yet."""

    staff: Sequence[Staff]
    working: Mapping[UUID, Working]
    away: Sequence[StaffAbsence]


def team(session: Session, office: OfficeHours, *, since: date) -> Team:
    """Every shift is in the office's own time zone. `since`: absences that were over before are left out."""
    weeks = {row.staff_id: row.week for row in session.scalars(select(StaffShift))}
    everyone, away = callers(session), absences(session, since=since)
    working = {
        staff.id: Working(
            _shift(office.zone, weeks.get(staff.id)),
            [(row.first_day, row.last_day) for row in away if row.staff_id == staff.id],
        )
        for staff in everyone
    }
    return Team(everyone, working, away)


def _shift(zone: str, week: Mapping[str, list[str]] | None) -> OfficeHours:
    if not week or not any(week.values()):
        return OfficeHours(zone, _NO_SHIFT)
    return OfficeHours.from_table({"zone": zone, **week})


def _check_cover(session: Session, new: DaysAway) -> None:
    if new.cover_id is None:
        return
    cover = session.get(Staff, new.cover_id)
    if cover is None or not cover.active or cover.role == Role.ADMIN or cover.id == new.staff_id:
        raise BadInput("Choose a colleague who makes calls to stand in.")
    theirs = select(StaffAbsence).where(
        StaffAbsence.staff_id == cover.id,
        StaffAbsence.first_day <= new.last_day,
        StaffAbsence.last_day >= new.first_day,
    )
    if session.scalars(theirs).first() is not None:
        raise BadInput(f"{cover.name} is away too on some of these days. Choose somebody else, or nobody.")
