"""The dated rows of the law: a golden table of states, dates on which rows begin, what is refused."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intake.errors import ConfigError
from intake.rules.call_rules import CALL_RULES, load_call_rules
from intake.rules.calling_hours import Whereabouts
from intake.rules.holidays import easter, holiday_dates
from intake.rules.may_contact import CallReason, may_call
from intake.rules.zones import STATES

HALF_HOUR = timedelta(minutes=30)


def at(zone: str, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def allowed(where: Whereabouts, now: datetime, *, requested: bool = True) -> bool:
    return may_call(where, now, requested=requested).allowed


def _week(state: str) -> list[str]:
    """Monday to Sunday of an ordinary week, as opening and closing hour."""
    where, result = Whereabouts(STATES[state].zones[:1], state), []
    for day in range(9, 16):
        midnight = at(where.zones[0], date(2026, 3, day), 0)
        halves = [half for half in range(48) if allowed(where, midnight + half * HALF_HOUR, requested=False)]
        result.append(f"{halves[0] / 2:g}-{(halves[-1] + 1) / 2:g}" if halves else "none")
    return result


# The golden file of the state rows: reliability research 1.2, local time, calls nobody asked for.
GOLDEN = {
    **dict.fromkeys(("FL", "OK", "MD", "OR", "WA", "MA"), ["8-20"] * 7),
    "TX": ["9-21"] * 6 + ["12-21"],
    "VA": ["8-21"] * 7,
    "CT": ["9-20"] * 7,
    **dict.fromkeys(("AL", "LA", "MS"), ["8-20"] * 6 + ["none"]),
    "NV": ["9-20"] * 7,
    "KY": ["10-21"] * 7,
    **dict.fromkeys(("MI", "MN", "NM"), ["9-21"] * 7),
    "PA": ["8-21"] * 5 + ["none"] * 2,
    "RI": ["9-18"] * 5 + ["none"] * 2,
    "UT": ["8-21"] * 7,
    "NY": ["8-21"] * 7,
}


@pytest.mark.parametrize("state", GOLDEN)
def test_state_hours_bind_when_nobody_asked_for_the_call(state: str) -> None:
    assert _week(state) == GOLDEN[state]


def test_every_state_row_is_in_the_golden_table_and_says_where_it_is_from() -> None:
    assert {row.state for row in CALL_RULES.rows} == set(GOLDEN) - {"NY"} | {"*", "?"}
    assert all(row.source and row.seen_on and row.reviewed_by for row in CALL_RULES.rows)


def test_row_applies_from_its_date_on_when_it_has_one() -> None:
    oregon = Whereabouts(("America/Los_Angeles",), "OR")
    evening_before, evening_after = (
        at("America/Los_Angeles", date(y, m, d), 20) for y, m, d in ((2025, 12, 31), (2026, 1, 1))
    )
    assert allowed(oregon, evening_before, requested=False)
    assert not allowed(oregon, evening_after, requested=False)
    unasked, asked = (
        may_call(oregon, evening_after, requested=asked).rule_version for asked in (False, True)
    )
    assert unasked == "2026-11-26:federal+or-2026"
    assert asked == "2026-11-26:federal+requested-callback"


@pytest.mark.parametrize(
    ("state", "day", "reason"),
    [
        ("LA", date(2026, 2, 17), CallReason.HOLIDAY),
        ("LA", date(2026, 4, 3), CallReason.HOLIDAY),
        ("AL", date(2026, 11, 26), CallReason.HOLIDAY),
        ("MS", date(2026, 7, 3), CallReason.HOLIDAY),
        ("AL", date(2026, 11, 29), CallReason.CLOSED_DAY),
        ("NY", date(2026, 11, 26), CallReason.ALLOWED),
    ],
)
def test_holiday_and_sunday_are_told_apart(state: str, day: date, reason: CallReason) -> None:
    where = Whereabouts(state=state)
    assert may_call(where, at(where.zones[0], day, 14), requested=False).reason is reason
    assert allowed(where, at(where.zones[0], day, 14))


def test_unknown_state_keeps_the_hours_that_satisfy_every_state() -> None:
    where, monday = Whereabouts(("America/New_York",)), date(2026, 3, 9)
    day = [
        hour for hour in range(24) if allowed(where, at("America/New_York", monday, hour), requested=False)
    ]
    assert day == list(range(10, 18))
    for state in GOLDEN:
        assert all(
            allowed(Whereabouts(where.zones, state), at(where.zones[0], monday, hour), requested=False)
            for hour in day
        )


@pytest.mark.parametrize(
    ("year", "day"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))]
)
def test_easter_falls_on_its_known_days(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


def test_federal_holidays_include_the_day_on_which_they_are_observed() -> None:
    days = holiday_dates(("federal",), 2026)
    assert {
        date(2026, 1, 19),
        date(2026, 5, 25),
        date(2026, 7, 3),
        date(2026, 7, 4),
        date(2026, 11, 26),
    } <= days
    assert date(2027, 12, 31) in holiday_dates(("federal",), 2027)  # 1 January 2028 is a Saturday


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('state = "FL"', 'state = "XX"'), "XX"),
        (('id = "fl"', 'id = "federal"'), "same id"),
        (('confidence = "A"', 'confidence = "sure"'), "A, B or C"),
        (('reviewed_by = "awaiting counsel"', 'reviewed_by = "A. Lawyer"'), "a name and a date"),
        (('binds = "requested"', 'binds = "some"'), "binds is one of"),
        (('sun = "12:00-21:00"', 'sunday = "12:00-21:00"'), "rule tx: missing or unknown entries: sunday"),
        (
            ('source = "RCW 80.36.390', 'sources = "RCW 80.36.390'),
            "rule wa: .* source, sources",
        ),
        (('hours = "10:00-21:00"', 'hours = "21:00-10:00"'), "rule ky"),
        (('hours = "10:00-21:00"', 'hours = ["10:00-11:00", "12:00-21:00"]'), "one window"),
    ],
)
def test_rule_table_is_refused_at_load_when_a_row_is_wrong(
    change: tuple[str, str], told: str, tmp_path: Path
) -> None:
    source = Path(load_call_rules.__code__.co_filename).with_suffix(".toml").read_text()
    assert change[0] in source
    (tmp_path / "rules.toml").write_text(source.replace(*change))
    with pytest.raises(ConfigError, match=told):
        load_call_rules(tmp_path / "rules.toml")
