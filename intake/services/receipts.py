"""Why was this contact allowed? What a call rested on, as it was kept when the call was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import CallAttempt
from intake.models.consent import ConsentEvent, ConsentWording
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.services import audit
from intake.services.staff import Role, actor


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One call with its caller, and the consents that had been given by then."""

    attempt: CallAttempt
    lead: Lead
    caller: str
    consents: Sequence[tuple[ConsentEvent, ConsentWording]]


def receipt(session: Session, attempt_id: UUID, staff: Staff, *, now: datetime) -> Receipt | None:
    """For a supervisor or whoever made the call; None for others, as for one that is not there."""
    attempt = session.get(CallAttempt, attempt_id)
    if attempt is None or (staff.role != Role.SUPERVISOR and attempt.staff_id != staff.id):
        return None
    lead = session.get_one(Lead, attempt.lead_id)
    caller = session.get_one(Staff, attempt.staff_id).name
    audit.note(session, actor(staff.id), "receipt.viewed", "lead", lead.id, now=now, attempt=str(attempt.id))
    return Receipt(attempt=attempt, lead=lead, caller=caller, consents=_consents(session, attempt))


def _consents(session: Session, attempt: CallAttempt) -> Sequence[tuple[ConsentEvent, ConsentWording]]:
    shown = select(ConsentEvent, ConsentWording).join(
        ConsentWording, ConsentWording.sha256 == ConsentEvent.wording_sha256
    )
    then = shown.where(ConsentEvent.lead_id == attempt.lead_id, ConsentEvent.at <= attempt.started_at)
    return [(event, words) for event, words in session.execute(then.order_by(ConsentEvent.at))]
