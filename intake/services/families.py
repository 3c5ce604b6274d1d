"""Leads with the same phone or email are one family, linked silently: no public page shows it.

Locks are taken in one order everywhere: the addresses, then the families, then their calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from intake import later
from intake.errors import BadInput
from intake.models.callback import Callback
from intake.models.family import Family, FamilyApart
from intake.models.lead import Contact, Lead
from intake.rules.facts import Channel
from intake.services import audit, family_calls, suppressions
from intake.services.leads import get_lead

LINKER = "desk"
# An address that more families share than these is a switchboard or abuse: the newest are looked at.
_MOST_SHARING = 20
_OWN = func.bool_or(Lead.id == bindparam("lead_id"))
_SHARING = (
    select(Lead.family_id, _OWN)
    .join(Contact, Contact.lead_id == Lead.id)
    .where(
        or_(
            Contact.lead_id == bindparam("lead_id"),
            Contact.phone_blind == bindparam("phone"),
            Contact.email_blind == bindparam("email"),
        ),
        Lead.family_id.is_not(None),
    )
    .group_by(Lead.family_id)
    .order_by(_OWN.desc(), func.max(Lead.created_at).desc())
    .limit(1 + _MOST_SHARING)
)
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_JOIN = update(Lead).where(Lead.id == bindparam("joining")).values(family_id=bindparam("family"))


@dataclass(frozen=True)
class Linked:
    """The family of a lead. `new`: made in this transaction, so that nobody else can see or hold it yet."""

    family_id: UUID
    new: bool = False


def link(session: Session, lead: Lead, *, now: datetime, by: str = LINKER) -> Linked:
    """The lead's family: that of whoever shares its phone or email, else a new one. Safe to repeat.

    Families that the lead joins together become one, unless staff parted them. `lead.contact` must
    be loaded.
    """
    _lock_addresses(session, lead.contact)
    sharing = _sharing(session, lead)
    if not sharing:
        return Linked(_join_new(session, lead, now=now, by=by), new=True)
    own, *others = sharing
    for found in others:
        if not _are_apart(session, own, found):
            own = _merge(session, own, found, now=now, by=by)
    if lead.family_id != own:
        lead.family_id = own
        audit.note(session, by, "family.linked", "lead", lead.id, now=now, family=str(own))
    session.flush()
    return Linked(own)


def merge(session: Session, lead: Lead, other: Lead, *, now: datetime, by: str) -> UUID:
    """Staff know that two requests are of one family. Nothing of either is lost; their calls become one."""
    for one in (lead, other):
        link(session, one, now=now, by=by)
    session.refresh(lead, ["family_id"])
    own, found = lead.family_id, other.family_id
    assert own is not None
    assert found is not None
    if own == found:
        return own
    low, high = sorted((own, found))
    session.execute(delete(FamilyApart).where(FamilyApart.family_id == low, FamilyApart.other_id == high))
    return _merge(session, own, found, now=now, by=by)


def part(session: Session, lead: Lead, *, now: datetime, by: str) -> UUID:
    """Staff know that a request is not this family's: it gets a family of its own, for good.

    Calls that were taken into one another across the parting are owed again. Raises BadInput when
    the lead is alone.
    """
    old = family_calls.lock(session, lead)
    others = select(Lead.id).where(Lead.family_id == old, Lead.id != lead.id).limit(1)
    if old is None or session.scalars(others).first() is None:
        raise BadInput("This request is linked with no other.")
    new = _new_family(session, now)
    lead.family_id = new
    low, high = sorted((old, new))
    session.add(FamilyApart(family_id=low, other_id=high))
    session.flush()
    session.execute(update(Callback).where(Callback.lead_id == lead.id).values(family_id=new))
    family_calls.owe_again(session, lead.id, now=now)
    for family_id in (old, new):
        family_calls.gather(session, family_id, now=now)
    audit.note(session, by, "family.parted", "lead", lead.id, now=now, family=str(new), left=str(old))
    return new


def members(session: Session, lead: Lead) -> Sequence[Lead]:
    """Every request of the lead's family, newest first; the lead alone when it has none yet."""
    mine = Lead.id == lead.id if lead.family_id is None else Lead.family_id == lead.family_id
    people = (joinedload(Lead.contact), joinedload(Lead.patient))
    return session.scalars(select(Lead).where(mine).options(*people).order_by(Lead.created_at.desc())).all()


