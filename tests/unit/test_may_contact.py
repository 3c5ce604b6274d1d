"""One question for every contact: each state and zone at each boundary, caps, stops, what ends it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.rules.call_rules import CALL_RULES, MAIL_RULES, POST_RULES
from intake.rules.calling_hours import Whereabouts
from intake.rules.facts import Channel
from intake.rules.mail_gate import may_send
from intake.rules.may_contact import (
    CLEAR,
    CallReason,
    MayCall,
    Standing,
    caps,
    grounds,
    may_call,
    may_mail,
    may_post,
    refusal,
    rule_version,
    say,
)
from intake.rules.series import SERIES, Ending
from intake.rules.series_plan import Case
from intake.rules.zones import ALL_US_ZONES, STATES

SECOND = timedelta(seconds=1)
ROWS = {code: [row for row in CALL_RULES.rows if row.state in ("*", code)] for code in [*STATES, "?"]}
# Both clock changes, a holiday, a Sunday and a Saturday among ordinary days.
DAYS = [date(2026, 3, 8), date(2026, 11, 1), date(2026, 11, 26), date(2026, 7, 4), date(2026, 7, 15)]
PLACES = [
    *(Whereabouts((zone,), code) for code, state in STATES.items() for zone in state.zones),
    *(Whereabouts(state=code) for code, state in STATES.items() if len(state.zones) > 1),
    *(Whereabouts((zone,)) for zone in ALL_US_ZONES),
    Whereabouts(),
]
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
HOUSTON = Whereabouts(("America/Chicago",), "TX")

instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
places = st.sampled_from(PLACES)


def strictest(where: Whereabouts, now: datetime, *, requested: bool) -> bool:
    """The rule said again from the table, row by row and clock by clock, with no code of the product's."""
    kinds = {"all", "requested" if requested else "unrequested"}
    bound = [row for row in ROWS[where.state or "?"] if row.binds in kinds]
    for zone in where.zones:
        wall = now.astimezone(ZoneInfo(zone))
        for row in bound:
            if row.effective_from <= wall.date() < row.effective_to:
                spans = row.week[wall.weekday()]
                inside = spans and spans[0][0] * 60 <= _seconds(wall.time()) < spans[0][1] * 60
                if not inside or row.is_holiday(wall.date()):
                    return False
    return True


def _seconds(wall: time) -> float:
    return wall.hour * 3600 + wall.minute * 60 + wall.second + wall.microsecond / 1e6


@pytest.mark.parametrize("where", PLACES, ids=lambda where: f"{where.state}-{'+'.join(where.zones)[:30]}")
def test_every_boundary_is_kept_to_the_second_in_every_state_and_zone(where: Whereabouts) -> None:
    hours = sorted(
        {span[0][edge] // 60 for row in CALL_RULES.rows for span in row.week if span for edge in (0, 1)}
    )
    for day in DAYS if len(where.zones) < 5 else DAYS[:2]:
        for edge in sorted({_instant(zone, day, hour) for zone in where.zones for hour in hours}):
            for now, requested in product((edge - SECOND, edge, edge + SECOND), (True, False)):
                answer = may_call(where, now, requested=requested)
                assert answer.allowed is strictest(where, now, requested=requested), (now, requested)


def _instant(zone: str, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


@given(now=instants, where=places, requested=st.booleans(), hours=st.lists(st.integers(0, 60), max_size=5))
def test_next_open_is_allowed_and_no_second_before_it(
    now: datetime, where: Whereabouts, requested: bool, hours: list[int]
) -> None:
    standing = Standing(contacted=[now - timedelta(hours=hour) for hour in hours])
    answer = may_call(where, now, requested=requested, standing=standing)
    assert answer.allowed is (answer.reason is CallReason.ALLOWED)
    assert answer.allowed is (
        strictest(where, now, requested=requested) and len([h for h in hours if h < 24]) < 3
    )
    if answer.next_open:
        assert answer.next_open > now
        assert may_call(where, answer.next_open, requested=requested, standing=standing).allowed
        before = answer.next_open - SECOND
        assert before <= now or not may_call(where, before, requested=requested, standing=standing).allowed


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(reachable=False, stopped=True), CallReason.NO_ADDRESS),
        (Standing(stopped=True, agreed=False), CallReason.STOPPED),
        (Standing(agreed=False), CallReason.NOT_AGREED),
    ],
)
def test_the_familys_own_word_comes_before_every_hour(standing: Standing, reason: CallReason) -> None:
    for ask in (may_call, may_mail, may_post):
        answer = ask(HOUSTON, NOW, requested=True, standing=standing)
        assert (answer.allowed, answer.reason, answer.never, answer.next_open) == (False, reason, True, None)


def test_request_is_reason_enough_for_ninety_days_and_no_second_longer() -> None:
    standing = Standing(asked_at=NOW)
    ends = NOW + timedelta(days=90)
    assert may_call(HOUSTON, ends - SECOND, requested=False, standing=standing).allowed
    late = may_call(HOUSTON, ends, requested=False, standing=standing)
    assert (late.reason, late.never) == (CallReason.REQUEST_TOO_OLD, True)
    assert may_call(HOUSTON, ends, requested=True, standing=standing).allowed


