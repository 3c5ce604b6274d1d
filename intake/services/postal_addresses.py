"""Where a family's letters go: given on a form, kept sealed, corrected when the post brought one back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.models.letter import PostalAddress
from intake.rules.post import Address


def address_of(session: Session, lead_id: UUID) -> PostalAddress | None:
    return session.scalars(select(PostalAddress).where(PostalAddress.lead_id == lead_id)).one_or_none()


def keep(
    session: Session, lead_id: UUID, address: Address, *, large_print: bool, now: datetime
) -> PostalAddress:
    """Keep the address of a lead in place of the one before it; a letter that came back is forgiven."""
    kept = address_of(session, lead_id)
    if kept is None:
        kept = PostalAddress(lead_id=lead_id)
        session.add(kept)
    kept.recipient, kept.line_1, kept.line_2 = address.recipient, address.line_1, address.line_2 or None
    kept.city, kept.state, kept.zip = address.city, address.state, address.zip
    kept.address_blind = blind(address)
    kept.large_print, kept.given_at, kept.returned_at = large_print, now, None
    session.flush()
    return kept


def read(kept: PostalAddress) -> Address:
    """The address in clear, for an envelope or a form."""
    return Address(
        recipient=kept.recipient,
        line_1=kept.line_1,
        line_2=kept.line_2 or "",
        city=kept.city,
        state=kept.state,
        zip=kept.zip,
    )


def blind(address: Address) -> bytes:
    """The keyed hash of a door: what a stop goes by, also when it is typed another way later."""
    return keyring().blind("post", address.key)
