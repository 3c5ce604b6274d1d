"""One call on one screen: the family, every request of theirs, what may be done. Every look is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from intake.models.callback import CallAttempt, Callback
from intake.models.consent import ConsentEvent, ConsentWording
from intake.models.directory import Location
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.models.staff import Staff
from intake.rules.facts import Channel
from intake.services import audit, callbacks, families, guidance, mail_replies, mailings, owners, suppressions
from intake.services.choices import chosen_of, off_list
from intake.services.permissions import Permission, may_ring
from intake.services.staff import Role, actor
from intake.services.timeline import Entry, timeline


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request with its own consents and its own list of doctors. `lead` has its people loaded.

    `mail`: works, none, reply (one waits to be read), refused (the last one was), or why nothing may be sent
    to their address.
    `unsigned`: rows of the guidance behind the list that no clinician has signed as they stand.
    `chosen`: ids of the doctors that were sent from a call; `off_list`: those of them that the list lacks.
    """

    lead: Lead
    consents: Sequence[tuple[ConsentEvent, ConsentWording]]
    match_set: MatchSet | None
    unsigned: Sequence[str]
    chosen: frozenset[UUID]
    off_list: Sequence[Match]
    mail: str


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of the family that may be chosen, and whether it may be rung now. Never shown before."""

    lead: Lead
    permission: Permission


@dataclass(frozen=True, kw_only=True)
class CallScreen:
    """One call with all that its screen shows. `running` is the call under way, which shows the number.

    `requests`: the one that the call is for, then the family's others. `colleagues` may be given the call.
    """

    callback: Callback
    requests: Sequence[Request]
    numbers: Sequence[Number]
    mine: bool
    running: CallAttempt | None
    timeline: Sequence[Entry]
    holder: str | None
    colleagues: Sequence[Staff]

    @property
    def lead(self) -> Lead:
        return self.requests[0].lead

    @property
    def permission(self) -> Permission:
        return self.numbers[0].permission

    @property
    def rung(self) -> Lead:
        """Whose number is being rung."""
        ids = {request.lead.id: request.lead for request in self.requests}
        return ids.get(self.running.lead_id, self.lead) if self.running else self.lead

    @property
    def may_show_number(self) -> bool:
        """False when a correction meanwhile made it a number that asked us not to ring."""
        blind = self.rung.contact.phone_blind
        return not any(one.permission.never for one in self.numbers if one.lead.contact.phone_blind == blind)


def call_screen(session: Session, callback_id: UUID, staff: Staff, *, now: datetime) -> CallScreen | None:
    """The screen for whoever has the call, read-only for a supervisor; None for everybody else.

    None as well when there is no such call: the two cannot be told apart.
    """
    callback = _whole(session, callback_id)
    if callback is None:
        return None
    mine = callbacks.is_held(callback, staff.id)
    if not mine and staff.role != Role.SUPERVISOR:
        return None
    if mine:
        callbacks.renew(session, callback, now=now)
    leads = _leads(session, callback)
    for lead in leads:
        audit.note(session, actor(staff.id), "lead.viewed", "lead", lead.id, now=now, mine=mine)
    return CallScreen(
        callback=callback,
        requests=[request(session, lead) for lead in leads],
        numbers=_numbers(session, callback, leads, now=now),
        mine=mine,
        running=callbacks.running(session, callback, now=now) if mine else None,
        timeline=timeline(session, leads),
        holder=_name(session, callback.claimed_by),
        colleagues=owners.colleagues(session, staff.id) if mine else (),
    )


def request(session: Session, lead: Lead) -> Request:
    """Everything of one request; `lead.contact` and `lead.patient` must be loaded."""
    return Request(
        lead=lead,
        consents=_consents(session, lead.id),
        match_set=_match_set(session, lead.id),
        unsigned=guidance.unsigned_rows(session, lead),
        chosen=chosen_of(session, lead.id),
        off_list=off_list(session, lead.id),
        mail=_mail(session, lead),
    )


def _mail(session: Session, lead: Lead) -> str:
    blind = lead.contact.email_blind
    if blind is None:
        return "none"
    why = suppressions.why_suppressed(session, Channel.EMAIL, blind, asked_at=lead.created_at)
    if why or mail_replies.waits(session, lead.id, blind):
        return why or "reply"
    return "refused" if mailings.was_refused(session, lead.id, blind) else "works"


def _whole(session: Session, callback_id: UUID) -> Callback | None:
    family = joinedload(Callback.lead)
    wanted = select(Callback).where(Callback.id == callback_id)
    return session.scalars(
        wanted.options(family.joinedload(Lead.contact), family.joinedload(Lead.patient))
    ).one_or_none()


def _leads(session: Session, callback: Callback) -> list[Lead]:
    """The call's own request first, then the family's others, newest first. Spam and tests stay out."""
    others = [lead for lead in families.members(session, callback.lead) if lead.id != callback.lead_id]
    return [callback.lead, *(lead for lead in others if lead.marked is None)]


def _numbers(session: Session, callback: Callback, leads: Sequence[Lead], *, now: datetime) -> list[Number]:
    """Each number once, that of the call's own request first."""
    found: dict[bytes | None, Number] = {}
    for lead in leads:
        blind = lead.contact.phone_blind
        if blind not in found and (blind is not None or not found):
            found[blind] = Number(lead=lead, permission=may_ring(session, callback, lead, now=now))
    return list(found.values())


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


def _name(session: Session, staff_id: UUID | None) -> str | None:
    staff = session.get(Staff, staff_id) if staff_id else None
    return staff.name if staff else None
