"""Families that asked for post, and what they gave."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from intake.rules.post import Address
from intake.services import letters
from intake.services.leads import ConsentAnswer, Submitted
from tests.factories import NOON, stored_lead

COLLECT = ConsentAnswer(key="collect", given=True, typed="")


def address(**changes: str) -> Address:
    usual = {
        "recipient": "Ada Example",
        "line_1": "12 Example Street",
        "line_2": "",
        "city": "Houston",
        "state": "TX",
        "zip": "77030",
    }
    return Address(**{**usual, **changes})


def posted_to(
    session: Session,
    *,
    to: Address | None = None,
    large_print: bool = False,
    now: datetime = NOON,
    **lead: Any,
) -> Submitted:
    """A family without email that agreed to letters, with the guide planned and nothing after it."""
    door = to or address()
    agreed = ConsentAnswer(key="post_guide", given=True, typed=", ".join(door.lines))
    usual = {"email": None, "phone": None, "consents": (COLLECT, agreed)}
    sent = stored_lead(session, now=now, **{**usual, **lead})
    session.flush()
    letters.ask_for_guide(session, sent.lead_id, door, large_print=large_print, now=now)
    return sent


def families(session: Session, count: int, **lead: Any) -> list[UUID]:
    """Several of them, each at a door of its own."""
    doors = [address(line_1=f"{number} Example Street") for number in range(1, count + 1)]
    return [posted_to(session, to=door, **lead).lead_id for door in doors]
