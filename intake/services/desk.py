"""What the desk shows: the queue, and one call on one screen. Every look at a family is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from intake.models.callback import CallAttempt, Callback
from intake.models.consent import ConsentEvent, ConsentWording
from intake.models.directory import Location
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.models.staff import Staff
from intake.rules.calling_hours import MayCall, may_call
from intake.rules.statuses import CallbackStatus
from intake.services import audit, callbacks, guidance
from intake.services.call_plans import whereabouts
from intake.services.permissions import Permission, may_ring
from intake.services.staff import Role, actor

_LISTED = 50


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue: no last name and no number."""

    callback: Callback
    lead: Lead
    first_name: str
    tries: int
    may: MayCall


@dataclass(frozen=True)
class Queue:
    """`due` and `later` hold at most 50 rows; the counts are whole. `next_due_at` is the first of `later`."""

    due: Sequence[QueueRow]
    due_count: int
    later: Sequence[QueueRow]
    later_count: int
    mine: Sequence[QueueRow]


def queue(session: Session, staff: Staff, *, now: datetime) -> Queue:
    """The three lists. Most urgent first, then by the time the call is due."""
    callbacks.release_expired(session, now=now)
    waiting = Callback.status == CallbackStatus.WAITING
    is_due, is_later = waiting & (Callback.due_at <= now), waiting & (Callback.due_at > now)
    is_mine = (Callback.status == CallbackStatus.CLAIMED) & (Callback.claimed_by == staff.id)
    found = Queue(
        due=_rows(session, is_due, now),
        due_count=_count(session, is_due),
        later=_rows(session, is_later, now, by_time=True),
        later_count=_count(session, is_later),
        mine=_rows(session, is_mine, now),
    )
    shown = [str(row.lead.id) for row in (*found.due, *found.later, *found.mine)]
    audit.note(session, actor(staff.id), "queue.viewed", "queue", "-", now=now, leads=shown)
    return found


def _rows(
    session: Session, condition: ColumnElement[bool], now: datetime, *, by_time: bool = False
) -> list[QueueRow]:
    order = (Callback.due_at,) if by_time else (Callback.urgency.desc(), Callback.due_at)
    with_family = joinedload(Callback.lead).joinedload(Lead.contact)
    wanted = select(Callback).where(condition).options(with_family, selectinload(Callback.attempts))
    return [_row(callback, now) for callback in session.scalars(wanted.order_by(*order).limit(_LISTED))]


def _row(callback: Callback, now: datetime) -> QueueRow:
    lead = callback.lead
    may = may_call(whereabouts(lead), now, requested=callback.requested)
    return QueueRow(callback, lead, lead.contact.first_name, len(callback.attempts), may)


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Callback).where(condition)) or 0


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A call made earlier, by whom, with what came of it."""

    attempt: CallAttempt
    staff_name: str


@dataclass(frozen=True, kw_only=True)
class CallScreen:
    """One call with all that its screen shows. `running` is the call under way, which shows the number.

    `unsigned`: rows of the guidance behind the list that no clinician has signed as they stand.
    """

    callback: Callback
    lead: Lead
    mine: bool
    permission: Permission
    running: CallAttempt | None
    consents: Sequence[tuple[ConsentEvent, ConsentWording]]
    match_set: MatchSet | None
    unsigned: Sequence[str]
    history: Sequence[Timed]
    holder: str | None


def call_screen(session: Session, callback_id: UUID, staff: Staff, *, now: datetime) -> CallScreen | None:
    """The screen for whoever has the call, read-only for a supervisor; None for everybody else.

    None as well when there is no such call: the two cannot be told apart.
    """
    callback = _whole(session, callback_id)
    if callback is None:
        return None
    mine = callback.status == CallbackStatus.CLAIMED and callback.claimed_by == staff.id
    if not mine and staff.role != Role.SUPERVISOR:
        return None
    if mine:
        callbacks.renew(session, callback, now=now)
    audit.note(session, actor(staff.id), "lead.viewed", "lead", callback.lead_id, now=now, mine=mine)
    return CallScreen(
        callback=callback,
        lead=callback.lead,
        mine=mine,
        permission=may_ring(session, callback, callback.lead, now=now),
        running=callbacks.running(session, callback, now=now) if mine else None,
        consents=_consents(session, callback.lead_id),
        match_set=_match_set(session, callback.lead_id),
        unsigned=guidance.unsigned_rows(session, callback.lead),
        history=_history(session, callback.lead_id),
        holder=_name(session, callback.claimed_by),
    )


def _whole(session: Session, callback_id: UUID) -> Callback | None:
    family = joinedload(Callback.lead)
    wanted = select(Callback).where(Callback.id == callback_id)
    return session.scalars(
        wanted.options(family.joinedload(Lead.contact), family.joinedload(Lead.patient))
    ).one_or_none()


def _consents(session: Session, lead_id: UUID) -> Sequence[tuple[ConsentEvent, ConsentWording]]:
    wanted = select(ConsentEvent, ConsentWording).join(
        ConsentWording, ConsentWording.sha256 == ConsentEvent.wording_sha256
    )
    found = session.execute(wanted.where(ConsentEvent.lead_id == lead_id).order_by(ConsentEvent.at))
    return [(event, wording) for event, wording in found]


def _match_set(session: Session, lead_id: UUID) -> MatchSet | None:
    matches = selectinload(MatchSet.matches)
    place = matches.joinedload(Match.location).joinedload(Location.centre)
    wanted = select(MatchSet).where(MatchSet.lead_id == lead_id, MatchSet.current)
    return session.scalars(wanted.options(matches.joinedload(Match.doctor), place)).one_or_none()


def _history(session: Session, lead_id: UUID) -> Sequence[Timed]:
    made: Select[CallAttempt, str] = select(CallAttempt, Staff.name).join(
        Staff, Staff.id == CallAttempt.staff_id
    )
    found = session.execute(
        made.where(CallAttempt.lead_id == lead_id).order_by(CallAttempt.started_at.desc())
    )
    return [Timed(attempt=attempt, staff_name=name) for attempt, name in found]


def _name(session: Session, staff_id: UUID | None) -> str | None:
    staff = session.get(Staff, staff_id) if staff_id else None
    return staff.name if staff else None
