"""Specialties are found by whole codes, and only where the required expertise is there."""

import re

import pytest

from intake.errors import ConfigError
from intake.rules.expertise import Designation, Expertise, designation_of, expertise_mask
from intake.rules.tables import read_table
from intake.rules.taxonomy import (
    ORGANISATIONS,
    PAEDIATRIC,
    SPECIALTIES,
    TRAINEE,
    any_type_shorts,
    has_any,
    short_of,
    shorts_of,
    specialty_mask,
)


def test_codes_have_the_public_form_and_one_owner_when_listed() -> None:
    codes = [code for specialty in SPECIALTIES.values() for code in specialty.codes]
    every = [*codes, *ORGANISATIONS, *PAEDIATRIC, *TRAINEE]
    assert len(set(every)) == len(every)
    assert all(re.fullmatch(r"[0-9]{3}[0-9A-Z]{6}X", code) for code in every)
    assert len(SPECIALTIES) <= 32


def test_code_is_matched_whole_when_names_contain_one_another() -> None:
    neurology, urology = "2084N0400X", "208800000X"
    assert short_of(urology) == "UR"
    assert short_of(neurology) is None
    assert short_of("2088F0040X") is None


def test_stray_blanks_are_allowed_when_a_code_comes_from_a_crosswalk() -> None:
    assert short_of("208800000X ") == "UR"
    assert has_any(("390200000x ",), TRAINEE)


@pytest.mark.parametrize(("expertise", "found"), [((), set()), (("crs_hipec",), {"GS"})])
def test_general_surgeon_counts_only_when_she_does_hipec(expertise: tuple[str, ...], found: set[str]) -> None:
    assert shorts_of(["208600000X"], expertise) == found


def test_palliative_doctor_serves_every_type_when_she_has_the_expertise() -> None:
    assert any_type_shorts({"PC", "MO"}, ["palliative_care"]) == {"PC"}
    assert any_type_shorts({"PC", "MO"}, []) == set()


def test_masks_have_one_bit_for_each_code_when_combined() -> None:
    assert specialty_mask(SPECIALTIES).bit_count() == len(SPECIALTIES)
    assert expertise_mask(Expertise).bit_count() == len(Expertise) <= 64
    assert expertise_mask(["a code of a later version"]) == 0


@pytest.mark.parametrize(
    ("text", "designation"),
    [
        ("Comprehensive Cancer Center", Designation.NCI_COMPREHENSIVE),
        ("Cancer Center", Designation.NCI_CLINICAL),
        ("mesothelioma_program", Designation.MESOTHELIOMA_PROGRAM),
        ("Pediatric Cancer Center", None),
        ("", None),
        (None, None),
    ],
)
def test_designation_is_read_from_a_code_or_the_words_of_the_list_when_given(
    text: str | None, designation: Designation | None
) -> None:
    assert designation_of(text) is designation


def test_missing_table_is_named_when_read() -> None:
    with pytest.raises(ConfigError, match=r"no-such-table\.toml is missing"):
        read_table("no-such-table.toml")
