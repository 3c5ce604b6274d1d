"""What comes after a call: the ladder of tries, a time they asked for, or nothing. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from intake.errors import BadInput
from intake.rules.call_rules import CALL_RULES
from intake.rules.calling_hours import in_utc
from intake.rules.facts import DayPart
from intake.rules.hours import minutes_of
from intake.rules.may_contact import cap_opens_at
from intake.rules.next_call import first_in_part, next_call
from intake.rules.outcomes import NextStep, Outcome
from intake.rules.wishes import PART_WINDOWS, CallPlan, CallWish, DueBecause, NextCall


def next_attempt(
    plan: CallPlan, attempts: Sequence[datetime], *, outcome: Outcome, now: datetime
) -> NextCall | None:
    """The next try after nobody was reached, or None when the ladder is exhausted.

    `attempts`: the instants of every try of this call, the last one included. At most six in the
    14 days from the first, at most three in any 24 hours. With `outcome.other_part` the next try is
    in another part of the day, the least tried first; the part the family asked for counts as one
    try fewer.
    """
    house = CALL_RULES.house
    end = min(attempts, default=now) + timedelta(days=house.ladder_days)
    if len(attempts) >= house.ladder_attempts:
        return None
    start = _after_cap(plan, attempts, in_utc(now) + _wait(len(attempts), outcome))
    found = _best(plan, attempts, start) if outcome.other_part else _retry(plan, start, DayPart.ANY)
    return found if found and found.due_at < end else None


def _wait(tries: int, outcome: Outcome) -> timedelta:
    """The outcome's own wait, and for an unanswered call the ladder's: longer after every try."""
    own = timedelta(minutes=outcome.wait_minutes)
    steps = CALL_RULES.house.ladder_wait_hours
    step = timedelta(hours=steps[min(tries, len(steps)) - 1]) if tries and outcome.other_part else own
    return max(own, step)


def _after_cap(plan: CallPlan, attempts: Sequence[datetime], start: datetime) -> datetime:
    opens = cap_opens_at(attempts, plan.where, now=start)
    return max(start, opens) if opens else start


def part_of_day(instant: datetime, clock: ZoneInfo) -> DayPart:
    """The part of the family's day an instant falls in; the night counts with its nearer neighbour."""
    minutes = minutes_of(instant.astimezone(clock).time())
    if minutes < PART_WINDOWS[DayPart.MORNING][1]:
        return DayPart.MORNING
    return DayPart.AFTERNOON if minutes < PART_WINDOWS[DayPart.AFTERNOON][1] else DayPart.EVENING


def _best(plan: CallPlan, attempts: Sequence[datetime], start: datetime) -> NextCall | None:
    """The soonest try in the least tried part of the day but the last one."""
    tried = [part_of_day(attempt, plan.where.clocks[0]) for attempt in sorted(attempts)]
    parts = [part for part in PART_WINDOWS if part is not DayPart.ANY and part not in tried[-1:]]
    found = [(tried.count(part) - (part is plan.wish.part), _retry(plan, start, part)) for part in parts]
    possible = [(tries, call.due_at, call) for tries, call in found if call]
    if possible:
        return min(possible, key=lambda entry: entry[:2])[2]
    return _retry(plan, start, DayPart.ANY)


def _retry(plan: CallPlan, start: datetime, part: DayPart) -> NextCall | None:
    """The first moment in a part of the day. Only the part they asked for counts as requested.

    When no hour suits the hours of every state they may be in, what they asked for still stands.
    """
    again = replace(plan, wish=CallWish(part=part))
    agreed = part is plan.wish.part and part is not DayPart.ANY
    found = first_in_part(again, start, requested=agreed)
    if found is None and part is DayPart.ANY:
        found = first_in_part(again, start, requested=True)
    return replace(found, reason=DueBecause.TRY_AGAIN) if found else None


def follow_up(
    plan: CallPlan,
    attempts: Sequence[datetime],
    *,
    outcome: Outcome,
    now: datetime,
    asked: CallWish | None = None,
) -> NextCall | None:
    """What an outcome leads to: the next call owed, or None when none is (or the ladder has ended).

    `asked`: when they asked to be called, needed by an outcome whose next step is AT_TIME. Raises
    BadInput when it is missing.
    """
    if outcome.next is NextStep.NONE:
        return None
    if outcome.next is NextStep.RETRY:
        return next_attempt(plan, attempts, outcome=outcome, now=now)
    if outcome.next is NextStep.AT_TIME and asked is None:
        raise BadInput("Enter the day and the time at which they asked to be called.")
    wish = asked or CallWish(part=plan.wish.part)
    start = _after_cap(plan, attempts, in_utc(now) + timedelta(days=outcome.later_days))
    return next_call(replace(plan, wish=wish), now=now, not_before=start)
