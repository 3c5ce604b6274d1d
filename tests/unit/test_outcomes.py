"""The table of call outcomes: what each leads to, and what is refused at load."""

from pathlib import Path

import pytest

from intake.errors import ConfigError
from intake.rules import outcomes
from intake.rules.facts import Channel
from intake.rules.outcomes import OUTCOMES, NextStep, OutcomeCode, SeriesStep, load_outcomes

TABLE = Path(outcomes.__file__).with_suffix(".toml").read_text()


def test_every_code_has_one_row() -> None:
    assert set(OUTCOMES) == set(OutcomeCode)
    assert all(outcome.code == code for code, outcome in OUTCOMES.items())


@pytest.mark.parametrize(
    ("code", "step", "closes", "series"),
    [
        ("spoke", "none", True, "pause_days"),
        ("left_message", "retry", False, "continue"),
        ("no_answer", "retry", False, "continue"),
        ("busy", "retry", False, "continue"),
        ("wrong_number", "none", True, "continue"),
        ("asked_time", "at_time", False, "continue"),
        ("not_ready", "later_days", False, "pause_days"),
        ("asked_to_stop", "none", True, "end"),
        ("patient_died", "none", True, "end"),
        ("other_language", "retry", False, "pause_days"),
        ("distressed", "later_days", False, "pause_days"),
    ],
)
def test_outcome_leads_where_the_desk_expects(code: str, step: str, closes: bool, series: str) -> None:
    outcome = OUTCOMES[code]
    assert (outcome.next, outcome.closes_callback, outcome.series) == (step, closes, series)


def test_everything_falls_silent_when_they_ask_us_to_stop() -> None:
    stop = OUTCOMES["asked_to_stop"]
    assert stop.suppress == frozenset(Channel)
    assert (stop.next, stop.series) == (NextStep.NONE, SeriesStep.END)


def test_number_falls_silent_and_mail_goes_on_when_it_was_wrong() -> None:
    wrong = OUTCOMES["wrong_number"]
    assert wrong.suppress == {Channel.CALL, Channel.TEXT}
    assert (wrong.reached, wrong.series) == (False, SeriesStep.CONTINUE)


def test_supervisor_is_told_when_a_person_must_decide() -> None:
    told = {code for code, outcome in OUTCOMES.items() if outcome.tell_supervisor}
    assert told == {"wrong_number", "patient_died", "other_language", "distressed"}


def test_calls_nobody_answered_are_not_counted_as_reached() -> None:
    unreached = {code for code, outcome in OUTCOMES.items() if not outcome.reached}
    assert unreached == {"left_message", "no_answer", "busy", "wrong_number"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[busy]", "[engaged]", "busy, engaged"),
        ('next = "at_time"', 'next = "sometime"', "'sometime' is none of"),
        ('next = "later_days=7"', 'next = "later_days"', "later_days=N"),
        ('next = "later_days=7"', 'next = "later_days=0"', "later_days=N"),
        ('next = "at_time"', 'next = "at_time=3"', "later_days=N"),
        ('series = "pause_days=7"', 'series = "pause_days=-1"', "pause_days=N"),
        ('series = "end"', 'series = "continue"', "mails cannot follow"),
        ("wait_minutes = 30\n", "", "at least one minute"),
        ("wait_minutes = 30\n", "wait_minutes = 0\n", "at least one minute"),
        ('label = "No answer"\n', "", "missing or unknown entries: label"),
        ('label = "No answer"', 'label = " "', "say something"),
        ('label = "No answer"', 'label = "No answer"\ncolour = "red"', "missing or unknown entries: colour"),
        ('suppress = ["call", "text"]', 'suppress = ["fax"]', "'fax' is none of"),
        ('next = "at_time"', 'next = "at_time"\nother_part = true', "other_part goes with"),
        ('next = "none"\ncloses_callback = true', 'next = "none"', "closes_callback goes with"),
        ('next = "none"\ncloses_callback = true', "next = 3\ncloses_callback = true", "next must be str"),
        ("wait_minutes = 30", 'wait_minutes = "30"', "wait_minutes must be int"),
    ],
)
def test_table_is_refused_at_load_when_a_row_is_wrong(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in TABLE
    (tmp_path / "outcomes.toml").write_text(TABLE.replace(old, new, 1))
    with pytest.raises(ConfigError, match=told):
        load_outcomes(tmp_path / "outcomes.toml")
