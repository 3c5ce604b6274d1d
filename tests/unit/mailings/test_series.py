"""When the steps of the series are due, in the family's own hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.mails.words import TEMPLATES, english
from intake.rules.series import WINDOWS, Need, Part, Step, load_series, next_open, plan, step_named

GUIDE, QUESTIONS, CHECK_IN = load_series()
US_ZONES = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam",
]  # fmt: skip
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def due(submitted: str, *zones: str, now: str = "") -> list[datetime]:
    at, moment = datetime.fromisoformat(submitted), datetime.fromisoformat(now or submitted)
    return [planned.due_at for planned in plan(load_series(), submitted_at=at, zones=zones, now=moment)]


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %Z")


def test_the_series_is_guide_then_questions_then_check_in() -> None:
    assert [(step.name, step.after_days, step.part) for step in load_series()] == [
        ("guide", 0, Part.AT_ONCE),
        ("questions", 3, Part.MORNING),
        ("check_in", 14, Part.ANY),
    ]
    assert all(step.needs == {Need.EMAIL_CONSENT} for step in load_series())
    assert [step.attaches for step in load_series()] == ["guide", "", ""]


@pytest.mark.parametrize("step", load_series(), ids=lambda step: step.name)
def test_every_step_has_both_its_templates(step: Step) -> None:
    for ending in ("html", "txt"):
        assert (TEMPLATES / "en" / f"{step.template}.{ending}").is_file()
    assert step.template in english().steps


def test_an_unknown_step_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        step_named("nothing")


def test_the_guide_is_due_at_once_even_at_night() -> None:
    assert due("2026-11-24T08:30:00+00:00", "America/Chicago")[0].isoformat() == "2026-11-24T08:30:00+00:00"


def test_later_steps_come_on_their_local_day_at_nine() -> None:
    _, questions, check_in = due("2026-11-24T03:30:00+00:00", "America/Los_Angeles")
    assert local(questions, "America/Los_Angeles") == "Thu 26 Nov 09:00 PST"
    assert local(check_in, "America/Los_Angeles") == "Mon 07 Dec 09:00 PST"


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        ("2027-03-12T18:00:00+00:00", "Mon 15 Mar 09:00 EDT"),
        ("2026-10-30T18:00:00+00:00", "Mon 02 Nov 09:00 EST"),
    ],
)
def test_nine_is_nine_on_the_wall_when_the_clocks_change_in_between(submitted: str, expected: str) -> None:
    assert local(due(submitted, "America/New_York")[1], "America/New_York") == expected


def test_both_zones_are_respected_when_the_place_may_be_in_either() -> None:
    questions = due("2026-11-24T18:00:00+00:00", "America/New_York", "America/Chicago")[1]
    assert local(questions, "America/Chicago") == "Fri 27 Nov 09:00 CST"
    assert local(questions, "America/New_York") == "Fri 27 Nov 10:00 EST"


def test_no_zone_at_all_means_an_hour_that_suits_both_coasts() -> None:
    _, questions, check_in = due("2026-11-24T18:00:00+00:00")
    assert local(check_in, "America/New_York") == "Tue 08 Dec 12:00 EST"
    assert local(questions, "America/Los_Angeles") == "Fri 27 Nov 09:00 PST"


def test_zones_that_share_no_morning_share_the_day() -> None:
    moment = datetime(2026, 11, 27, 8, tzinfo=UTC)
    zones = (ZoneInfo("America/New_York"), ZoneInfo("Pacific/Honolulu"))
    assert local(next_open(moment, zones, Part.MORNING), "Pacific/Honolulu") == "Fri 27 Nov 09:00 HST"


def test_the_first_zone_counts_when_zones_share_no_hour_at_all() -> None:
    moment = datetime(2026, 11, 27, 8, tzinfo=UTC)
    zones = (ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo"))
    assert local(next_open(moment, zones, Part.ANY), "America/New_York") == "Fri 27 Nov 09:00 EST"


def test_a_step_that_is_late_waits_for_the_next_opening() -> None:
    _, questions, _ = due("2026-11-24T18:00:00+00:00", "America/Chicago", now="2026-11-29T02:00:00+00:00")
    assert local(questions, "America/Chicago") == "Sun 29 Nov 09:00 CST"


@given(submitted=moments, wait=st.integers(0, 60 * 24 * 30), zone=st.sampled_from(US_ZONES))
def test_a_later_step_is_never_due_outside_its_hours(submitted: datetime, wait: int, zone: str) -> None:
    now = submitted + timedelta(minutes=wait)
    for planned in plan((QUESTIONS, CHECK_IN), submitted_at=submitted, zones=[zone], now=now):
        begins, ends = WINDOWS[planned.step.part]
        wall = planned.due_at.astimezone(ZoneInfo(zone))
        assert begins <= wall.time() < ends
        assert planned.due_at >= now
        assert planned.due_at.tzinfo is UTC
        first_day = submitted.astimezone(ZoneInfo(zone)).date() + timedelta(days=planned.step.after_days)
        assert wall.date() >= first_day
        if now.astimezone(ZoneInfo(zone)).date() < first_day:
            assert (wall.date(), wall.time()) == (first_day, time(9))
