"""Index the last names again: the key of the index is not in the database, so no migration can do it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.lead import Contact
from intake.services.blind import last_name_blind
from intake.services.resealing import BATCH, FIRST, Page


def index_some(session: Session, after: UUID = FIRST) -> Page:
    """The next people by id, as names are folded today. A repeat changes nothing."""
    page = select(Contact).where(Contact.id > after).order_by(Contact.id).limit(BATCH).with_for_update()
    rows = session.scalars(page).all()
    for contact in rows:
        contact.last_name_blind = last_name_blind(contact.last_name)
    return Page(rows[-1].id if rows else None, len(rows))
