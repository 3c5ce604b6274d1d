"""Addresses that must not be contacted: keyed hashes, asked again in the moment of contact."""

from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.models.mailing import Suppression
from intake.rules.facts import Channel
from intake.services import restore_ledger
from intake.services.restore_ledger import Kind

# Not a word of theirs: the address does not work. Staff may lift it when they hear that it does.
BOUNCED = "bounced"
# Their data was deleted: nobody contacts them for what came before, whatever is imported or restored.
ERASED = "erased"
# Their own word outweighs these, and an erasure a bounce.
_WEAK = (BOUNCED, ERASED)


class Stop(NamedTuple):
    """Who is not contacted over which channel, why, and since when."""

    channel: str
    blind: bytes
    reason: str
    at: datetime


def suppress(session: Session, channel: Channel, blind: bytes, *, reason: str, now: datetime) -> None:
    """Never contact this address over this channel again. Saying it twice is harmless; a word of
    theirs outweighs a bounce."""
    if store(session, Stop(channel, blind, reason, now)):
        restore_ledger.remember(session, Kind.STOPPED, blind, channel=channel, reason=reason, now=now)


def store(session: Session, stop: Stop) -> bool:
    """The row alone; False when the same was said before."""
    row = {"id": uuid4(), "channel": stop.channel, "address_blind": stop.blind}
    new = insert(Suppression).values({**row, "reason": stop.reason, "created_at": stop.at})
    stored = session.execute(
        new.on_conflict_do_update(
            index_elements=[Suppression.channel, Suppression.address_blind],
            set_={"reason": new.excluded.reason, "created_at": new.excluded.created_at},
            where=Suppression.reason.in_(_WEAK) & (new.excluded.reason != BOUNCED),
        ).returning(Suppression.id)
    )
    return stored.first() is not None


def is_suppressed(session: Session, channel: Channel, blind: bytes | None, *, asked_at: datetime) -> bool:
    """Whether a request of then may not be answered there. None cannot be used either."""
    return blind is None or why_suppressed(session, channel, blind, asked_at=asked_at) is not None


def why_suppressed(session: Session, channel: Channel, blind: bytes, *, asked_at: datetime) -> str | None:
    """The reason that is kept and binds a request of then, or None."""
    wanted = select(Suppression.reason, Suppression.created_at).where(
        Suppression.channel == channel, Suppression.address_blind == blind
    )
    found = session.execute(wanted).one_or_none()
    return found.reason if found and binds(found.reason, found.created_at, asked_at) else None


def lift_bounce(session: Session, blind: bytes, *, now: datetime) -> None:
    """The family says that the address works. A stop cannot be lifted this way."""
    bounced = (Suppression.channel == Channel.EMAIL) & (Suppression.reason == BOUNCED)
    lifted = delete(Suppression).where(bounced, Suppression.address_blind == blind)
    if session.execute(lifted.returning(Suppression.id)).first():
        restore_ledger.remember(session, Kind.LIFTED, blind, channel=Channel.EMAIL, reason=BOUNCED, now=now)


def forget(session: Session, channel: str, blind: bytes, reason: str) -> None:
    """The row alone, when it is there for this reason."""
    same = (Suppression.channel == channel) & (Suppression.address_blind == blind)
    session.execute(delete(Suppression).where(same, Suppression.reason == reason))


def lift(session: Session, stop: Suppression, *, now: datetime) -> None:
    """A stop that was written down by mistake is taken back."""
    session.delete(stop)
    restore_ledger.remember(
        session, Kind.LIFTED, stop.address_blind, channel=stop.channel, reason=stop.reason, now=now
    )


def binds(reason: str, stopped_at: datetime, asked_at: datetime) -> bool:
    """Whether a stop binds a request. One that came with an erasure leaves later requests of theirs free."""
    return reason != ERASED or asked_at <= stopped_at
