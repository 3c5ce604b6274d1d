"""A mail of unknown fate: a supervisor decides what is true of it. Nothing else ever sends it again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.mailing import Mailing
from intake.rules.statuses import MailingStatus, change
from intake.services import audit, outbox
from intake.services.mailings import turn
from intake.services.staff import actor
from intake.workflow import Event

LEFT = "left"


class Decision(StrEnum):
    ARRIVED = "arrived"
    AGAIN = "again"
    LEAVE = "leave"


def decide(
    session: Session, mailing_id: UUID, decision: Decision, *, reason: str, staff_id: UUID, now: datetime
) -> None:
    """Keep the decision. Sent again, it is the same mail: same Message-ID, so that mail programs show one.

    Raises BadInput when the mail waits for no decision.
    """
    mailing = session.get(Mailing, mailing_id, with_for_update=True)
    if mailing is None or mailing.status != MailingStatus.UNKNOWN or mailing.because == LEFT:
        raise BadInput("This mail waits for no decision; somebody may have taken it already.")
    if decision is Decision.AGAIN:
        _again(session, mailing, now)
    elif decision is Decision.ARRIVED:
        turn(mailing, MailingStatus.ACCEPTED, answer="a supervisor says that it arrived", now=now)
    else:
        turn(mailing, MailingStatus.UNKNOWN, because=LEFT, now=now)
    audit.note(session, actor(staff_id), f"mailing.{decision}", "mailing", mailing_id, now=now, reason=reason)


def _again(session: Session, mailing: Mailing, now: datetime) -> None:
    mailing.status = change(MailingStatus.UNKNOWN, MailingStatus.PLANNED)
    mailing.due_at, mailing.first_tried_at, mailing.answered_at = now, now, None
    outbox.record(session, Event.MAILING_PLANNED, mailing.id, now=now)