def member(session: Session, callback: Callback, lead_id: UUID | None) -> Lead:
    """One request of the family that the call is for: the call's own unless another is named.

    Raises BadInput when there is none such.
    """
    own = get_lead(session, callback.lead_id)
    if lead_id in (None, own.id):
        return own
    found = [lead for lead in members(session, own) if lead.id == lead_id]
    if not found:
        raise BadInput("Choose one of the numbers on the page.")
    return found[0]


def other_number(session: Session, lead: Lead) -> Lead | None:
    """Another request of the family with a number that may be rung, the newest; None when there is none."""
    for other in members(session, lead):
        blind = other.contact.phone_blind
        rings = blind is not None and blind != lead.contact.phone_blind
        asked_at = other.created_at
        if rings and not suppressions.is_suppressed(session, Channel.CALL, blind, asked_at=asked_at):
            return other
    return None


def _lock_addresses(session: Session, contact: Contact) -> None:
    """Two requests from one phone at the same moment take turns."""
    keys = sorted(_key(blind) for blind in (contact.phone_blind, contact.email_blind) if blind)
    if keys:
        later.ask(session, _TAKE_TURNS, {"keys": keys})


def _key(blind: bytes) -> int:
    return int.from_bytes(blind[:8], "big", signed=True)


def _sharing(session: Session, lead: Lead) -> list[UUID]:
    """The lead's own family as it is now, then those with a lead of the same phone or email, newest first."""
    contact = lead.contact
    asked = {"lead_id": lead.id, "phone": contact.phone_blind, "email": contact.email_blind}
    rows = later.ask(session, _SHARING, asked).all()
    set_committed_value(lead, "family_id", next((found for found, own in rows if own), None))
    return [found for found, _ in rows]


def _join_new(session: Session, lead: Lead, *, now: datetime, by: str) -> UUID:
    """Nobody shares anything with this lead: a family of its own, without waiting for an answer."""
    family = Family(created_at=now)
    later.append(session, family)
    later.run(session, _JOIN, {"joining": lead.id, "family": family.id})
    set_committed_value(lead, "family_id", family.id)
    audit.note(session, by, "family.linked", "lead", lead.id, now=now, family=str(family.id))
    return family.id


def _are_apart(session: Session, one: UUID, other: UUID) -> bool:
    low, high = sorted((one, other))
    return session.get(FamilyApart, (low, high)) is not None


def _new_family(session: Session, now: datetime) -> UUID:
    family = Family(created_at=now)
    session.add(family)
    session.flush()
    return family.id


def _merge(session: Session, keep: UUID, other: UUID, *, now: datetime, by: str) -> UUID:
    """Everything of `other` goes to `keep`; its open calls wait to be taken into the one call."""
    locked = select(Family.id).where(Family.id.in_((keep, other))).order_by(Family.id).with_for_update()
    if set(session.scalars(locked)) != {keep, other}:
        return keep
    session.execute(update(Lead).where(Lead.family_id == other).values(family_id=keep))
    session.execute(
        update(Callback)
        .where(Callback.family_id == other, Callback.closed_at.is_(None))
        .values(family_id=None)
    )
    session.execute(update(Callback).where(Callback.family_id == other).values(family_id=keep))
    _keep_apart(session, keep, other)
    session.execute(delete(Family).where(Family.id == other))
    audit.note(session, by, "family.merged", "family", keep, now=now, merged=str(other))
    family_calls.gather(session, keep, now=now)
    return keep


def _keep_apart(session: Session, keep: UUID, other: UUID) -> None:
    """Whoever was parted from `other` is parted from the family it becomes."""
    pairs = select(FamilyApart).where((FamilyApart.family_id == other) | (FamilyApart.other_id == other))
    for pair in session.scalars(pairs):
        third = pair.other_id if pair.family_id == other else pair.family_id
        if third != keep:
            low, high = sorted((keep, third))
            values = {"family_id": low, "other_id": high}
            session.execute(insert(FamilyApart).values(values).on_conflict_do_nothing())
