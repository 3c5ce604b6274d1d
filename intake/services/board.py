"""The supervisor's board: who waits, how long, which promises are late, and what the desk makes of it.

Every question is bounded by what is open now or happened today, never by what was closed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from intake.models.callback import CallAttempt, Callback
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.rules.calling_hours import OfficeHours
from intake.rules.clocks import Clocks, Wait, clocks
from intake.rules.statuses import CallbackStatus
from intake.services import breaches, presence
from intake.services.call_plans import whereabouts
from intake.services.presence import Member

# More than anybody reads on a screen; the queue has them all.
LISTED = 25
COUNTED = 1000
_OPEN = Callback.status.in_((CallbackStatus.WAITING, CallbackStatus.CLAIMED))
_WAITING = Callback.status == CallbackStatus.WAITING


@dataclass(frozen=True)
class Row:
    """An open call that is due or late, with both of its clocks. `name`: who has it or promised it."""

    callback: Callback
    lead: Lead
    clocks: Clocks
    name: str | None


@dataclass(frozen=True, kw_only=True)
class Board:
    """Counts stop at COUNTED. `kept` and `broken`: promises whose call was first rung today.

    `unexplained`: broken promises without a reason. `oldest`: the call that is due the longest, or None.
    """

    waiting: int
    overdue: int
    later: int
    kept: int
    broken: int
    unexplained: int
    oldest: Row | None
    rows: Sequence[Row]
    team: Sequence[Member]


def board(session: Session, office: OfficeHours, *, now: datetime) -> Board:
    """Everything on the board as it stands now."""
    team = presence.team(session, office, now=now)
    names = {member.staff.id: member.staff.name for member in team}
    waiting, overdue, later, unexplained, kept, broken = _counts(session, office, now)
    oldest = session.scalars(_with_family(_WAITING & (Callback.due_at <= now), Callback.due_at).limit(1))
    return Board(
        waiting=waiting,
        overdue=overdue,
        later=later,
        kept=kept,
        broken=broken,
        unexplained=unexplained,
        oldest=next((_row(call, office, names, now) for call in oldest), None),
        rows=[_row(call, office, names, now) for call in _pressing(session, now)],
        team=team,
    )


def row(session: Session, callback_id: UUID, office: OfficeHours, *, now: datetime) -> Row | None:
    """One call as the board shows it; None when it is gone or closed."""
    call = session.scalars(_with_family(_OPEN & (Callback.id == callback_id))).one_or_none()
    names = {staff_id: name for staff_id, name in session.execute(select(Staff.id, Staff.name))}
    return _row(call, office, names, now) if call else None


def clocks_of(callback: Callback, office: OfficeHours, *, until: datetime) -> Clocks:
    """Both clocks of the call that is owed: from the request for a first one, from its hour for a later one.

    `callback.lead` and `callback.attempts` must be loaded.
    """
    asked_at = callback.due_at if callback.attempts else callback.lead.created_at
    wait = Wait(
        where=whereabouts(callback.lead),
        asked_at=asked_at,
        due_at=callback.due_at,
        until=until,
        requested=callback.requested,
    )
    return clocks(wait, office)


def _pressing(session: Session, now: datetime) -> list[Callback]:
    """Late ones first, the longest late at the top; then those due, the nearest promise first."""
    late = _with_family(_OPEN & (Callback.promise_by <= now), Callback.promise_by).limit(LISTED)
    found = list(session.scalars(late))
    due = _with_family(_OPEN & (Callback.due_at <= now) & (Callback.promise_by > now), Callback.due_at)
    rest = session.scalars(due.limit(LISTED - len(found))).all() if len(found) < LISTED else []
    return found + sorted(rest, key=lambda call: call.promise_by)


def _with_family(which: ColumnElement[bool], *order: object) -> Select[Callback]:
    wanted = select(Callback).where(which).order_by(*order)  # type: ignore[arg-type]
    return wanted.options(joinedload(Callback.lead), selectinload(Callback.attempts))


def _row(call: Callback, office: OfficeHours, names: dict[UUID, str], now: datetime) -> Row:
    whose = call.claimed_by or call.owner_id
    return Row(call, call.lead, clocks_of(call, office, until=now), names.get(whose) if whose else None)


def _counts(session: Session, office: OfficeHours, now: datetime) -> tuple[int, int, int, int, int, int]:
    """Waiting, overdue, later, unexplained; kept and broken today: asked in one go."""
    due = Callback.due_at <= now
    asked = [
        _count(_WAITING & due),
        _count(_OPEN & (Callback.promise_by <= now)),
        _count(_WAITING & ~due),
        breaches.unexplained(),
        *_promises_today(office, now),
    ]
    row = session.execute(select(*asked)).one()
    return row[0], row[1], row[2], row[3], row[4], row[5]


def _count(which: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(Callback.id).where(which).limit(COUNTED)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _promises_today(office: OfficeHours, now: datetime) -> list[ScalarSelect[int]]:
    """Promises kept and broken among those whose call was first rung since the office's midnight."""
    zone = ZoneInfo(office.zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    marked = select(Lead.id).where(Lead.marked.is_not(None))
    first = (
        select(CallAttempt.promise_by, func.min(CallAttempt.started_at).label("rung_at"))
        .where(CallAttempt.started_at >= midnight, CallAttempt.promise_by.is_not(None))
        .where(CallAttempt.lead_id.not_in(marked))
        .group_by(CallAttempt.callback_id, CallAttempt.promise_by)
        .cte()
    )
    in_time = first.c.rung_at <= first.c.promise_by
    counted = select(func.count()).select_from(first)
    return [counted.where(which).scalar_subquery() for which in (in_time, ~in_time)]
