"""Who is on what: every colleague who makes calls, what she does at this moment, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import CallAttempt, Callback
from intake.models.rota import StaffAbsence, StaffPause
from intake.models.staff import Staff, StaffSession
from intake.rules.calling_hours import OfficeHours
from intake.rules.hard_calls import GUARD, Made, hard_run
from intake.rules.promises import Crew
from intake.rules.statuses import CallbackStatus
from intake.services import pauses, rota
from intake.services.sign_in import IDLE
from intake.services.staff import Role


class Doing(StrEnum):
    """In the order in which the board lists them."""

    ON_CALL = "on_call"
    HAS_CALL = "has_call"
    FREE = "free"
    PAUSED = "paused"
    MISSING = "missing"
    AWAY = "away"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Member:
    """`since`: when what she does began, None when nobody noted it. `call` is the one she has.

    `hard_run`: hard calls in a row behind her, 0 when no break is called for.
    """

    staff: Staff
    doing: Doing
    since: datetime | None = None
    call: Callback | None = None
    pause: StaffPause | None = None
    absence: StaffAbsence | None = None
    hard_run: int = 0


def team(session: Session, office: OfficeHours, *, now: datetime) -> list[Member]:
    """Everybody who makes calls, the busy ones first. Bounded by the people and by what they do today."""
    day = now.astimezone(ZoneInfo(office.zone)).date()
    known = _Known(session, office, day, now)
    found = [known.member(staff) for staff in known.team.staff]
    order = list(Doing)
    return sorted(found, key=lambda member: (order.index(member.doing), member.staff.name))


@dataclass(frozen=True)
class MyDay:
    """What the console tells somebody of herself: her pause, and hard calls in a row (0: no break is due)."""

    pause: StaffPause | None
    hard_run: int


def my_day(session: Session, staff_id: UUID, *, now: datetime) -> MyDay:
    mine = [one for one in pauses.since(session, now - GUARD.within) if one.staff_id == staff_id]
    pause = next((one for one in mine if one.ended_at is None), None)
    return MyDay(pause, _run(_made(session, now, by=staff_id).get(staff_id, ()), mine, now))


def _run(made: Sequence[Made], paused: Sequence[StaffPause], now: datetime) -> int:
    return hard_run(made, [(one.started_at, one.ended_at or now) for one in paused], now=now)


def at_work(members: Sequence[Member]) -> list[Member]:
    """Those who make calls now. A supervisor counts while she has one."""
    here = [one for one in members if one.doing in (Doing.ON_CALL, Doing.HAS_CALL, Doing.FREE)]
    return [one for one in here if one.staff.role == Role.ADVOCATE or one.call]


def crew(members: Sequence[Member]) -> Crew:
    working = at_work(members)
    return Crew(at_work=len(working), free=sum(one.doing is Doing.FREE for one in working))


class _Known:
    """What the tables say of all of them, asked once."""

    def __init__(self, session: Session, office: OfficeHours, day: date, now: datetime) -> None:
        self.now, self.day = now, day
        self.calls = _calls(session)
        self.begun = _begun(session)
        self.heard = _heard(session, now)
        self.pauses = _by_staff(pauses.since(session, now - GUARD.within))
        self.made = _made(session, now)
        self.team = rota.team(session, office, since=day)
        self.away = {row.staff_id: row for row in self.team.away if row.first_day <= day}

    def member(self, staff: Staff) -> Member:
        call = self.calls.get(staff.id)
        pause = next((one for one in self.pauses.get(staff.id, ()) if one.ended_at is None), None)
        doing, since = self._doing(staff, call, pause)
        return Member(
            staff=staff,
            doing=doing,
            since=since,
            call=call,
            pause=pause,
            absence=self.away.get(staff.id) if doing is Doing.AWAY else None,
            hard_run=_run(self.made.get(staff.id, ()), self.pauses.get(staff.id, ()), self.now),
        )

    def _doing(
        self, staff: Staff, call: Callback | None, pause: StaffPause | None
    ) -> tuple[Doing, datetime | None]:
        if call is not None:
            begun = self.begun.get(call.id)
            return (Doing.ON_CALL, begun) if begun else (Doing.HAS_CALL, None)
        if pause is not None:
            return Doing.PAUSED, pause.started_at
        if staff.id in self.heard:
            return Doing.FREE, None
        if staff.id in self.away:
            return Doing.AWAY, None
        on_shift = self.team.working[staff.id].shift.is_open(self.now)
        return (Doing.MISSING if on_shift else Doing.OFF), None


def _calls(session: Session) -> dict[UUID, Callback]:
    claimed = select(Callback).where(Callback.status == CallbackStatus.CLAIMED)
    rows = session.scalars(claimed.options(joinedload(Callback.lead)).order_by(Callback.claimed_until))
    return {row.claimed_by: row for row in rows if row.claimed_by}


def _begun(session: Session) -> dict[UUID, datetime]:
    running = (
        select(CallAttempt.callback_id, func.max(CallAttempt.started_at))
        .join(Callback, Callback.id == CallAttempt.callback_id)
        .where(
            Callback.status == CallbackStatus.CLAIMED,
            CallAttempt.ended_at.is_(None),
            CallAttempt.staff_id == Callback.claimed_by,
        )
    )
    rows = session.execute(running.group_by(CallAttempt.callback_id))
    return {callback_id: started_at for callback_id, started_at in rows}


def _heard(session: Session, now: datetime) -> set[UUID]:
    open_ones = StaffSession.closed_at.is_(None) & (StaffSession.seen_at > now - IDLE)
    return set(session.scalars(select(StaffSession.staff_id).where(open_ones)))


def _made(session: Session, now: datetime, *, by: UUID | None = None) -> dict[UUID, list[Made]]:
    """What everybody, or one of them, ended lately."""
    recent = select(CallAttempt.staff_id, CallAttempt.ended_at, CallAttempt.outcome).where(
        CallAttempt.started_at > now - 2 * GUARD.within, CallAttempt.ended_at.is_not(None)
    )
    if by is not None:
        recent = recent.where(CallAttempt.staff_id == by)
    found: dict[UUID, list[Made]] = {}
    for staff_id, ended_at, outcome in session.execute(recent):
        assert ended_at is not None
        found.setdefault(staff_id, []).append(Made(ended_at, outcome or ""))
    return found


def _by_staff(rows: Sequence[StaffPause]) -> dict[UUID, list[StaffPause]]:
    found: dict[UUID, list[StaffPause]] = {}
    for row in rows:
        found.setdefault(row.staff_id, []).append(row)
    return found
