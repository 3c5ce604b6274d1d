"""Whether somebody at a status link is the family it was made for."""

import hmac

from sqlalchemy.orm import Session

from intake.models.lead import Contact
from intake.services.status_page import lead_of


def contact_matches(session: Session, token: str, given: str) -> bool:
    """Whether `given`, a phone (E.164) or an email, is what was given with this request.

    An extension behind the number is not asked for again. An unknown token is answered like a
    wrong number.
    """
    lead = lead_of(session, token)
    return lead is not None and any(_same(given, ours) for ours in _ways(lead.contact))


def _ways(contact: Contact) -> list[str]:
    return [way for way in (contact.phone, contact.email) if way]


def _same(given: str, ours: str) -> bool:
    plain = [text.partition(";")[0].casefold().encode() for text in (given, ours)]
    return hmac.compare_digest(*plain)
