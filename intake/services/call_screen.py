"""One call on one screen. Every look at a family is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from intake.models.callback import CallAttempt, Callback
from intake.models.consent import ConsentEvent, ConsentWording
from intake.models.directory import Location
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.models.staff import Staff
from intake.rules.statuses import CallbackStatus
from intake.services import audit, callbacks, guidance
from intake.services.permissions import Permission, may_ring
from intake.services.staff import Role, actor


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
