"""Put a lead's call into the advocates' queue at an hour the family may and wants to be called."""

from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from intake import later
from intake.config import Settings
from intake.db import insert_new
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.organisation import Organisation
from intake.rules.next_call import next_call
from intake.rules.statuses import CallbackStatus, LeadStatus
from intake.rules.wishes import NextCall
from intake.services import families, family_calls, office
from intake.services.call_plans import call_plan, urgency
from intake.services.leads import get_lead
from intake.services.skills import needs_of

_INSERT = insert_new(Callback)


def schedule_callback(session: Session, lead_id: UUID, now: datetime) -> None:
    """Find the lead's family, silently, and store the call owed.

    A lead that has an open call keeps it; one that wants none gets none. A family that is owed a call
    already is owed one still, no later than either was.
    """
    lead = get_lead(session, lead_id)
    linked = families.link(session, lead, now=now)
    if not lead.wants_call or lead.status != LeadStatus.OPEN:
        return
    due = next_call(call_plan(lead, office.current(session, organisation())), now=now)
    if linked.new:
        later.run(session, _INSERT, _row(lead, due, now, family_id=linked.family_id))
        return
    family_id = family_calls.lock(session, lead)
    session.execute(_INSERT, _row(lead, due, now))
    if family_id is not None:
        family_calls.gather(session, family_id, now=now)


def link_duplicates(session: Session, lead_id: UUID, now: datetime) -> None:
    """Find the family anew: a phone or email was corrected."""
    families.link(session, get_lead(session, lead_id), now=now)


@cache
def organisation() -> Organisation:
    """This process's organisation, with the start values of its calendar."""
    return Settings.from_env().organisation


def _row(lead: Lead, due: NextCall, now: datetime, *, family_id: UUID | None = None) -> dict[str, object]:
    return {
        "id": uuid4(),
        "lead_id": lead.id,
        "family_id": family_id,
        "status": CallbackStatus.WAITING,
        "created_at": now,
        "due_at": due.due_at,
        "promise_by": due.promise_by,
        "due_because": due.reason,
        "requested": due.requested,
        "urgency": urgency(lead),
        "needs": needs_of(lead),
        "version": 1,
    }
