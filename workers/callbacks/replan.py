"""The office changed its hours: calls planned for a time when it is closed move to one when it is open."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from intake.models.callback import Callback
from intake.rules.calling_hours import OfficeHours, local_time
from intake.rules.follow_up import part_of_day
from intake.rules.next_call import FURTHEST_DAYS, next_call
from intake.rules.statuses import CallbackStatus
from intake.rules.wishes import AGREED_TIME_MINUTES, CallPlan, CallWish, DueBecause
from intake.services import audit, office, outbox, promises
from intake.services.call_plans import call_plan
from intake.workflow import Event
from workers.callbacks.schedule import organisation

AT_ONCE = 500
_AGREED = timedelta(minutes=AGREED_TIME_MINUTES)


def replan_calls(session: Session, office_id: UUID, now: datetime) -> None:
    """Move up to AT_ONCE calls; ask for another turn when there may be more. A repeat does nothing."""
    brand = office.current(session, organisation())
    wrong = list(_at_closed_hours(session, brand.office, now))[:AT_ONCE]
    with_lead = select(Callback).where(Callback.id.in_(wrong), Callback.status == CallbackStatus.WAITING)
    rows = with_lead.options(joinedload(Callback.lead)).with_for_update(of=Callback, skip_locked=True)
    for callback in session.scalars(rows):
        _move(session, callback, call_plan(callback.lead, brand), now=now)
    if len(wrong) == AT_ONCE:
        outbox.record(session, Event.OFFICE_CHANGED, office_id, now=now)


def _at_closed_hours(session: Session, hours: OfficeHours, now: datetime) -> Iterator[UUID]:
    open_times = hours.open_times(now.date(), FURTHEST_DAYS + 30)
    starts = [start for start, _ in open_times]
    planned = select(Callback.id, Callback.due_at).where(
        Callback.status == CallbackStatus.WAITING, Callback.due_at > now
    )
    for callback_id, due_at in session.execute(planned.order_by(Callback.due_at), execution_options=_STREAM):
        place = bisect_right(starts, due_at) - 1
        if place < 0 or due_at >= open_times[place][1]:
            yield callback_id


_STREAM = {"yield_per": 2000}


def _move(session: Session, callback: Callback, plan: CallPlan, *, now: datetime) -> None:
    """To the same time of day as was promised, on the next day that has it."""
    found = next_call(replace(plan, wish=_wish(callback, plan)), now=now, not_before=callback.due_at)
    audit.note(
        session, "desk", "callback.moved", "callback", callback.id, now=now,
        was=callback.due_at.isoformat(), due=found.due_at.isoformat(),
    )  # fmt: skip
    promises.moved(session, callback, now=now)
    callback.due_at, callback.promise_by = found.due_at, found.promise_by
    callback.due_because, callback.requested = DueBecause.OFFICE_CLOSED, found.requested


def _wish(callback: Callback, plan: CallPlan) -> CallWish:
    if callback.promise_by - callback.due_at <= _AGREED:
        return CallWish(at=local_time(plan.where, callback.due_at).time())
    return CallWish(part=part_of_day(callback.due_at, plan.where.clocks[0]))
