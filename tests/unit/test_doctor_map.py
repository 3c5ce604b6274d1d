"""Pins match the numbers of the list; what cannot be placed is named beside the map."""

from dataclasses import replace

from intake.documents.data import DoctorEntry
from intake.rules.albers import LEFT, WIDTH
from intake.views.public.doctor_map import doctor_map

HOUSTON = DoctorEntry(
    key="1", name="Sample", centre=None, place="Houston, TX", distance=None, phone=None, phone_link=None,
    reasons=(), sample=True, at=(29.7, -95.4, "TX"),
)  # fmt: skip
BOSTON = replace(HOUSTON, place="Boston, MA", at=(42.3, -71.1, "MA"))
SAN_JUAN = replace(HOUSTON, place="San Juan, PR", at=(18.4, -66.1, "PR"))
NOWHERE = replace(HOUSTON, place="Somewhere, OH", at=None)


def test_doctors_at_one_place_share_a_pin_with_their_numbers() -> None:
    found = doctor_map([HOUSTON, HOUSTON, BOSTON, HOUSTON])
    assert found is not None
    assert sorted(pin.label for pin in found.pins) == ["1–2, 4", "3"]


def test_a_territory_and_an_unknown_point_are_named_beside_the_map() -> None:
    found = doctor_map([BOSTON, SAN_JUAN, NOWHERE])
    assert found is not None
    assert found.missing == ["2: San Juan, PR", "3: Somewhere, OH"]
    assert "Boston, MA" in found.title


def test_there_is_no_map_when_nobody_can_be_placed() -> None:
    assert doctor_map([]) is None
    assert doctor_map([SAN_JUAN, NOWHERE]) is None


def test_a_wide_pin_stays_inside_the_drawing() -> None:
    found = doctor_map([BOSTON] * 9)
    assert found is not None
    (pin,) = found.pins
    assert pin.x + pin.width / 2 <= LEFT + WIDTH
