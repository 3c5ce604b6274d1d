"""What comes after a call: the ladder of tries, a time they asked for, or nothing."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import BadInput
from intake.rules.calling_hours import OfficeHours, Whereabouts
from intake.rules.facts import CallDay, DayPart
from intake.rules.follow_up import follow_up, next_attempt, part_of_day
from intake.rules.may_contact import cap_opens_at, may_call
from intake.rules.outcomes import OUTCOMES, NextStep, Outcome
from intake.rules.wishes import CallPlan, CallWish, DueBecause
from intake.rules.zones import STATES

ALWAYS = OfficeHours.round_the_clock("America/Chicago")
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)  # one in the afternoon in New York, a Monday
DAY = timedelta(days=1)

retries = st.sampled_from([outcome for outcome in OUTCOMES.values() if outcome.next is NextStep.RETRY])


def plan(state: str | None = "NY", part: DayPart = DayPart.ANY) -> CallPlan:
    return CallPlan(CallWish(part=part), Whereabouts(state=state), ALWAYS, promise_minutes=30)


def ladder(asked: CallPlan, code: str = "no_answer", first: datetime = NOW) -> list[datetime]:
    """Every try until the ladder ends, each made the moment it is due."""
    attempts = [first]
    while call := next_attempt(asked, attempts, outcome=OUTCOMES[code], now=attempts[-1]):
        attempts.append(call.due_at)
    return attempts


@given(
    first=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    state=st.sampled_from([None, *STATES]),
    part=st.sampled_from(DayPart),
    outcome=retries,
)
def test_ladder_keeps_its_limits_from_wherever_it_starts(
    first: datetime, state: str | None, part: DayPart, outcome: Outcome
) -> None:
    asked, attempts = plan(state, part), [first]
    while call := next_attempt(asked, attempts, outcome=outcome, now=attempts[-1]):
        assert call.due_at - attempts[-1] >= timedelta(minutes=outcome.wait_minutes)
        assert cap_opens_at(attempts, asked.where, now=call.due_at) is None
        assert may_call(asked.where, call.due_at, requested=call.requested).allowed
        assert call.reason is DueBecause.TRY_AGAIN
        attempts.append(call.due_at)
    assert len(attempts) <= 6
    assert attempts[-1] - first < 14 * DAY


def test_unanswered_calls_go_to_another_part_of_the_day_each_time() -> None:
    clock = ZoneInfo("America/New_York")
    parts = [part_of_day(attempt, clock) for attempt in ladder(plan())]
    assert len(parts) == 6
    assert all(one is not other for one, other in pairwise(parts))
    assert set(parts) == {DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING}


def test_part_they_asked_for_is_tried_most_often_and_counts_as_requested() -> None:
    clock, asked = ZoneInfo("America/New_York"), plan(part=DayPart.EVENING)
    parts = [part_of_day(attempt, clock) for attempt in ladder(asked)]
    assert parts.count(DayPart.EVENING) == max(map(parts.count, parts))
    evening = next_attempt(asked, [NOW], outcome=OUTCOMES["no_answer"], now=NOW)
    assert evening is not None
    assert evening.requested
    morning = next_attempt(asked, [NOW, evening.due_at], outcome=OUTCOMES["no_answer"], now=evening.due_at)
    assert morning is not None
    assert not morning.requested


@pytest.mark.parametrize(("wished", "hour"), [(DayPart.EVENING, 17), (DayPart.ANY, 9)])
def test_part_they_asked_for_comes_first_when_all_were_tried(wished: DayPart, hour: int) -> None:
    tried = [
        datetime(2026, 11, day, hour, tzinfo=ZoneInfo("America/New_York"))
        for day, hour in ((19, 17), (20, 8), (23, 13))
    ]
    call = next_attempt(plan(part=wished), tried, outcome=OUTCOMES["no_answer"], now=tried[-1])
    assert call is not None
    assert call.due_at.astimezone(ZoneInfo("America/New_York")).hour == hour


def test_tries_lie_further_apart_the_more_there_were() -> None:
    gaps = [later - earlier for earlier, later in pairwise(ladder(plan()))]
    assert gaps[-1] >= timedelta(hours=92)
    assert ladder(plan())[-1] - NOW > 7 * DAY


def test_busy_line_is_tried_again_in_half_an_hour_until_the_cap() -> None:
    attempts = ladder(plan("FL"), "busy")
    assert attempts[1] - attempts[0] == timedelta(minutes=30)
    assert attempts[3] - attempts[0] >= DAY
    assert len(attempts) == 6


def test_ladder_ends_when_fourteen_days_are_over() -> None:
    call = next_attempt(plan(), [NOW - 13 * DAY], outcome=OUTCOMES["busy"], now=NOW)
    assert call is not None
    assert next_attempt(plan(), [NOW - 14 * DAY], outcome=OUTCOMES["busy"], now=NOW) is None


def test_ladder_goes_on_when_no_hour_suits_every_place_they_may_be() -> None:
    either = CallPlan(
        CallWish(), Whereabouts(("America/New_York", "Pacific/Guam")), ALWAYS, promise_minutes=30
    )
    assert len(ladder(either)) == 6


def test_wish_for_a_time_sets_the_next_call_when_they_asked() -> None:
    asked = CallWish(CallDay.ON_DATE, date(2026, 11, 25), at=time(15, 15))
    call = follow_up(plan(), [NOW], outcome=OUTCOMES["asked_time"], now=NOW, asked=asked)
    assert call is not None
    assert call.due_at == datetime(2026, 11, 25, 20, 15, tzinfo=UTC)
    assert call.requested


def test_wish_for_a_time_waits_for_the_cap_when_three_were_made_today() -> None:
    attempts = [NOW - timedelta(hours=hours) for hours in (2, 1, 0)]
    soon = CallWish(CallDay.TODAY)
    call = follow_up(plan(), attempts, outcome=OUTCOMES["asked_time"], now=NOW, asked=soon)
    assert call is not None
    assert call.due_at == attempts[0] + DAY


def test_outcome_that_needs_a_time_is_refused_without_one() -> None:
    with pytest.raises(BadInput, match="day and the time"):
        follow_up(plan(), [NOW], outcome=OUTCOMES["asked_time"], now=NOW)


@pytest.mark.parametrize(("code", "days"), [("not_ready", 7), ("distressed", 1)])
def test_call_follows_days_later_when_the_outcome_says_so(code: str, days: int) -> None:
    call = follow_up(plan(), [NOW], outcome=OUTCOMES[code], now=NOW)
    assert call is not None
    assert call.due_at == NOW + days * DAY


@pytest.mark.parametrize("code", OUTCOMES)
def test_every_outcome_leads_to_a_call_or_closes_it(code: str) -> None:
    outcome = OUTCOMES[code]
    call = follow_up(plan(), [NOW], outcome=outcome, now=NOW, asked=CallWish())
    assert (call is None) is outcome.closes_callback


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (7, "morning"),
        (8, "morning"),
        (11, "morning"),
        (12, "afternoon"),
        (16, "afternoon"),
        (17, "evening"),
        (23, "evening"),
    ],
)
def test_part_of_the_day_is_read_on_the_family_s_clock(hour: int, part: str) -> None:
    clock = ZoneInfo("Pacific/Honolulu")
    assert part_of_day(datetime(2026, 11, 1, hour, 59, tzinfo=clock), clock) == part
