"""Addresses that must not be contacted: keyed hashes, asked again in the moment of contact."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.models.mailing import Suppression
from intake.rules.facts import Channel

# Not a word of theirs: the address does not work. Staff may lift it when they hear that it does.
BOUNCED = "bounced"


def suppress(session: Session, channel: Channel, blind: bytes, *, reason: str, now: datetime) -> None:
    """Never contact this address over this channel again. Saying it twice is harmless; a word of
    theirs outweighs a bounce."""
    row = {"id": uuid4(), "channel": channel, "address_blind": blind, "reason": reason, "created_at": now}
    new = insert(Suppression).values(row)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Suppression.channel, Suppression.address_blind],
            set_={"reason": new.excluded.reason, "created_at": new.excluded.created_at},
            where=(Suppression.reason == BOUNCED) & (new.excluded.reason != BOUNCED),
        )
    )


def is_suppressed(session: Session, channel: Channel, blind: bytes | None) -> bool:
    """Whether this address said stop. An address we do not have cannot be contacted either."""
    return blind is None or why_suppressed(session, channel, blind) is not None


def why_suppressed(session: Session, channel: Channel, blind: bytes) -> str | None:
    """The reason that is kept, or None."""
    asked = select(Suppression.reason).where(
        Suppression.channel == channel, Suppression.address_blind == blind
    )
    return session.scalars(asked).one_or_none()


def lift_bounce(session: Session, blind: bytes) -> None:
    """The family says that the address works. A stop cannot be lifted this way."""
    bounced = (Suppression.channel == Channel.EMAIL) & (Suppression.reason == BOUNCED)
    session.execute(delete(Suppression).where(bounced, Suppression.address_blind == blind))
