"""Somebody takes no calls for a while, and why. Taking a call ends it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, exists, select
from sqlalchemy.orm import Session

from intake.db import insert_new, row_values
from intake.models.rota import StaffPause
from intake.models.staff import Staff
from intake.rules.rota import PauseReason
from intake.services import audit
from intake.services.staff import actor

_BEGIN = insert_new(StaffPause).returning(StaffPause.id)


def begin(session: Session, staff_id: UUID, reason: PauseReason, *, by: UUID, now: datetime) -> None:
    """Somebody who has a pause already keeps it."""
    pause = StaffPause(staff_id=staff_id, started_at=now, reason=reason, set_by=by)
    if session.scalar(_BEGIN, row_values(pause)) is not None:
        audit.note(session, actor(by), "pause.begun", "staff", staff_id, now=now, reason=reason)


def end(session: Session, staff_id: UUID, *, by: UUID, now: datetime) -> None:
    """Ending one that is over does nothing."""
    pause = current(session, staff_id, hold=True)
    if pause is not None:
        pause.ended_at = now
        audit.note(session, actor(by), "pause.ended", "staff", staff_id, now=now)


def current(session: Session, staff_id: UUID, *, hold: bool = False) -> StaffPause | None:
    wanted = select(StaffPause).where(StaffPause.staff_id == staff_id, StaffPause.ended_at.is_(None))
    return session.scalars(wanted.with_for_update() if hold else wanted).one_or_none()


def is_pausing(staff_id: UUID | ColumnElement[UUID]) -> Exists:
    """As a condition inside another question."""
    return exists().where(StaffPause.staff_id == staff_id, StaffPause.ended_at.is_(None))


def since(session: Session, start: datetime) -> Sequence[StaffPause]:
    """Every pause of active staff that began after `start`, or goes on."""
    wanted = select(StaffPause).join(Staff, Staff.id == StaffPause.staff_id).where(Staff.active)
    return session.scalars(
        wanted.where((StaffPause.started_at >= start) | StaffPause.ended_at.is_(None))
    ).all()
