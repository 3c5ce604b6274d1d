"""What may stand on an envelope, when two ways of writing are one door, and when a letter is there."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from intake.documents.load import load_letters
from intake.documents.paper import enclosed
from intake.rules.post import can_be_printed, envelope_lines, expected_at, names_illness
from tests.letters import address
from tests.reading_grade import grade

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "line_1",
    ["12 Example Street", "12 example st.", "12  EXAMPLE ST", "12 Éxample Street"],
)
def test_one_door_has_one_key_however_it_is_written(line_1: str) -> None:
    assert address(line_1=line_1).key == address().key


def test_apartments_are_one_when_written_two_ways_and_two_when_numbered_so() -> None:
    keys = [address(line_2=line).key for line in ("Apartment 4", "apt. 4", "#4", "Unit 4")]
    assert len(set(keys)) == 1
    assert address(line_2="Apt 5").key not in keys


def test_who_lives_there_does_not_change_the_door_and_another_zip_does() -> None:
    assert address(recipient="Bea Other").key == address().key
    assert address(zip="77031").key != address().key


def test_an_organisation_that_names_the_illness_stands_on_no_envelope() -> None:
    lines = ["Mesothelioma Help Desk", "Asbestos Cancer Fund", "100 Sample Street", "Springfield, IL 62701"]
    assert envelope_lines(lines) == ("100 Sample Street", "Springfield, IL 62701")
    assert not names_illness("Sample Family Advocates")


@pytest.mark.parametrize("text", ["José Ñuñez-O’Brien", "12½ Łódź Straße", "c/o Müller & Co., #4"])
def test_latin_names_and_marks_can_be_printed(text: str) -> None:
    assert can_be_printed(text)


@pytest.mark.parametrize("text", ["李明", "Ада", "عدا", "Ada 😀", "Ada\u202eadA", "a\x07b"])
def test_what_a_carrier_cannot_read_cannot_be_printed(text: str) -> None:
    assert not can_be_printed(text)


def test_a_letter_is_expected_a_week_after_it_was_asked_and_five_days_after_it_was_posted() -> None:
    assert expected_at(NOW, None) == NOW + timedelta(days=7)
    assert expected_at(NOW, NOW + timedelta(days=1)) == NOW + timedelta(days=6)


def test_every_letter_reads_at_grade_seven_and_encloses_documents_that_exist() -> None:
    for step, words in load_letters()["letter"].items():
        assert grade(words["body"]).masked <= 7, step
        assert isinstance(enclosed(step), tuple)
        assert not re.search(r"guarantee|cure|surviv", words["body"])
