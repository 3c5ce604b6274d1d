"""Office hours in the ways that people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import BadInput
from intake.forms.hours import read_hours, say_hours
from intake.rules.hours import read_day


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("09:00-17:00", ["09:00-17:00"]),
        ("9-5", ["09:00-17:00"]),
        ("9am-5pm", ["09:00-17:00"]),
        ("9 AM to 5:30 PM", ["09:00-17:30"]),
        ("8:30\u201312:00, 13-17", ["08:30-12:00", "13:00-17:00"]),
        ("9-12, 1-5 pm", ["09:00-12:00", "13:00-17:00"]),
        ("1-5 pm and 9-12", ["09:00-12:00", "13:00-17:00"]),
        ("9-5 pm", ["09:00-17:00"]),
        ("12-4 pm", ["12:00-16:00"]),
        ("11-12 pm", ["11:00-12:00"]),
        ("00:00-24:00", ["00:00-24:00"]),
        ("always", ["00:00-24:00"]),
        (" Closed ", []),
    ],
)
def test_hours_are_read_as_they_are_meant(typed: str, hours: list[str]) -> None:
    assert read_hours(typed) == hours
    assert read_hours(say_hours(hours)) == hours


@pytest.mark.parametrize(
    "typed", ["", "nine", "9", "17:00-09:00", "9-5, 4-6 pm", "25-26", "9:75-12", "9-5 xm", "10 pm-2 am"]
)
def test_hours_that_cannot_be_are_refused_with_the_mend(typed: str) -> None:
    with pytest.raises(BadInput, match=r"Write 09:00-17:00, or 9-12, 1-5 pm, or closed\."):
        read_hours(typed)


@given(st.text(alphabet="0123456789:-, apmto\u2013closed", max_size=30))
def test_anything_typed_is_read_or_refused_and_never_an_error(typed: str) -> None:
    try:
        hours = read_hours(typed)
    except BadInput:
        return
    assert read_hours(say_hours(hours)) == hours
    read_day(hours, "day")
