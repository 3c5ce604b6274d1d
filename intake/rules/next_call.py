"""When the next call is due: the first moment that the family's wish, the law and the office allow.

Pure. All arithmetic is on stretches of UTC, so that clock changes need no case of their own.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake.errors import BadInput
from intake.rules.call_rules import CALL_RULES
from intake.rules.calling_hours import in_utc, lawful_times
from intake.rules.facts import CallDay
from intake.rules.intervals import DAY, Interval, Window, days_from, intersection, local_interval
from intake.rules.wishes import CallPlan, CallWish, DueBecause, NextCall

FURTHEST_DAYS = 366


def next_call(plan: CallPlan, *, now: datetime, not_before: datetime | None = None) -> NextCall:
    """The first moment for the call the family asked for, within 21 days of the day they asked for.

    A wish that no hour can meet moves on to the next callable hour, which is no longer a call at
    the time they asked: the state's stricter hours bind it where any hour satisfies them.
    Raises BadInput when the office is closed throughout, or for a date more than a year away.
    """
    start = max(in_utc(now), in_utc(not_before or now))
    search = _Search(plan, start, _wished_day(plan, start), requested=True)
    found = search.first(plan.wish.window)
    if found:
        return replace(found, reason=_reason(search, found))
    moved = _Search(plan, start, search.wished, requested=False).after_wish() or search.after_wish()
    if moved is None:
        raise BadInput(
            f"No call is possible in the {CALL_RULES.house.search_days} days from {search.wished}: "
            "the office is closed whenever the family may be called. Check its hours and holidays."
        )
    unsure = len(plan.where.zones) > 1
    return replace(moved, reason=DueBecause.PLACE_UNSURE if unsure else _reason(search, moved))


def first_in_part(plan: CallPlan, start: datetime, *, requested: bool) -> NextCall | None:
    """The first moment from `start` in the part of the day that the plan's wish names, or None."""
    return _Search(plan, start, _wished_day(plan, start), requested=requested).first(plan.wish.window)


def _wished_day(plan: CallPlan, start: datetime) -> date:
    """The family's own date to begin from. Raises BadInput for one more than a year away."""
    today = start.astimezone(plan.where.clocks[0]).date()
    wished = plan.wish.on if plan.wish.on and plan.wish.day is not CallDay.NEXT_FREE else today
    if wished > today + timedelta(days=FURTHEST_DAYS):
        raise BadInput(f"{wished.isoformat()} is more than a year away. Choose a nearer date.")
    return wished


class _Search:
    """The callable stretches of one family from a day on, worked out once."""

    def __init__(self, plan: CallPlan, start: datetime, wished: date, *, requested: bool) -> None:
        self.plan, self.wished, self.requested = plan, wished, requested
        clock = plan.where.clocks[0]
        self.asked = local_interval(wished, plan.wish.window, clock)
        self.start = max(start, datetime.combine(wished, time.min, clock).astimezone(UTC))
        self.lawful = lawful_times(plan.where, self.start, requested=requested)
        office = plan.office.open_times(self.start.date(), CALL_RULES.house.search_days)
        self.callable = intersection(self.lawful, office)

    def first(self, window: Window) -> NextCall | None:
        """The first moment in a part of the family's day: on all clocks, else on the likeliest."""
        if window == DAY:
            return self._soonest(self.callable, self.start)
        for clocks in (self.plan.where.clocks, self.plan.where.clocks[:1]):
            times = self.callable
            for clock in clocks:
                times = intersection(times, self._daily(window, clock))
            found = self._soonest(times, self.start, room=_room())
            if found:
                return found
        return None

    def after_wish(self) -> NextCall | None:
        """The first callable moment that is no earlier than the wish: a moved call moves on, never back."""
        return self._soonest(self.callable, max(self.start, self.asked[0]))

    def _daily(self, window: Window, clock: ZoneInfo) -> list[Interval]:
        first = self.start.astimezone(clock).date() - timedelta(days=1)
        days = days_from(first, CALL_RULES.house.search_days + 2)
        return [local_interval(day, window, clock) for day in days]

    def _soonest(
        self, times: list[Interval], start: datetime, *, room: timedelta = timedelta(0)
    ) -> NextCall | None:
        """The first stretch, `start` on, with enough room left for a call to begin in it."""
        for begin, end in times:
            due = max(begin, start)
            if due + room <= end and due < end:
                by = self._promise(due) if self.plan.wish.anytime else end
                zone = self.plan.where.zones[0]
                return NextCall(due, by, zone, DueBecause.AS_ASKED, self.requested)
        return None

    def _promise(self, due: datetime) -> datetime:
        """The promised minutes counted in callable time: a promise made at 20:58 is kept next morning."""
        left = timedelta(minutes=self.plan.promise_minutes)
        rest = intersection(self.callable, [(due, self.callable[-1][1])])
        for begin, end in rest:
            if begin + left <= end:
                return begin + left
            left -= end - begin
        return rest[-1][1]


def _room() -> timedelta:
    return timedelta(minutes=CALL_RULES.house.min_room_minutes)


def _reason(search: _Search, found: NextCall) -> DueBecause:
    """Why the call is not when they asked: the time is gone, the law forbids it, the office is shut."""
    wish, asked = search.plan.wish, search.asked
    if wish.anytime:
        asked = (search.start, search.start + timedelta(microseconds=1))
    if asked[0] <= found.due_at < asked[1] or _keeps_part(wish, found):
        return DueBecause.AS_ASKED
    if not wish.anytime and asked[1] - _room() < search.start:
        return DueBecause.TIME_PASSED
    return DueBecause.OFFICE_CLOSED if intersection(search.lawful, [asked]) else DueBecause.CALLING_RULES


def _keeps_part(wish: CallWish, found: NextCall) -> bool:
    """Whether `the next free morning` has become a morning, whichever."""
    return wish.day is CallDay.NEXT_FREE and not wish.anytime and found.requested
