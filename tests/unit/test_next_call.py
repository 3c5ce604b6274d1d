"""The first moment that wish, law and office allow; and what was promised with it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import BadInput
from intake.rules.calling_hours import OfficeHours, Whereabouts
from intake.rules.facts import CallDay, DayPart
from intake.rules.intervals import Window
from intake.rules.may_contact import may_call
from intake.rules.next_call import next_call
from intake.rules.wishes import PART_WINDOWS, SAY_DUE_BECAUSE, CallPlan, CallWish, DueBecause, NextCall
from intake.rules.zones import ALL_US_ZONES, STATES

EVERY_ZONE = sorted({zone for state in STATES.values() for zone in state.zones} | set(ALL_US_ZONES))
WEEKDAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")
ALWAYS = OfficeHours.round_the_clock("America/Chicago")
NEW_YORK = OfficeHours.from_table({"zone": "America/New_York", **WEEKDAYS})
EASTERN = ZoneInfo("America/New_York")
SECOND = timedelta(seconds=1)

instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
zone_lists = st.lists(st.sampled_from(EVERY_ZONE), min_size=1, max_size=3, unique=True).map(tuple)
places = st.builds(Whereabouts, zone_lists, st.sampled_from([None, *STATES]))
wishes = st.builds(
    CallWish,
    day=st.sampled_from(CallDay),
    on=st.dates(date(2025, 12, 1), date(2028, 1, 31)),
    part=st.sampled_from(DayPart),
    at=st.none() | st.times(),
)
offices = st.sampled_from([ALWAYS, NEW_YORK])


def plan(wish: CallWish, zone: str = "America/New_York", office: OfficeHours = ALWAYS) -> CallPlan:
    return CallPlan(wish, Whereabouts((zone,), "NY"), office, promise_minutes=30)


def eastern(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=EASTERN).astimezone(UTC)


@given(now=instants, wish=wishes, where=places, office=offices)
def test_due_time_suits_law_office_and_every_zone_whatever_was_wished(
    now: datetime, wish: CallWish, where: Whereabouts, office: OfficeHours
) -> None:
    call = _call(CallPlan(wish, where, office, 30), now)
    if call is None:
        return
    assert call.due_at >= now
    assert call.due_at.tzinfo is UTC
    assert call.due_at < call.promise_by
    assert may_call(where, call.due_at, requested=call.requested).allowed
    assert may_call(where, call.promise_by - SECOND, requested=call.requested).allowed
    assert office.is_open(call.due_at)
    assert all(8 <= call.due_at.astimezone(ZoneInfo(zone)).hour < 21 for zone in where.zones)
    assert call.local_zone == where.zones[0]
    assert SAY_DUE_BECAUSE[call.reason]


def _call(asked: CallPlan, now: datetime) -> NextCall | None:
    """The answer, or None where a date was too far off or the office never meets the family's hours."""
    try:
        return next_call(asked, now=now)
    except BadInput:
        return None


@given(
    now=instants,
    zone=st.sampled_from(EVERY_ZONE),
    part=st.sampled_from(DayPart),
    day=st.sampled_from(CallDay),
)
def test_due_time_is_in_the_part_asked_for_when_the_office_is_always_open(
    now: datetime, zone: str, part: DayPart, day: CallDay
) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    call = next_call(plan(CallWish(day, today, part), zone), now=now)
    local = call.due_at.astimezone(ZoneInfo(zone))
    opens, closes = PART_WINDOWS[part]
    assert opens <= local.hour * 60 + local.minute < closes
    assert local.date() - today <= timedelta(days=1)
    assert call.requested


def test_call_is_due_now_when_everything_is_open() -> None:
    now = eastern(23, 13, 7) + timedelta(seconds=41)
    call = next_call(plan(CallWish()), now=now)
    assert (call.due_at, call.promise_by) == (now, now + timedelta(minutes=30))
    assert call.reason is DueBecause.AS_ASKED


@pytest.mark.parametrize(
    ("step", "due"), [(-1, eastern(23, 8)), (0, eastern(23, 8)), (1, eastern(23, 8) + SECOND)]
)
def test_call_is_due_at_eight_sharp_when_asked_for_around_it(step: int, due: datetime) -> None:
    assert next_call(plan(CallWish()), now=eastern(23, 8) + step * SECOND).due_at == due


