"""Whether somebody at a status link is the family it was made for."""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.crypto import keyring
from intake.models.lead import Contact, Lead


def contact_matches(session: Session, token: str, given: str) -> bool:
    """Whether `given`, a phone (E.164) or an email, is what was given with this request.

    An extension behind the number is not asked for again. An unknown token is answered like a
    wrong number.
    """
    wanted = select(Lead).where(Lead.status_token_blind == keyring().blind("status", token))
    lead = session.scalars(wanted.options(joinedload(Lead.contact))).one_or_none()
    return lead is not None and any(_same(given, ours) for ours in _ways(lead.contact))


def _ways(contact: Contact) -> list[str]:
    return [way for way in (contact.phone, contact.email) if way]


def _same(given: str, ours: str) -> bool:
    plain = [text.partition(";")[0].casefold().encode() for text in (given, ours)]
    return hmac.compare_digest(*plain)
