"""Plan a lead's series: the guide now, the rest later."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.rules.series import load_series, plan
from intake.services.leads import get_lead
from intake.services.mailings import asked_for_mail, plan_mailings


def start_series(session: Session, lead_id: UUID, now: datetime) -> None:
    """Plan every step for a family that agreed to mail; nothing for one that did not.

    An address that said stop earlier gets its steps too: each turns `suppressed` when it is due,
    where staff and the family can see it.
    """
    lead = get_lead(session, lead_id)
    if not asked_for_mail(lead):
        return
    planned = plan(load_series(), submitted_at=lead.created_at, zones=lead.time_zones, now=now)
    plan_mailings(session, lead, {step.step.name: step.due_at for step in planned}, now=now)
