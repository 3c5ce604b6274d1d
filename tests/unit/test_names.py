"""How a last name is folded before it is looked up."""

import pytest

from intake.rules.names import folded


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("José", "jose"),
        ("Jose\u0301", "José"),
        ("Muñoz", "MUNOZ"),
        ("García-López", "garcia lopez"),
        ("O’Brien", "O'BRIEN"),
        ("O'Brien", "obrien"),
        ("Sørensen", "Sorensen"),
        ("Groß", "gross"),
        ("Nguyễn", "nguyen"),
        ("Łukasz", "lukasz"),
        ("  van der Berg ", "Vanderberg"),
    ],
)
def test_two_ways_of_typing_a_name_are_one(typed: str, also: str) -> None:
    assert folded(typed) == folded(also)


@pytest.mark.parametrize(("one", "other"), [("Munoz", "Munos"), ("王", "李"), ("—", "!")])
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)
