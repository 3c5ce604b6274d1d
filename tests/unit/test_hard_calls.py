"""When a break is suggested: after a run of hard calls, until she had one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake.errors import ConfigError
from intake.rules.hard_calls import GUARD, Made, hard_run, read_guard
from intake.rules.tables import read_table

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def calls(*outcomes: str, apart: int = 20) -> list[Made]:
    """The last one ended five minutes ago, each other `apart` minutes earlier than the next."""
    last = NOW - 5 * MINUTE
    return [Made(last - apart * place * MINUTE, outcome) for place, outcome in enumerate(reversed(outcomes))]


@pytest.mark.parametrize(
    ("outcomes", "run"),
    [
        ((), 0),
        (("distressed",), 0),
        (("distressed", "patient_died"), 2),
        (("distressed", "no_answer", "left_message", "patient_died"), 2),
        (("distressed", "patient_died", "spoke"), 0),
        (("distressed", "spoke", "patient_died"), 0),
        (("spoke", "distressed", "distressed", "patient_died"), 3),
        (("distressed", "not_recorded", "patient_died"), 2),
    ],
)
def test_break_is_suggested_after_a_run_of_hard_conversations(outcomes: tuple[str, ...], run: int) -> None:
    assert hard_run(calls(*outcomes), [], now=NOW) == run


def test_hard_calls_of_long_ago_are_not_counted() -> None:
    assert hard_run(calls("distressed", "patient_died", apart=176), [], now=NOW) == 0
    assert hard_run(calls("distressed", "patient_died", apart=174), [], now=NOW) == 2


@pytest.mark.parametrize(("minutes", "run"), [(9, 2), (10, 0)])
def test_break_that_is_long_enough_ends_the_run(minutes: int, run: int) -> None:
    pause = (NOW - (minutes + 1) * MINUTE, NOW - MINUTE)
    made = [replace(call, ended_at=call.ended_at - 10 * MINUTE) for call in calls("distressed", "distressed")]
    assert hard_run(made, [pause], now=NOW) == run


def test_table_that_names_no_outcome_is_refused() -> None:
    table = read_table("hard_calls.toml")
    for changed, told in (({"outcomes": ["sad"]}, "'sad' is no outcome"), ({"in_a_row": 0}, "in_a_row")):
        with pytest.raises(ConfigError, match=told):
            read_guard(replace(table, data={**table.data, **changed}))
    assert GUARD.run == 2
