"""What the rules about calling need to know of a lead."""

from intake.models.lead import Lead
from intake.organisation import Organisation
from intake.rules.calling_hours import Whereabouts
from intake.rules.facts import CallDay, DayPart, Stage, TreatmentStatus
from intake.rules.wishes import CallPlan, CallWish

URGENT = 1
# In the order of the queue.
URGENCIES = (URGENT, 0)


def call_plan(lead: Lead, organisation: Organisation) -> CallPlan:
    """The family's wish and place beside the office's hours and promise."""
    return CallPlan(
        wish=call_wish(lead),
        where=whereabouts(lead),
        office=organisation.office,
        promise_minutes=organisation.promise_minutes,
    )


def whereabouts(lead: Lead) -> Whereabouts:
    """Every zone the phone may ring in."""
    return Whereabouts(tuple(lead.time_zones), lead.state)


def call_wish(lead: Lead) -> CallWish:
    """What was asked for on the form; TODAY is the family's own date when they sent it."""
    day = CallDay(lead.call_day or CallDay.NEXT_FREE)
    sent_on = lead.created_at.astimezone(whereabouts(lead).clocks[0]).date()
    return CallWish(
        day=day,
        on=sent_on if day is CallDay.TODAY else lead.call_on,
        part=DayPart(lead.call_part or DayPart.ANY),
    )


def urgency(lead: Lead) -> int:
    """1 for stage 4 or a recurrence elsewhere, which come first in the queue, else 0."""
    urgent = lead.stage == Stage.FOUR or lead.treatment_status == TreatmentStatus.DISTANT_RECURRENCE
    return URGENT if urgent else 0
