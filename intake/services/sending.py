"""The last step of a draft: one sender at a time."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.crypto import keyring
from intake.models.lead import Draft


def lock_draft(session: Session, token: str | None, *, now: datetime) -> Draft | None:
    """The draft behind a cookie, held until the commit: of two clicks on Send, the second waits.

    When the first has sent and cleared it, the second finds None.
    """
    if not token:
        return None
    blind = keyring().blind("draft", token)
    wanted = select(Draft).where(Draft.token_blind == blind, Draft.expires_at > now)
    return session.scalars(wanted.with_for_update()).one_or_none()
