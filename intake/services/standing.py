"""What the record says of a person who is to be contacted, over all their numbers and requests."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from intake.models.callback import THEY_RANG, CallAttempt
from intake.models.lead import Contact, Lead
from intake.models.mailing import Suppression
from intake.rules.call_rules import CALL_RULES
from intake.rules.facts import Channel
from intake.rules.may_contact import Standing
from intake.services import suppressions

_LONGEST_CAP = max(
    [timedelta(hours=CALL_RULES.house.cap_hours), *(row.cap[1] for row in CALL_RULES.rows if row.cap)]
)


def for_calls(session: Session, leads: Sequence[Lead], *, now: datetime) -> dict[UUID, Standing]:
    """Each lead's standing for a call, in two queries for all of them. Contacts must be loaded."""
    stopped = _stopped(session, Channel.CALL, [lead.contact.phone_blind for lead in leads])
    tried = _attempts(session, leads, since=now - _LONGEST_CAP)
    return {
        lead.id: Standing(
            reachable=lead.contact.phone_blind is not None,
            stopped=_is_stopped(stopped, lead),
            asked_at=lead.created_at,
            contacted=tried[lead.id],
        )
        for lead in leads
    }


def hold_person(session: Session, lead: Lead) -> None:
    """Until the commit nobody else decides about calling this person: attempts are counted one by one."""
    raw = {key.bytes if isinstance(key, UUID) else key for key in _keys(lead)}
    for key in sorted(raw):
        number = int.from_bytes(key[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def _stopped(
    session: Session, channel: Channel, blinds: Iterable[bytes | None]
) -> dict[bytes | None, tuple[str, datetime]]:
    """Reason and time of each stop, by the address it is for."""
    asked = {blind for blind in blinds if blind is not None}
    wanted = select(Suppression.address_blind, Suppression.reason, Suppression.created_at).where(
        Suppression.channel == channel, Suppression.address_blind.in_(asked)
    )
    return {blind: (reason, at) for blind, reason, at in session.execute(wanted)} if asked else {}


def _is_stopped(stopped: dict[bytes | None, tuple[str, datetime]], lead: Lead) -> bool:
    found = stopped.get(lead.contact.phone_blind)
    return found is not None and suppressions.binds(*found, lead.created_at)


def _attempts(session: Session, leads: Sequence[Lead], *, since: datetime) -> dict[UUID, list[datetime]]:
    """Every recent attempt of ours at each lead's person: at the lead, its family, its phone or its email."""
    keys = {lead.id: _keys(lead) for lead in leads}
    anyone = set().union(*keys.values())
    columns = (Lead.id, Lead.family_id, Contact.phone_blind, Contact.email_blind)
    made = select(CallAttempt.started_at, *columns).join(Lead, Lead.id == CallAttempt.lead_id).join(Contact)
    ids, blinds = ([key for key in anyone if isinstance(key, kind)] for kind in (UUID, bytes))
    same = or_(*(column.in_(ids) for column in columns[:2]), *(column.in_(blinds) for column in columns[2:]))
    found: dict[UUID, list[datetime]] = defaultdict(list)
    counts = (CallAttempt.started_at > since) & (CallAttempt.basis != THEY_RANG)
    for started_at, *theirs in session.execute(made.where(same, counts)):
        for lead_id, own in keys.items():
            if own & set(theirs):
                found[lead_id].append(started_at)
    return found


def _keys(lead: Lead) -> set[UUID | bytes]:
    """What an attempt at the same person shares with this lead: one of these."""
    known = (lead.id, lead.family_id, lead.contact.phone_blind, lead.contact.email_blind)
    return {key for key in known if key is not None}