@pytest.mark.parametrize(
    ("step", "due"), [(-1, eastern(23, 21) - SECOND), (0, eastern(24, 8)), (1, eastern(24, 8))]
)
def test_call_waits_for_the_morning_when_asked_for_at_nine_at_night(step: int, due: datetime) -> None:
    assert next_call(plan(CallWish()), now=eastern(23, 21) + step * SECOND).due_at == due


def test_promise_is_counted_in_callable_time_when_the_evening_ends_first() -> None:
    call = next_call(plan(CallWish()), now=eastern(23, 20, 50))
    assert (call.due_at, call.promise_by) == (eastern(23, 20, 50), eastern(24, 8, 20))


def test_promise_is_the_end_of_the_window_when_a_part_of_the_day_was_asked_for() -> None:
    call = next_call(plan(CallWish(CallDay.TODAY, None, DayPart.AFTERNOON)), now=eastern(23, 10))
    assert (call.due_at, call.promise_by) == (eastern(23, 12), eastern(23, 17))


MORNING, EVENING = (CallWish(CallDay.TODAY, None, part) for part in (DayPart.MORNING, DayPart.EVENING))
YESTERDAY_EVENING = CallWish(CallDay.TODAY, date(2026, 11, 22), DayPart.EVENING)
FREE_MORNING = CallWish(CallDay.NEXT_FREE, None, DayPart.MORNING)


def dated(day: int, at: time | None = None) -> CallWish:
    return CallWish(CallDay.ON_DATE, date(2026, 11, day), at=at)


@pytest.mark.parametrize(
    ("wish", "now", "office", "due", "reason"),
    [
        (MORNING, eastern(23, 13), ALWAYS, eastern(24, 8), "time_passed"),
        (EVENING, eastern(23, 20, 50), ALWAYS, eastern(24, 17), "time_passed"),
        (EVENING, eastern(23, 20, 45), ALWAYS, eastern(23, 20, 45), "as_asked"),
        (EVENING, eastern(23, 13), NEW_YORK, eastern(24, 9), "office_closed"),
        (YESTERDAY_EVENING, eastern(23, 7), ALWAYS, eastern(23, 17), "time_passed"),
        (FREE_MORNING, eastern(23, 13), ALWAYS, eastern(24, 8), "as_asked"),
        (dated(20), eastern(23, 13), ALWAYS, eastern(23, 13), "time_passed"),
        (dated(28), eastern(23, 13), NEW_YORK, eastern(30, 9), "office_closed"),
        (dated(25, time(15, 15)), eastern(23, 13), ALWAYS, eastern(25, 15, 15), "as_asked"),
        (dated(25, time(22, 15)), eastern(23, 13), ALWAYS, eastern(26, 8), "calling_rules"),
        (CallWish(), eastern(23, 6), ALWAYS, eastern(23, 8), "calling_rules"),
        (CallWish(), eastern(23, 8, 30), NEW_YORK, eastern(23, 9), "office_closed"),
    ],
)
def test_wish_that_cannot_be_met_moves_on_and_says_why(
    wish: CallWish, now: datetime, office: OfficeHours, due: datetime, reason: str
) -> None:
    call = next_call(plan(wish, office=office), now=now)
    assert (call.due_at, call.reason.value) == (due, reason)


def test_agreed_minute_is_kept_for_half_an_hour_then_moves_to_the_next_day() -> None:
    wish = CallWish(CallDay.TODAY, None, at=time(15, 15))
    call = next_call(plan(wish), now=eastern(23, 15, 25))
    assert (call.due_at, call.promise_by) == (eastern(23, 15, 25), eastern(23, 15, 45))
    assert next_call(plan(wish), now=eastern(23, 15, 35)).due_at == eastern(24, 15, 15)


def test_state_hours_bind_when_the_call_is_not_at_the_time_asked_for() -> None:
    rhode_island = Whereabouts(("America/New_York",), "RI")
    evening = CallPlan(CallWish(CallDay.TODAY, None, DayPart.EVENING), rhode_island, ALWAYS, 30)
    assert next_call(evening, now=eastern(28, 13)).due_at == eastern(28, 17)
    asked_on_friday = CallPlan(evening.wish, rhode_island, NEW_YORK, 30)
    call = next_call(asked_on_friday, now=eastern(27, 13))
    assert (call.due_at, call.requested) == (eastern(30, 9), False)


