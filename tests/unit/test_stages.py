"""The time between the stages of a request, and when nothing of it can change any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.rules.calling_hours import OfficeHours, Whereabouts
from intake.rules.stages import Stages, is_settled, look_again, spans

SENT = datetime(2026, 11, 24, 18, tzinfo=UTC)  # noon in Chicago
HERE = Whereabouts(("America/Chicago",))
ALWAYS = OfficeHours.round_the_clock("America/Chicago")
DAYTIME = OfficeHours.from_table({"zone": "America/Chicago", "hours": "09:00-17:00"})
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

moments = st.none() | st.integers(-3600, 5 * 86400).map(lambda seconds: SENT + seconds * SECOND)


def stages(**changes: Any) -> Stages:
    usual: dict[str, Any] = {
        "stored_at": SENT + 0.02 * SECOND,
        "matched_at": SENT + 2 * SECOND,
        "queued_at": SENT + SECOND,
        "due_at": SENT + SECOND,
        "claimed_at": SENT + 4 * MINUTE,
        "rung_at": SENT + 5 * MINUTE,
        "promise_by": SENT + 30 * MINUTE,
    }
    return Stages(where=HERE, submitted_at=SENT, **{**usual, **changes})


def test_each_stretch_is_measured_from_the_one_before() -> None:
    found = spans(stages(spoken_at=SENT + 3 * HOUR), ALWAYS)
    assert (found.stored, found.matched, found.queued) == (0.02, 1.98, 0.98)
    assert (found.claimed, found.rung, found.spoken) == (239, 60, 3 * 3600 - 300)
    assert (found.waited, found.workable, found.heard) == (300, 299, 3 * 3600)
    assert found.kept


def test_claim_counts_from_the_hour_they_asked_for() -> None:
    tomorrow = SENT + 21 * HOUR  # nine in the morning
    found = spans(
        stages(due_at=tomorrow, claimed_at=tomorrow + MINUTE, rung_at=tomorrow + 2 * MINUTE), DAYTIME
    )
    assert (found.claimed, found.workable, found.waited) == (60, 120, 21 * 3600 + 120)


def test_stage_that_has_not_come_has_no_time() -> None:
    found = spans(stages(matched_at=None, claimed_at=None, rung_at=None), ALWAYS)
    assert (found.matched, found.claimed, found.rung, found.waited, found.workable) == (None,) * 5


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"rung_at": SENT + 30 * MINUTE}, True),
        ({"rung_at": SENT + 30 * MINUTE + SECOND}, False),
        ({"rung_at": None}, None),
        ({"rung_at": None, "closed_at": SENT + 20 * MINUTE}, None),
        ({"rung_at": None, "closed_at": SENT + 40 * MINUTE}, False),
        ({"promise_by": None}, None),
    ],
)
def test_promise_is_kept_by_a_ring_in_time(changes: dict[str, Any], kept: bool | None) -> None:
    assert spans(stages(**changes), ALWAYS).kept is kept


@given(moments, moments, moments, moments, moments)
def test_no_stretch_is_ever_negative_whatever_the_clocks_say(
    stored: datetime | None,
    queued: datetime | None,
    claimed: datetime | None,
    rung: datetime | None,
    spoken: datetime | None,
) -> None:
    at = {"stored_at": stored, "queued_at": queued, "claimed_at": claimed, "rung_at": rung}
    found = spans(stages(**at, spoken_at=spoken), DAYTIME)
    known = [value for name, value in vars(found).items() if name != "kept" and value is not None]
    assert all(value >= 0 for value in known)
    assert found.workable is None or found.workable <= (found.waited or 0)


@pytest.mark.parametrize(
    ("changes", "wants_call", "after", "settled"),
    [
        ({"closed_at": SENT + HOUR}, True, HOUR + 29 * MINUTE, False),
        ({"closed_at": SENT + HOUR}, True, HOUR + 31 * MINUTE, True),
        ({}, True, 30 * 24 * HOUR, False),
        ({"queued_at": None, "due_at": None}, True, HOUR, False),
        ({"queued_at": None, "due_at": None}, True, 25 * HOUR, True),
        ({"matched_at": None}, False, HOUR, False),
        ({"matched_at": None}, False, 25 * HOUR, True),
        ({}, False, HOUR, True),
    ],
)
def test_request_settles_when_its_call_is_over_and_its_undo_too(
    changes: dict[str, Any], wants_call: bool, after: timedelta, settled: bool
) -> None:
    now = SENT + after
    assert is_settled(stages(**changes), wants_call=wants_call, wants_match=True, now=now) is settled


@given(moments, st.integers(0, 30 * 86400))
def test_next_look_is_later_than_now(due_at: datetime | None, age: int) -> None:
    now = SENT + age * SECOND
    assert look_again(stages(due_at=due_at), now=now) > now


def test_next_look_is_the_hour_of_the_call() -> None:
    assert look_again(stages(due_at=SENT + 5 * HOUR), now=SENT) == SENT + 5 * HOUR
    assert look_again(stages(due_at=SENT + 5 * HOUR, matched_at=None), now=SENT) == SENT + MINUTE
