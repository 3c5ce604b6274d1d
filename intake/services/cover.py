"""Calls of somebody who is not there: promised in person, they go to whoever stands in, or to all."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.models.rota import StaffAbsence
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus
from intake.services import audit, callbacks, owners

_MOST_AT_ONCE = 200


def cover_all(session: Session, zone: str, *, now: datetime) -> int:
    """Hand on what nobody will do: calls of the absent on their days away, everything of accounts that are
    closed. `zone` is the office's. Returns how many calls changed hands; a repeat finds none.
    """
    return _absent(session, ZoneInfo(zone), now=now) + _closed_accounts(session, now=now)


def _absent(session: Session, zone: ZoneInfo, *, now: datetime) -> int:
    today = now.astimezone(zone).date()
    away = select(StaffAbsence).where(StaffAbsence.last_day >= today)
    rows = session.scalars(away.order_by(StaffAbsence.noted_at)).all()
    return sum([_hand_on(session, absence, rows, zone, now=now) for absence in rows])


def _hand_on(
    session: Session, absence: StaffAbsence, away: Sequence[StaffAbsence], zone: ZoneInfo, *, now: datetime
) -> int:
    begin, end = _midnight(absence.first_day, zone), _midnight(absence.last_day + timedelta(days=1), zone)
    # A call that is due already is owed today.
    begun = now >= begin
    owned = _waiting_in_person().where(Callback.owner_id == absence.staff_id, Callback.due_at < end)
    calls = session.scalars(owned if begun else owned.where(Callback.due_at >= begin)).all()
    for callback in calls:
        day = max(callback.due_at, now).astimezone(zone).date()
        can_cover = not any(row.staff_id == absence.cover_id and _is_away(row, day) for row in away)
        _give(session, callback, absence.cover_id if can_cover else None, now=now)
    return len(calls)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _is_away(absence: StaffAbsence, day: date) -> bool:
    return absence.first_day <= day <= absence.last_day


def _closed_accounts(session: Session, *, now: datetime) -> int:
    closed = select(Staff.id).where(~Staff.active)
    claimed = select(Callback).where(
        Callback.status == CallbackStatus.CLAIMED, Callback.claimed_by.in_(closed)
    )
    rows = session.scalars(claimed.limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
    for callback in rows:
        callbacks.put_back(session, callback, now=now)
        _give(session, callback, None, now=now)
    owned = session.scalars(_waiting_in_person().where(Callback.owner_id.in_(closed))).all()
    for callback in owned:
        _give(session, callback, None, now=now)
    return len(rows) + len(owned)


def _waiting_in_person() -> Select[Callback]:
    wanted = select(Callback).where(Callback.status == CallbackStatus.WAITING, Callback.owner_id.is_not(None))
    return wanted.limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)


def _give(session: Session, callback: Callback, to: UUID | None, *, now: datetime) -> None:
    was = callback.owner_id
    if to is None:
        callback.owner_id = callback.owner_until = None
    else:
        owners.promise(callback, to, now=now)
    audit.note(
        session, "desk", "callback.covered", "callback", callback.id, now=now,
        was=str(was) if was else None, to=str(to) if to else None,
    )  # fmt: skip