@pytest.mark.parametrize("zone", EVERY_ZONE)
@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
@pytest.mark.parametrize("part", [DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING])
def test_window_is_the_local_one_when_the_clocks_change(zone: str, day: date, part: DayPart) -> None:
    clock = ZoneInfo(zone)
    before = datetime.combine(day - timedelta(days=1), time(22), clock).astimezone(UTC)
    call = next_call(plan(CallWish(CallDay.ON_DATE, day, part), zone), now=before)
    starts, ends = (datetime.combine(day, time(minutes // 60), clock) for minutes in PART_WINDOWS[part])
    assert (call.due_at, call.promise_by) == (starts.astimezone(UTC), ends.astimezone(UTC))
    assert call.reason is DueBecause.AS_ASKED


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 12), (date(2026, 11, 1), 14), (date(2026, 11, 2), 13)]
)
def test_night_is_an_hour_off_when_the_clocks_change(day: date, hours: int) -> None:
    evening = datetime.combine(day - timedelta(days=1), time(19), EASTERN).astimezone(UTC)
    morning = next_call(plan(CallWish(CallDay.ON_DATE, day)), now=evening).due_at
    assert morning - evening == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("Pacific/Guam", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2026, 11, 24, 19, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2026, 11, 24, 18, tzinfo=UTC)),
        ("America/Phoenix", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("America/Puerto_Rico", datetime(2026, 11, 24, 12, tzinfo=UTC)),
    ],
)
def test_date_is_the_family_s_own_when_it_lies_far_away(zone: str, due: datetime) -> None:
    wish = CallWish(CallDay.ON_DATE, date(2026, 11, 24), DayPart.MORNING)
    assert next_call(plan(wish, zone), now=datetime(2026, 11, 22, 12, tzinfo=UTC)).due_at == due


def test_part_is_kept_on_both_clocks_when_the_zone_is_not_certain() -> None:
    tennessee = CallPlan(
        CallWish(CallDay.ON_DATE, date(2026, 11, 24), DayPart.MORNING), Whereabouts(state="TN"), ALWAYS, 30
    )
    call = next_call(tennessee, now=eastern(23, 13))
    assert (call.due_at, call.promise_by) == (eastern(24, 9), eastern(24, 12))


def test_call_is_lawful_everywhere_and_says_so_when_the_place_is_unknown() -> None:
    morning = CallWish(CallDay.TODAY, None, DayPart.MORNING)
    call = next_call(CallPlan(morning, Whereabouts(), ALWAYS, 30), now=eastern(23, 7))
    assert (call.due_at, call.reason) == (eastern(23, 15), DueBecause.PLACE_UNSURE)


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("state", [None, "HI", "AK", "PR", "VI"])
@pytest.mark.parametrize("office_zone", ["America/New_York", "America/Chicago", "America/Los_Angeles"])
@pytest.mark.parametrize("part", DayPart)
def test_office_of_ordinary_hours_reaches_everybody_in_the_states(
    month: int, state: str | None, office_zone: str, part: DayPart
) -> None:
    office = OfficeHours.from_table({"zone": office_zone, **WEEKDAYS})
    anywhere = CallPlan(CallWish(part=part), Whereabouts(state=state), office, 30)
    assert next_call(anywhere, now=eastern(14, 10, month=month)).due_at < eastern(22, 10, month=month)


def test_not_before_holds_the_call_back() -> None:
    call = next_call(plan(CallWish()), now=eastern(23, 13), not_before=eastern(25, 10))
    assert (call.due_at, call.promise_by) == (eastern(25, 10), eastern(25, 10, 30))


def test_office_that_never_meets_the_family_s_hours_is_refused_with_the_mend() -> None:
    nights = OfficeHours.from_table({"zone": "America/New_York", "hours": "02:00-05:00"})
    with pytest.raises(BadInput, match="Check its hours and holidays"):
        next_call(plan(CallWish(), office=nights), now=eastern(23, 13))


def test_call_moves_past_the_holidays_of_the_office() -> None:
    closed: dict[date, tuple[Window, ...]] = {date(2026, 11, day): () for day in range(23, 30)}
    office = OfficeHours.from_table({"zone": "America/New_York", **WEEKDAYS}, closed)
    assert next_call(plan(CallWish(), office=office), now=eastern(23, 13)).due_at == eastern(30, 9)


@pytest.mark.parametrize("on", [date(2028, 1, 1), date.max])
def test_date_more_than_a_year_away_is_refused(on: date) -> None:
    with pytest.raises(BadInput, match="more than a year away"):
        next_call(plan(CallWish(CallDay.ON_DATE, on)), now=eastern(23, 13))


def test_wish_for_a_date_is_refused_when_no_date_is_given() -> None:
    with pytest.raises(BadInput, match="which date"):
        CallWish(CallDay.ON_DATE)
