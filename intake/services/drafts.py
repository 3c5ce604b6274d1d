"""Answers not sent yet: kept seven days under a random cookie, sealed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from intake import later
from intake.crypto import keyring
from intake.db import new_token
from intake.models.lead import Draft

KEPT_FOR = timedelta(days=7)
# Built once: on the way of every request for help.
_FIND = select(Draft).where(Draft.token_blind == bindparam("token"), Draft.expires_at > bindparam("now"))
_FIND_AND_HOLD = _FIND.with_for_update()
_CLEAR = delete(Draft).where(Draft.id == bindparam("draft"))


def start(session: Session, *, now: datetime) -> tuple[Draft, str]:
    """A new empty draft and the token for its cookie."""
    token = new_token()
    draft = Draft(
        token_blind=keyring().blind("draft", token),
        submission_id=str(uuid4()),
        created_at=now,
        expires_at=now + KEPT_FOR,
        answers={},
    )
    session.add(draft)
    return draft, token


def find(session: Session, token: str | None, *, now: datetime, hold: bool = False) -> Draft | None:
    """The draft behind a cookie, unless it is older than seven days.

    `hold` keeps it until the commit: of two clicks on Send the second waits, and finds None when the
    first has sent and cleared it.
    """
    if not token:
        return None
    asked = {"token": keyring().blind("draft", token), "now": now}
    return session.scalars(_FIND_AND_HOLD if hold else _FIND, asked).one_or_none()


def save(draft: Draft, new_answers: dict[str, Any], *, now: datetime) -> None:
    """Keep the answers, for seven days from now."""
    draft.answers = new_answers
    draft.expires_at = now + KEPT_FOR


def clear(session: Session, draft: Draft) -> None:
    later.run(session, _CLEAR, {"draft": draft.id})


def drop_expired(session: Session, *, now: datetime) -> None:
    session.execute(delete(Draft).where(Draft.expires_at <= now))
