"""What the record says of a person who is to be contacted, over all their numbers and requests."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, any_, bindparam, func, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
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


_Stops: TypeAlias = dict[bytes | None, tuple[str, datetime]]

_IDS, _BLINDS = bindparam("ids", type_=ARRAY(Uuid())), bindparam("blinds", type_=ARRAY(LargeBinary()))
_STOPS = select(
    Suppression.reason,
    Suppression.created_at,
    null().cast(Uuid),
    null().cast(Uuid),
    null().cast(LargeBinary),
    Suppression.address_blind,
).where(Suppression.channel == Channel.CALL, Suppression.address_blind == any_(_BLINDS))
# At the lead, its family, its phone or its email.
_ATTEMPTS = (
    select(null(), CallAttempt.started_at, Lead.id, Lead.family_id, Contact.email_blind, Contact.phone_blind)
    .join(Lead, Lead.id == CallAttempt.lead_id)
    .join(Contact)
    .where(
        CallAttempt.started_at > bindparam("since"),
        CallAttempt.basis != THEY_RANG,
        or_(
            *(column == any_(_IDS) for column in (Lead.id, Lead.family_id)),
            *(column == any_(_BLINDS) for column in (Contact.phone_blind, Contact.email_blind)),
        ),
    )
)
_STOPS_AND_ATTEMPTS = union_all(_STOPS, _ATTEMPTS)


def for_calls(session: Session, leads: Sequence[Lead], *, now: datetime) -> dict[UUID, Standing]:
    """Each lead's standing for a call, in one query for all of them. Contacts must be loaded."""
    stopped, tried = _record(session, leads, since=now - _LONGEST_CAP)
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


def _is_stopped(stopped: _Stops, lead: Lead) -> bool:
    found = stopped.get(lead.contact.phone_blind)
    return found is not None and suppressions.binds(*found, lead.created_at)


def _record(
    session: Session, leads: Sequence[Lead], *, since: datetime
) -> tuple[_Stops, dict[UUID, list[datetime]]]:
    """Each stop of calls by its phone; every recent attempt of ours at each lead's person."""
    keys = {lead.id: _keys(lead) for lead in leads}
    anyone = set().union(*keys.values())
    ids, blinds = ([key for key in anyone if isinstance(key, kind)] for kind in (UUID, bytes))
    stopped: _Stops = {}
    tried: dict[UUID, list[datetime]] = defaultdict(list)
    for reason, at, *theirs in session.execute(
        _STOPS_AND_ATTEMPTS, {"ids": ids, "blinds": blinds, "since": since}
    ):
        if reason is not None:
            stopped[theirs[-1]] = reason, at
            continue
        for lead_id, own in keys.items():
            if own & set(theirs):
                tried[lead_id].append(at)
    return stopped, tried


def _keys(lead: Lead) -> set[UUID | bytes]:
    """What an attempt at the same person shares with this lead: one of these."""
    known = (lead.id, lead.family_id, lead.contact.phone_blind, lead.contact.email_blind)
    return {key for key in known if key is not None}
