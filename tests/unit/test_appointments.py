"""Days of check-ups as people write them, and the next one some months on."""

from datetime import date

import pytest

from intake.errors import BadInput
from intake.rules.appointments import months_on, read_day

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "typed", ["2/11/2027", "02/11/2027", "2-11-2027", "2.11.2027", " 2027-02-11 ", "2 11 2027"]
)
def test_a_day_is_read_as_families_write_it(typed: str) -> None:
    assert read_day(typed, today=TODAY) == date(2027, 2, 11)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "month, day and year"),
        ("13/40/2027", "month, day and year"),
        ("2/30/2027", "month, day and year"),
        ("2/11/27", "month, day and year"),
        ("11/24/2026", "has passed"),
        ("2/11/2020", "has passed"),
        ("2/11/2032", "more than three years"),
        ("２/11/2027x", "month, day and year"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_to_write(typed: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_day(typed, today=TODAY)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 11, 24), 3, date(2027, 2, 24)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_the_next_check_up_is_on_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, after: date
) -> None:
    assert months_on(day, months) == after
