"""Staff read every part and reason of the series in words."""

from dataclasses import replace

import pytest

from intake.rules.series import SERIES, Anchor, Ending, Need, Part, Step
from intake.rules.series_plan import Why
from intake.views.console import mail_words


@pytest.mark.parametrize("anchor", Anchor)
@pytest.mark.parametrize("part", Part)
def test_time_of_a_step_is_said_for_every_anchor_and_part(anchor: Anchor, part: Part) -> None:
    assert mail_words.when(replace(SERIES.steps[0], after=anchor, part=part))


@pytest.mark.parametrize(
    ("name", "said"),
    [("guide", "as soon as they ask"), ("late_call", "as soon as we saw that our call is late")],
)
def test_step_that_answers_at_once_says_to_what(name: str, said: str) -> None:
    assert mail_words.when(_step(name)) == said


def test_every_reason_need_and_ending_has_words() -> None:
    assert {why for why in Why if not mail_words.why(why)} == set()
    assert mail_words.ends(replace(SERIES.series[0], ends_on=frozenset(Ending)))
    assert mail_words.needs(replace(_step("doctors"), needs=frozenset(Need))).count(",") == len(Need) - 1


def _step(name: str) -> Step:
    step = SERIES.step(name)
    assert step
    return step
