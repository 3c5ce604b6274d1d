"""What the family waited and what staff could have used of it: nights, holidays, clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.rules.calling_hours import OfficeHours, Whereabouts
from intake.rules.clocks import Clocks, Wait, clocks, workable_times
from intake.rules.may_contact import may_call
from intake.rules.zones import STATES

SIX_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "Pacific/Honolulu",
)
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WEEKDAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")
ALWAYS = OfficeHours.round_the_clock("America/Chicago")
CHICAGO = OfficeHours.from_table({"zone": "America/Chicago", **WEEKDAYS, "sun": "09:00-17:00"})

instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
places = st.builds(
    Whereabouts,
    st.lists(st.sampled_from(SIX_ZONES), min_size=1, max_size=2, unique=True).map(tuple),
    st.sampled_from([None, *STATES]),
)
windows = st.sampled_from(["closed", "09:00-17:00", "08:30-12:00", "00:00-24:00"])
holidays = st.dictionaries(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.just(()), max_size=20)


@st.composite
def offices(draw: st.DrawFn) -> OfficeHours:
    week = {day: draw(windows) for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
    zone = draw(st.sampled_from(SIX_ZONES))
    return OfficeHours.from_table({"zone": zone, "sun": "10:00-14:00", **week}, draw(holidays))


def at(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def measured(
    asked_at: datetime,
    until: datetime,
    *,
    zone: str = "America/Chicago",
    office: OfficeHours = CHICAGO,
    due_at: datetime | None = None,
) -> Clocks:
    wait = Wait(where=Whereabouts((zone,)), asked_at=asked_at, due_at=due_at or asked_at, until=until)
    return clocks(wait, office)


def test_night_is_waited_and_not_workable() -> None:
    friday = date(2026, 11, 20)
    answer = measured(
        at("America/Chicago", friday, 16, 30), at("America/Chicago", friday + timedelta(3), 9, 20)
    )
    assert answer.waited == timedelta(days=2, hours=16, minutes=50)
    assert answer.workable == timedelta(minutes=30 + 8 * 60 + 20)  # Friday, Sunday, Monday


def test_nothing_is_workable_before_the_hour_they_asked_for() -> None:
    day = date(2026, 11, 24)
    asked, due, rung = (at("America/Chicago", day, hour) for hour in (10, 14, 15))
    assert measured(asked, rung, due_at=due) == Clocks(5 * HOUR, HOUR)


def test_holiday_of_the_office_is_waited_and_not_workable() -> None:
    thanksgiving = date(2026, 11, 26)
    office = OfficeHours.from_table({"zone": "America/Chicago", **WEEKDAYS}, {thanksgiving: ()})
    start, end = (at("America/Chicago", thanksgiving + timedelta(day), 12) for day in (-1, 1))
    assert measured(start, end, office=office) == Clocks(48 * HOUR, 8 * HOUR)


def test_short_day_counts_its_own_hours() -> None:
    eve = date(2026, 12, 24)
    office = OfficeHours.from_table({"zone": "America/Chicago", **WEEKDAYS}, {eve: ((540, 720),)})
    start = at("America/Chicago", eve, 11)
    assert measured(start, start + 6 * HOUR, office=office).workable == HOUR


def test_only_hours_that_office_and_family_share_are_workable() -> None:
    """The office opens at 9 in Chicago, which is 4 in Honolulu: their phone may ring from 8 on."""
    day = date(2026, 7, 7)
    start = at("America/Chicago", day, 9)
    answer = measured(start, start + 8 * HOUR, zone="Pacific/Honolulu")
    assert answer == Clocks(8 * HOUR, 4 * HOUR)


@pytest.mark.parametrize("zone", SIX_ZONES)
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_callable_day_has_thirteen_hours_when_the_clocks_change(zone: str, day: date) -> None:
    """The change is at night; from eight to nine at night stays thirteen hours on every clock."""
    start = at(zone, day, 0)
    answer = measured(start, at(zone, day + timedelta(1), 0), zone=zone, office=ALWAYS)
    changes = ZoneInfo(zone).utcoffset(datetime(2026, 1, 1)) != ZoneInfo(zone).utcoffset(datetime(2026, 7, 1))
    length = 24 * HOUR + ((HOUR if day == AUTUMN else -HOUR) if changes else timedelta(0))
    assert answer == Clocks(length, 13 * HOUR)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 7), (AUTUMN, 9)])
def test_office_s_night_shift_is_as_long_as_the_night_was(day: date, hours: int) -> None:
    office = OfficeHours.from_table({"zone": "America/New_York", "hours": "00:00-08:00"})
    (shift,) = [(a, b) for a, b in office.open_times(day, 1) if a == at("America/New_York", day, 0)]
    assert shift[1] - shift[0] == hours * HOUR
    # Awake at nine at night in Honolulu, when the shift in New York has run for three or four hours.
    honolulu = Whereabouts(("Pacific/Honolulu",))
    ((_, ends),) = workable_times(honolulu, office, shift, requested=True)
    assert ends == at("Pacific/Honolulu", day - timedelta(1), 21)


@settings(max_examples=60, deadline=None)
@given(where=places, office=offices(), start=instants, minutes=st.integers(0, 1440), requested=st.booleans())
def test_workable_time_is_each_minute_that_is_open_and_lawful(
    where: Whereabouts, office: OfficeHours, start: datetime, minutes: int, requested: bool
) -> None:
    """Counted again minute by minute with the two rules that the desk asks, not with stretches."""
    start = start.replace(second=0, microsecond=0)
    end = start + minutes * MINUTE
    stretches = workable_times(where, office, (start, end), requested=requested)
    step, instant, counted = 15 * MINUTE, start, 0
    while instant < end:
        is_workable = office.is_open(instant) and may_call(where, instant, requested=requested).allowed
        assert is_workable == any(begin <= instant < stop for begin, stop in stretches), instant
        counted += is_workable
        instant += step
    assert all(start <= begin < stop <= end for begin, stop in stretches)


@given(where=places, office=offices(), start=instants, first=st.integers(0, 90), second=st.integers(0, 90))
def test_two_waits_in_a_row_are_as_long_as_the_one_over_both(
    where: Whereabouts, office: OfficeHours, start: datetime, first: int, second: int
) -> None:
    def between(begin: datetime, end: datetime) -> Clocks:
        return clocks(Wait(where=where, asked_at=begin, due_at=begin, until=end), office)

    middle, end = start + first * 7 * HOUR, start + (first + second) * 7 * HOUR
    whole, parts = between(start, end), (between(start, middle), between(middle, end))
    assert whole.waited == sum((part.waited for part in parts), timedelta(0))
    assert whole.workable == sum((part.workable for part in parts), timedelta(0))
    assert timedelta(0) <= whole.workable <= whole.waited
