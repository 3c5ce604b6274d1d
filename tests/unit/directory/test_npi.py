import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.directory.npi import check_npi, luhn_holds
from intake.errors import BadInput
from tests.nppes_files import npi


def luhn_the_long_way(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@pytest.mark.parametrize("number", ["1234567893", "1558598797"])
def test_npi_is_accepted_when_cms_gives_it_as_an_example(number: str) -> None:
    assert check_npi(number) == number


@given(st.integers(0, 10**10 - 1))
def test_luhn_agrees_with_the_long_way_when_the_prefix_is_written_out(number: int) -> None:
    digits = f"{number:010d}"
    assert luhn_holds(digits) == luhn_the_long_way(f"80840{digits}")


@given(st.integers(0, 10**8 - 1), st.integers(1, 9), st.integers(1, 9))
def test_npi_is_refused_when_one_digit_is_mistyped(number: int, place: int, by: int) -> None:
    right = npi(number)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(BadInput, match="check digit"):
        check_npi(wrong)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("9941339100", "begins with 1 or 2"),
        ("123456789", "ten digits"),
        ("12345678931", "ten digits"),
        ("", "ten digits"),
        ("١٢٣٤٥٦٧٨٩٣", "ten digits"),
        ("12345678 3", "ten digits"),
        ("1234567890", "check digit"),
    ],
)
def test_npi_is_refused_with_the_rule_when_it_breaks_one(number: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        check_npi(number)
