"""May this family be called now? Boundaries, clock changes, states, doubtful places, caps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import BadInput, ConfigError
from intake.rules.calling_hours import (
    OfficeHours,
    Whereabouts,
    candidate_zones,
    local_time,
)
from intake.rules.may_contact import SAY_CALL_REASON, CallReason, cap_opens_at, may_call
from intake.rules.zones import ALL_US_ZONES, STATES

EVERY_ZONE = sorted({zone for state in STATES.values() for zone in state.zones} | set(ALL_US_ZONES))
SPLIT_STATES = sorted(code for code, state in STATES.items() if len(state.zones) > 1)
BOTH_CLOCK_CHANGES = (date(2026, 3, 8), date(2026, 11, 1))
SECOND = timedelta(seconds=1)

instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def at(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def allowed(where: Whereabouts, now: datetime, *, requested: bool = True) -> bool:
    return may_call(where, now, requested=requested).allowed


@pytest.mark.parametrize("zone", EVERY_ZONE)
@pytest.mark.parametrize("day", [*BOTH_CLOCK_CHANGES, date(2026, 7, 4), date(2026, 12, 31)])
def test_call_is_allowed_from_eight_to_nine_local_and_no_second_longer(zone: str, day: date) -> None:
    where = Whereabouts((zone,))
    opens, closes = at(zone, day, 8), at(zone, day, 21)
    assert [allowed(where, opens + step) for step in (-SECOND, 0 * SECOND, SECOND)] == [False, True, True]
    assert [allowed(where, closes + step) for step in (-SECOND, 0 * SECOND, SECOND)] == [True, False, False]
    assert may_call(where, opens - SECOND, requested=True).next_open == opens
    assert may_call(where, closes, requested=True).next_open == at(zone, day + timedelta(days=1), 8)


@given(now=instants, zones=st.lists(st.sampled_from(EVERY_ZONE), min_size=1, max_size=4), state=st.none())
def test_call_is_allowed_only_when_every_zone_allows_it(now: datetime, zones: list[str], state: None) -> None:
    answer = may_call(Whereabouts(tuple(zones), state), now, requested=True)
    hours = [now.astimezone(ZoneInfo(zone)).hour for zone in zones]
    assert answer.allowed is all(8 <= hour < 21 for hour in hours)
    if answer.next_open:
        assert answer.next_open > now
        assert allowed(Whereabouts(tuple(zones), state), answer.next_open)
        assert not allowed(Whereabouts(tuple(zones), state), answer.next_open - SECOND)


@given(now=instants, state=st.sampled_from(sorted(STATES)), requested=st.booleans())
def test_next_open_is_allowed_and_nothing_before_it_is(now: datetime, state: str, requested: bool) -> None:
    where = Whereabouts(state=state)
    answer = may_call(where, now, requested=requested)
    assert answer.allowed is (answer.reason is CallReason.ALLOWED)
    assert SAY_CALL_REASON[answer.reason]
    if answer.allowed:
        assert answer.next_open is None
        return
    assert answer.next_open is not None
    assert allowed(where, answer.next_open, requested=requested)
    assert not allowed(where, answer.next_open - SECOND, requested=requested)
    assert not allowed(where, now + (answer.next_open - now) / 2, requested=requested)


@given(now=instants, state=st.sampled_from(sorted(STATES)))
def test_a_call_nobody_asked_for_is_never_freer_than_one_they_asked_for(now: datetime, state: str) -> None:
    where = Whereabouts(state=state)
    assert allowed(where, now) or not allowed(where, now, requested=False)


@pytest.mark.parametrize("state", SPLIT_STATES)
def test_call_waits_for_both_clocks_when_a_state_keeps_two(state: str) -> None:
    where, day = Whereabouts(state=state), date(2026, 7, 15)
    assert len(where.zones) > 1
    for zone in where.zones:
        assert not allowed(where, at(zone, day, 8) - SECOND)
        assert not allowed(where, at(zone, day, 21))
    assert allowed(where, at(where.zones[0], day, 14))


def test_navajo_and_phoenix_differ_in_summer_only() -> None:
    chinle, phoenix = Whereabouts(("America/Denver",), "AZ"), Whereabouts(("America/Phoenix",), "AZ")
    summer, winter = datetime(2026, 7, 15, 14, 30, tzinfo=UTC), datetime(2026, 12, 15, 14, 30, tzinfo=UTC)
    assert (allowed(chinle, summer), allowed(phoenix, summer)) == (True, False)
    assert (allowed(chinle, winter), allowed(phoenix, winter)) == (False, False)


@pytest.mark.parametrize(
    ("zone", "utc_hour"), [("Pacific/Honolulu", 18), ("Pacific/Guam", 22), ("Pacific/Pago_Pago", 19)]
)
def test_hours_are_local_when_the_place_lies_across_the_ocean(zone: str, utc_hour: int) -> None:
    opens = datetime(2026, 11, 1, utc_hour, tzinfo=UTC)
    assert [allowed(Whereabouts((zone,)), opens + step) for step in (-SECOND, 0 * SECOND)] == [False, True]


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize(("requested", "hours"), [(True, (18, 25)), (False, (20, 22))])
def test_call_suits_all_clocks_when_nothing_is_known_of_the_place(
    month: int, requested: bool, hours: tuple[int, int]
) -> None:
    nowhere, midnight = Whereabouts(), datetime(2026, month, 14, tzinfo=UTC)
    assert nowhere.zones == ALL_US_ZONES
    opens, closes = (midnight + timedelta(hours=hour) for hour in hours)
    assert not allowed(nowhere, opens - SECOND, requested=requested)
    assert may_call(nowhere, opens - SECOND, requested=requested).next_open == opens
    assert allowed(nowhere, closes - SECOND, requested=requested)
    assert not allowed(nowhere, closes, requested=requested)


def test_no_hour_is_named_when_no_hour_suits_every_place_it_may_be() -> None:
    either = Whereabouts(("America/New_York", "Pacific/Guam"))
    answer = may_call(either, datetime(2026, 11, 23, 22, tzinfo=UTC), requested=False)
    assert (answer.allowed, answer.next_open) == (False, None)


def test_fourth_attempt_waits_until_the_first_is_a_day_old() -> None:
    now = datetime(2026, 11, 23, 18, tzinfo=UTC)
    attempts = [now - timedelta(hours=hours) for hours in (3, 20, 1)]
    florida, york = Whereabouts(state="FL"), Whereabouts(state="NY")
    assert cap_opens_at(attempts, florida, now=now) == now + timedelta(hours=4)
    assert cap_opens_at(attempts, Whereabouts(), now=now + timedelta(hours=4)) is None
    assert cap_opens_at(attempts, florida, now=now + timedelta(hours=4) - SECOND) is not None
    assert cap_opens_at(attempts[:2], florida, now=now) is None
    assert cap_opens_at([], york, now=now) is None


def test_zip_counts_alone_when_the_area_code_keeps_the_same_clock() -> None:
    at_time = datetime(2026, 11, 23, tzinfo=UTC)
    assert candidate_zones(["America/Detroit"], ["America/New_York"], at=at_time) == ("America/Detroit",)
    assert candidate_zones(["America/New_York"], [], at=at_time) == ("America/New_York",)
    both = candidate_zones(["America/New_York"], ["America/Chicago"], at=at_time)
    assert both == ("America/New_York", "America/Chicago")
    assert candidate_zones(["America/Phoenix"], ["America/Denver"], at=at_time) == (
        "America/Phoenix",
        "America/Denver",
    )
    assert candidate_zones([], ["America/Denver"], at=at_time) == ("America/Denver",)


def test_zone_is_refused_when_it_does_not_exist() -> None:
    with pytest.raises(BadInput, match="Napakiak"):
        Whereabouts(("Napakiak",), "AK")


def test_time_is_refused_when_it_has_no_zone() -> None:
    with pytest.raises(BadInput):
        may_call(Whereabouts(), datetime(2026, 1, 1), requested=True)


def test_local_time_is_the_likeliest_clock() -> None:
    assert local_time(Whereabouts(state="TN"), datetime(2026, 7, 1, 17, tzinfo=UTC)).hour == 12


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"zone": "Springfield", "hours": "09:00-17:00"}, "office.zone"),
        ({"hours": "09:00-17:00"}, "office.zone"),
        ({"zone": 5, "hours": "09:00-17:00"}, "office.zone"),
        ({"zone": "America/Chicago", "monday": "09:00-17:00"}, "office.monday is unknown"),
        ({"zone": "America/Chicago", "mon": 9}, "office.mon"),
        ({"zone": "America/Chicago"}, "never opens"),
        ({"zone": "America/Chicago", "mon": "9-5"}, "office.mon"),
        ({"zone": "America/Chicago", "mon": "17:00-09:00"}, "office.mon"),
        ({"zone": "America/Chicago", "mon": "09:00-24:30"}, "office.mon"),
        ({"zone": "America/Chicago", "mon": ["09:00-12:00", "11:00-13:00"]}, "overlap"),
        ({"zone": "America/Chicago", "mon": [9]}, "office.mon"),
    ],
)
def test_office_hours_are_refused_by_name_when_wrong(table: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        OfficeHours.from_table(table)


def test_office_is_open_by_its_own_clock_and_closed_on_its_holidays() -> None:
    table = {"zone": "America/Chicago", "hours": ["09:00-12:00", "13:00-17:00"], "sun": "closed"}
    office = OfficeHours.from_table(table, {date(2026, 11, 26): ()})
    friday, holiday, sunday = date(2026, 11, 27), date(2026, 11, 26), date(2026, 11, 29)
    open_hours = [hour for hour in range(24) if office.is_open(at("America/Chicago", friday, hour))]
    assert open_hours == [9, 10, 11, 13, 14, 15, 16]
    assert not office.is_open(at("America/Chicago", holiday, 10))
    assert not office.is_open(at("America/Chicago", sunday, 10))


@given(now=instants)
def test_office_is_always_open_when_it_is_open_round_the_clock(now: datetime) -> None:
    assert OfficeHours.round_the_clock("America/Chicago").is_open(now)
