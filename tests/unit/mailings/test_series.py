"""When the steps of the series are due, in the family's own hours, and why one is not."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import ConfigError
from intake.mails.words import TEMPLATES, english
from intake.rules.consents import wording
from intake.rules.series import SERIES, Anchor, Ending, Part, Step, load_series
from intake.rules.series_hours import opening
from intake.rules.series_plan import Case, Fate, Outlook, Why, fate_of, look_again, next_steps, outlook

US_ZONES = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam",
]  # fmt: skip
ASKED = datetime(2026, 11, 24, 18, tzinfo=UTC)
ALL_DAY = (SERIES.windows[Part.ANY],)
MORNING = (SERIES.windows[Part.MORNING], SERIES.windows[Part.ANY])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def case(asked: datetime = ASKED, **changes: Any) -> Case:
    """A daughter in Houston whose father is newly ill; everything is agreed to and matched."""
    usual: dict[str, Any] = {
        "zones": ("America/Chicago",),
        "answers": {"kind": "match", "relation": "parent", "treatment_status": "new"},
        "consents": frozenset({"email_guide", "email_reminders"}),
        "has_address": True,
        "anchors": {Anchor.ASKED: asked},
        "has_match": True,
    }
    return Case(**{**usual, **changes})


def seen(name: str, family: Case, now: datetime = ASKED) -> Outlook:
    return next(one for one in outlook(SERIES, family, now) if one.step.name == name)


def upcoming(family: Case) -> list[str]:
    return [one.step.name for one in next_steps(outlook(SERIES, family, ASKED))]


def local(moment: datetime | None, zone: str = "America/Chicago") -> str:
    assert moment
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %Z")


@pytest.mark.parametrize("step", SERIES.steps, ids=lambda step: step.name)
def test_every_step_has_its_words_and_its_consent(step: Step) -> None:
    for ending in ("html", "txt"):
        assert (TEMPLATES / "en" / f"{step.template}.{ending}").is_file()
    assert step.template in english().steps
    assert wording(SERIES.series_of(step).consent)


def test_the_way_of_a_family_is_laid_out_in_the_order_of_its_days() -> None:
    shown = [(one.step.name, local(one.due_at)) for one in outlook(SERIES, case(), ASKED) if one.due_at]
    assert shown == [
        ("guide", "Tue 24 Nov 12:00 CST"),
        ("doctors", "Wed 25 Nov 09:00 CST"),
        ("questions", "Fri 27 Nov 09:00 CST"),
        ("helpers", "Wed 02 Dec 09:00 CST"),
        ("check_in", "Tue 08 Dec 09:00 CST"),
        ("last", "Sat 23 Jan 09:00 CST"),
    ]


def test_what_comes_next_of_each_series_waits_side_by_side() -> None:
    check_up = {Anchor.ASKED: ASKED, Anchor.APPOINTMENT: ASKED + timedelta(days=80)}
    assert upcoming(case(anchors=check_up)) == ["guide", "appointment_soon"]


def test_the_guide_is_due_at_once_even_at_night() -> None:
    at = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert seen("guide", case(at), at).due_at == at


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2027-03-12T18:00:00+00:00", "Mon 15 Mar 09:00 EDT"),
        ("2026-10-30T18:00:00+00:00", "Mon 02 Nov 09:00 EST"),
    ],
)
def test_nine_is_nine_on_the_wall_when_the_clocks_change_in_between(asked: str, expected: str) -> None:
    at = datetime.fromisoformat(asked)
    family = case(at, zones=("America/New_York",))
    assert local(seen("questions", family, at).due_at, "America/New_York") == expected


def test_days_count_on_the_family_s_own_calendar() -> None:
    at = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)  # still the 23rd in California
    family = case(at, zones=("America/Los_Angeles",))
    assert local(seen("questions", family, at).due_at, "America/Los_Angeles") == "Thu 26 Nov 09:00 PST"


def test_every_zone_is_respected_when_the_place_may_be_in_either() -> None:
    family = case(zones=("America/New_York", "America/Chicago"))
    assert local(seen("questions", family).due_at) == "Fri 27 Nov 09:00 CST"


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (("America/New_York", "Pacific/Honolulu"), "Fri 27 Nov 14:00 EST"),
        (("America/New_York", "Asia/Tokyo"), "Fri 27 Nov 09:00 EST"),
    ],
)
def test_zones_without_a_common_morning_share_the_day_and_else_the_first_counts(
    zones: tuple[str, ...], expected: str
) -> None:
    moment = datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert local(opening(moment, zones, MORNING), "America/New_York") == expected


@given(wait=st.integers(0, 60 * 24 * 30), zone=st.sampled_from(US_ZONES), asked=moments)
def test_nothing_that_comes_by_itself_is_ever_due_outside_its_hours(
    asked: datetime, wait: int, zone: str
) -> None:
    now = asked + timedelta(minutes=wait)
    for one in outlook(SERIES, case(asked, zones=(zone,)), now):
        if one.due_at is None or one.step.part is Part.AT_ONCE:
            continue
        begins, ends = SERIES.windows[one.step.part]
        wall = one.due_at.astimezone(ZoneInfo(zone))
        assert begins <= wall.hour * 60 + wall.minute < ends
        assert one.due_at >= now
        assert wall.date() >= asked.astimezone(ZoneInfo(zone)).date() + timedelta(days=one.step.days)


@given(moment=moments, zones=st.lists(st.sampled_from(US_ZONES), min_size=1, max_size=3, unique=True))
def test_an_opening_is_the_first_one_there_is(moment: datetime, zones: list[str]) -> None:
    """By brute force, minute by minute, for every zone at once."""
    found = opening(moment, tuple(zones), ALL_DAY)
    open_now = [
        all(time(9) <= at.astimezone(ZoneInfo(zone)).time() < time(17) for zone in zones)
        for at in (moment + timedelta(minutes=minute) for minute in range(0, 60 * 48))
    ]
    if any(open_now):
        assert timedelta(0) <= found - moment - timedelta(minutes=open_now.index(True)) + timedelta(minutes=1)
        assert found - moment <= timedelta(minutes=open_now.index(True))
        assert all(time(9) <= found.astimezone(ZoneInfo(zone)).time() < time(17) for zone in zones)


@pytest.mark.parametrize(
    ("changes", "name", "fate", "why"),
    [
        ({"consents": frozenset()}, "guide", Fate.NEVER, Why.NOT_ASKED),
        ({"has_address": False}, "guide", Fate.NEVER, Why.NO_ADDRESS),
        ({"endings": {"guide": frozenset({Ending.DIED, Ending.CLOSED})}}, "check_in", Fate.NEVER, Why.DIED),
        ({"endings": {"guide": frozenset({Ending.STOPPED})}}, "guide", Fate.NEVER, Why.STOPPED),
        ({"answers": {"kind": "guide", "relation": "self"}}, "doctors", Fate.NEVER, Why.NOT_FOR_THEM),
        ({"answers": {"kind": "match", "relation": "self"}}, "helpers", Fate.NEVER, Why.NOT_FOR_THEM),
        ({"settled": frozenset({"guide"})}, "guide", Fate.SETTLED, Why.DONE),
        ({"has_match": False}, "doctors", Fate.LOOK, Why.NO_MATCH),
        ({"held": True}, "questions", Fate.LOOK, Why.REPLY),
        ({}, "after_call", Fate.WAIT, Why.NOT_SPOKEN),
        ({}, "appointment_soon", Fate.WAIT, Why.NO_APPOINTMENT),
        ({}, "condolence", Fate.WAIT, Why.BY_HAND),
        ({}, "late_call", Fate.WAIT, Why.CALL_IN_TIME),
    ],
)
def test_a_step_that_will_not_come_says_why(changes: Any, name: str, fate: Fate, why: Why) -> None:
    found = seen(name, case(**changes))
    assert (found.fate, found.why) == (fate, why)


def test_the_condolence_may_still_come_when_everything_else_has_ended() -> None:
    family = case(
        endings={"guide": frozenset({Ending.DIED}), "condolence": frozenset({Ending.DIED})},
        anchors={Anchor.ASKED: ASKED, Anchor.BY_HAND: ASKED},
    )
    assert upcoming(family) == ["condolence"]


def test_only_the_next_step_waits_in_a_row_and_those_before_it_that_lack_something() -> None:
    done = frozenset({"guide"})
    assert upcoming(case()) == ["guide"]
    assert upcoming(case(settled=done)) == ["doctors"]
    unmatched = case(settled=done, has_match=False)
    assert upcoming(unmatched) == ["doctors", "questions"]


def test_a_step_that_lacks_something_never_holds_up_the_others() -> None:
    now = datetime(2026, 11, 27, 16, tzinfo=UTC)
    family = case(settled=frozenset({"guide"}), last_day=date(2026, 11, 24), has_match=False)
    assert fate_of(SERIES, family, "doctors", now) == (Fate.LOOK, Why.NO_MATCH, now)
    assert fate_of(SERIES, family, "questions", now) == (Fate.SEND, Why.PLANNED, now)
    step = seen("doctors", family, now).step
    assert local(look_again(SERIES, family, step, now)) == "Sat 28 Nov 09:00 CST"


def test_two_mails_never_come_on_one_day() -> None:
    now = datetime(2026, 11, 27, 16, tzinfo=UTC)
    late = case(settled=frozenset({"guide"}), last_day=date(2026, 11, 27))
    assert local(seen("doctors", late, now).due_at) == "Sat 28 Nov 09:00 CST"
    assert local(seen("questions", late, now).due_at) == "Sun 29 Nov 09:00 CST"


def test_a_pause_moves_what_falls_into_it_and_nothing_else() -> None:
    family = case(paused=datetime(2026, 11, 29, 21, tzinfo=UTC))
    assert seen("guide", family).due_at == ASKED
    assert local(seen("doctors", family).due_at) == "Mon 30 Nov 09:00 CST"
    assert local(seen("questions", family).due_at) == "Tue 01 Dec 09:00 CST"
    assert local(seen("check_in", family).due_at) == "Tue 08 Dec 09:00 CST"


def test_the_series_waits_until_a_posted_packet_should_be_there() -> None:
    family = case(anchors={Anchor.ASKED: ASKED, Anchor.PACKET: datetime(2026, 12, 1, 6, tzinfo=UTC)})
    assert seen("guide", family).due_at == ASKED
    assert local(seen("questions", family).due_at) == "Wed 02 Dec 09:00 CST"


@pytest.mark.parametrize(("days", "fate"), [(10, Fate.SEND), (11, Fate.NEVER)])
def test_a_step_is_left_out_when_it_is_more_than_a_week_late(days: int, fate: Fate) -> None:
    now = datetime(2026, 11, 24, 18, tzinfo=UTC) + timedelta(days=days)
    assert seen("questions", case(), now).fate is fate


def test_a_step_that_was_tried_in_time_is_never_too_late() -> None:
    now = datetime(2027, 3, 1, 16, tzinfo=UTC)
    assert fate_of(SERIES, case(), "questions", now).why is Why.TOO_LATE
    assert fate_of(SERIES, case(), "questions", now, tried=True) == (Fate.SEND, Why.PLANNED, now)


def test_the_talk_is_followed_up_three_days_later_in_the_afternoon() -> None:
    family = case(anchors={Anchor.ASKED: ASKED, Anchor.SPOKEN: datetime(2026, 11, 25, 20, tzinfo=UTC)})
    assert local(seen("after_call", family).due_at) == "Sat 28 Nov 12:00 CST"


def appointment(day: datetime) -> Case:
    return case(anchors={Anchor.ASKED: ASKED, Anchor.APPOINTMENT: day})


def test_reminders_come_a_week_and_a_day_before_the_appointment_and_are_named_for_it() -> None:
    family = appointment(datetime(2027, 2, 11, 6, tzinfo=UTC))
    soon, near = seen("appointment_soon", family), seen("appointment_near", family)
    assert (local(soon.due_at), soon.key) == ("Thu 04 Feb 09:00 CST", "appointment_soon.2027-02-11")
    assert local(near.due_at) == "Wed 10 Feb 09:00 CST"


def test_no_reminder_comes_on_the_day_of_the_appointment_or_after_it() -> None:
    family = appointment(datetime(2027, 2, 11, 6, tzinfo=UTC))
    assert seen("appointment_near", family, datetime(2027, 2, 11, 5, 59, tzinfo=UTC)).fate is Fate.SEND
    assert seen("appointment_near", family, datetime(2027, 2, 11, 6, tzinfo=UTC)).why is Why.TOO_LATE


def test_a_reminder_of_an_appointment_that_was_moved_is_not_sent() -> None:
    family = appointment(datetime(2027, 2, 11, 6, tzinfo=UTC))
    now = datetime(2027, 2, 4, 16, tzinfo=UTC)
    assert fate_of(SERIES, family, "appointment_soon.2027-02-11", now).fate is Fate.SEND
    assert fate_of(SERIES, family, "appointment_soon.2027-01-05", now) == (Fate.NEVER, Why.ENDED, None)


def test_a_repeat_is_judged_like_its_step_and_an_unknown_name_is_not_sent() -> None:
    family = case(settled=frozenset({"guide"}))
    assert fate_of(SERIES, family, "guide.2", ASKED) == (Fate.SEND, Why.PLANNED, ASKED)
    assert fate_of(SERIES, family, "nothing", ASKED).why is Why.NOT_IN_SERIES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('after = "spoken"', 'after = "married"', "after_call.*'married' is none of"),
        ('part = "afternoon"', 'part = "night"', "'night' is none of"),
        ('name = "helpers"', 'name = "guide"', "a name of its own"),
        ('relation = ["partner"', 'relation = ["aunt"', "'aunt' is none of"),
        ("only = { kind", "only = { shoe", "only.shoe is none of"),
        ('needs = ["match"]', 'neds = ["match"]', "missing or unknown entries: neds"),
        ('series = "condolence"\nname', 'series = "letters"\nname', "belongs to a series"),
        ('morning = "09:00-12:00"\n', "", "every part of the day"),
        ('morning = "09:00-12:00"', 'morning = "12:00-09:00"', "parts.morning"),
        ("days = 14\n", 'days = 14\npart2 = "x"\n', "check_in.*part2"),
        ('days = 60\npart = "any"', 'days = 60\npart = "at_once"', "at once answers"),
    ],
)
def test_a_wrong_row_is_refused_by_its_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = Path(load_series.__code__.co_filename).with_suffix(".toml").read_text()
    assert text.count(old) >= 1
    path = tmp_path / "series.toml"
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        load_series(path)
