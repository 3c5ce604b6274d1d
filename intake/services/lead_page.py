"""A request as staff see it when nobody is being rung: found by search, read, audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.staff import Staff
from intake.services import audit, families
from intake.services.call_screen import Request, request
from intake.services.pool import OPEN
from intake.services.queue_page import staff_names
from intake.services.staff import actor
from intake.services.timeline import Entry, timeline


@dataclass(frozen=True, kw_only=True)
class LeadPage:
    """`requests`: this one, then the family's others, spam and tests too. `call`: the one that is open."""

    requests: Sequence[Request]
    timeline: Sequence[Entry]
    call: Callback | None
    holder: str | None


def lead_page(session: Session, lead: Lead, staff: Staff, *, now: datetime) -> LeadPage:
    """`lead` has its people loaded."""
    leads = [lead, *(one for one in families.members(session, lead) if one.id != lead.id)]
    for one in leads:
        audit.note(session, actor(staff.id), "lead.viewed", "lead", one.id, now=now, found=True)
    wanted = select(Callback).where(OPEN, Callback.lead_id.in_([one.id for one in leads]))
    call = session.scalars(wanted.order_by(Callback.due_at)).first()
    names = staff_names(session, [call.claimed_by] if call else [])
    return LeadPage(
        requests=[request(session, one) for one in leads],
        timeline=timeline(session, leads),
        call=call,
        holder=names.get(call.claimed_by) if call and call.claimed_by else None,
    )
