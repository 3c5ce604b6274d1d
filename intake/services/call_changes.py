"""A family changes the call it is owed, on its own page: another time, none at all, or one again."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.errors import BadInput
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.organisation import Organisation
from intake.rules.facts import CallDay
from intake.rules.next_call import next_call
from intake.rules.statuses import CallbackStatus, LeadStatus, change
from intake.rules.wishes import CallWish
from intake.services import audit, family_calls, outbox
from intake.services.call_plans import call_plan
from intake.workflow import Event

_OPEN = (CallbackStatus.WAITING, CallbackStatus.CLAIMED)


class CallUnderWay(BadInput):
    """An advocate has the call in front of her: nothing can be changed any more."""


def may_change(lead: Lead, callback: Callback | None) -> bool:
    """Whether the page offers a change: not while a nurse is at it, nor once the request is closed."""
    claimed = callback is not None and callback.status == CallbackStatus.CLAIMED
    return lead.status == LeadStatus.OPEN and bool(lead.contact.phone_blind) and not claimed


def ask_for_call(
    session: Session, lead: Lead, wish: CallWish, organisation: Organisation, *, now: datetime
) -> None:
    """Move the call to what is wished now, or owe one again. Raises CallUnderWay.

    Raises BadInput, with nothing changed, when the office has no hour for it. A call that others of the
    family wait for as well is never moved to later than they were promised.
    """
    call = _own_open(session, lead)
    found = next_call(replace(call_plan(lead, organisation), wish=wish), now=now)
    lead.wants_call = True
    lead.call_day, lead.call_on, lead.call_part = _dated(wish)
    if call is None:
        outbox.record(session, Event.CALL_ASKED, lead.id, now=now)
    elif found.due_at <= call.due_at or not family_calls.has_taken_in(session, call):
        call.due_at, call.promise_by = found.due_at, found.promise_by
        call.due_because, call.requested = found.reason, found.requested
        call.version += 1
    audit.note(session, "visitor", "call.asked", "lead", lead.id, now=now)


def call_off(session: Session, lead: Lead, *, now: datetime) -> None:
    """No call, and the doctors stay. Raises CallUnderWay."""
    call = _own_open(session, lead)
    lead.wants_call = False
    if call is not None:
        family_calls.hand_over(session, call, now=now)
        call.status = change(CallbackStatus(call.status), CallbackStatus.CANCELLED)
        call.closed_at, call.family_id, call.version = now, None, call.version + 1
        session.flush()
        if lead.family_id is not None:
            family_calls.gather(session, lead.family_id, now=now)
    audit.note(session, "visitor", "call.called_off", "lead", lead.id, now=now)


def _own_open(session: Session, lead: Lead) -> Callback | None:
    wanted = select(Callback).where(Callback.lead_id == lead.id, Callback.status.in_(_OPEN))
    call = session.scalars(wanted.with_for_update()).one_or_none()
    if call is not None and call.status == CallbackStatus.CLAIMED:
        raise CallUnderWay("an advocate has this call in front of her")
    return call


def _dated(wish: CallWish) -> tuple[str, date | None, str]:
    """As the lead stores it. "Today" is the day it was said, so it is kept as a date."""
    if wish.day is CallDay.TODAY:
        return CallDay.ON_DATE, wish.on, wish.part
    return wish.day, wish.on, wish.part