def test_no_hour_is_named_when_the_request_grows_too_old_before_it() -> None:
    ends = NOW + timedelta(days=90)
    night_before = ends - timedelta(hours=8)
    answer = may_call(HOUSTON, night_before, requested=False, standing=Standing(asked_at=NOW))
    assert (answer.reason, answer.next_open) == (CallReason.TOO_EARLY, datetime(2027, 2, 22, 15, tzinfo=UTC))
    close = Standing(asked_at=NOW - timedelta(hours=4))
    assert may_call(HOUSTON, night_before, requested=False, standing=close).next_open is None


def test_cap_that_opens_at_night_names_the_morning() -> None:
    evening = datetime(2026, 11, 25, 0, tzinfo=UTC)  # 18:00 in Houston
    standing = Standing(contacted=[evening - timedelta(hours=hour) for hour in (20, 1, 2)])
    answer = may_call(HOUSTON, evening, requested=True, standing=standing)
    assert answer.reason is CallReason.TOO_OFTEN
    assert answer.next_open == datetime(2026, 11, 25, 14, tzinfo=UTC)


def test_cap_of_a_state_counts_for_a_call_that_was_asked_for() -> None:
    rows = [replace(row, cap=(1, timedelta(days=2))) if row.id == "fl" else row for row in CALL_RULES.rows]
    strict = replace(CALL_RULES, rows=tuple(rows))
    once = Standing(contacted=[NOW - timedelta(hours=30)])
    for state, allowed in (("FL", False), ("NY", True)):
        answer = may_call(Whereabouts(state=state), NOW, requested=True, standing=once, rules=strict)
        assert answer.allowed is allowed
    assert caps(Whereabouts(state="NY"), NOW, rules=strict) == [(3, timedelta(hours=24))]


def test_follow_up_mail_never_goes_at_night_and_the_guide_asked_for_goes_at_once() -> None:
    night = datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert may_mail(HOUSTON, night, requested=True, standing=CLEAR).allowed
    answer = may_mail(HOUSTON, night, requested=False, standing=CLEAR)
    assert (answer.allowed, answer.next_open) == (False, datetime(2026, 11, 25, 14, tzinfo=UTC))
    assert may_post(HOUSTON, night, requested=False, standing=CLEAR).allowed


def gate(key: str, now: datetime, **changes: Any) -> MayCall:
    usual: dict[str, Any] = {
        "zones": ("America/Chicago",),
        "answers": {},
        "consents": frozenset({"email_guide"}),
        "has_address": True,
        "anchors": {},
    }
    return may_send(SERIES, Case(**{**usual, **changes}), key, now)


def test_gate_of_the_series_holds_whatever_hours_the_series_keeps() -> None:
    night, morning = datetime(2026, 11, 25, 6, tzinfo=UTC), datetime(2026, 11, 25, 14, tzinfo=UTC)
    assert gate("guide", night).allowed
    held = gate("questions", night)
    assert (held.allowed, held.next_open) == (False, morning)
    assert (
        refusal(Channel.EMAIL, held) == "It is night where the family is. Allowed from 2026-11-25 14:00 UTC."
    )
    assert gate("questions", morning).allowed
    far = gate("questions", night, zones=("America/New_York", "Pacific/Guam"))
    assert far.next_open == datetime(2026, 11, 25, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"consents": frozenset()}, CallReason.NOT_AGREED),
        ({"has_address": False}, CallReason.NO_ADDRESS),
        ({"endings": {"guide": frozenset({Ending.STOPPED})}}, CallReason.STOPPED),
    ],
)
def test_gate_of_the_series_asks_the_familys_word(changes: dict[str, Any], reason: CallReason) -> None:
    answer = gate("guide", NOW, **changes)
    assert (answer.allowed, answer.reason, answer.never) == (False, reason, True)


def test_every_answer_names_the_rows_it_rests_on() -> None:
    assert may_call(HOUSTON, NOW, requested=False).rule_version == f"{CALL_RULES.version}:federal+tx"
    assert may_mail(HOUSTON, NOW, requested=False, standing=CLEAR).rule_version.endswith(":never-at-night")
    assert may_post(HOUSTON, NOW, requested=False, standing=CLEAR).rule_version.endswith(":post")
    assert all(row.awaits_counsel for rules in (CALL_RULES, MAIL_RULES, POST_RULES) for row in rules.rows)


def test_grounds_hold_all_that_explains_the_answer() -> None:
    earlier = [NOW - timedelta(hours=2)]
    found = grounds(HOUSTON, NOW, requested=False, standing=Standing(contacted=earlier, asked_at=NOW))
    assert f"{found['version']}:{'+'.join(row['id'] for row in found['rows'])}" == rule_version(
        HOUSTON, NOW, requested=False
    )
    assert found["clocks"] == {"America/Chicago": "2026-11-24 12:00:00 CST"}
    assert found["rows"][1]["source"]
    assert found["rows"][1]["hours"] == "09:00-21:00, sun 12:00-21:00"
    assert (found["earlier"], found["caps"]) == ([earlier[0].isoformat()], [[3, 24]])


@pytest.mark.parametrize("channel", Channel)
def test_every_reason_has_its_words(channel: Channel) -> None:
    assert all(say(channel, reason) for reason in CallReason)
    assert "number" not in say(Channel.EMAIL, CallReason.STOPPED)
