import tomllib
from pathlib import Path
from typing import Any

import pytest

from intake.cli.setup_file import organisation_toml, write_checked
from intake.cli.setup_questions import QUESTIONS, email, hours, minutes, phone, postal_address, text, zone
from intake.errors import AdvocateDeskError
from intake.organisation import load_organisation
from intake.rules.facts import Language

ANSWERS: dict[str, Any] = {
    "name": 'Example "Advocates" \\ Büro \U0001f33b',
    "phone": "+13125550142",
    "zone": "America/Chicago",
    "hours": {"mon": ["09:00-17:00"]},
    "sender_name": "Example",
    "sender_address": "help@example.org",
    "postal_address": "100 Main Street\nSpringfield, IL 62701",
    "who_pays": "Nobody pays: [office] = 'x'",
    "promise_minutes": 30,
}


@pytest.mark.parametrize(
    ("typed", "week"),
    [
        ("mon-tue 09:00-17:00", {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}),
        ("mon 09:00-12:00; mon 13:00-17:00;", {"mon": ["09:00-12:00", "13:00-17:00"]}),
        ("MON - TUE 09:00-17:00; tue closed", {"mon": ["09:00-17:00"]}),
        (" Always ", {"round_the_clock": True}),
    ],
)
def test_hours_become_the_office_table_when_they_can_be_read(typed: str, week: dict[str, Any]) -> None:
    assert hours(typed) == week


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nine to five",
        "mon 9-17",
        "fri-mon 09:00-17:00",
        "mon 17:00-09:00",
        "mon closed",
        "xyz 09:00-10:00",
    ],
)
def test_hours_are_refused_when_they_cannot_be_read(typed: str) -> None:
    with pytest.raises(AdvocateDeskError):
        hours(typed)


def test_answers_are_refused_when_they_are_of_no_use() -> None:
    wrong = [
        (text, " "),
        (text, "a\x1b[31m"),
        (text, "x" * 301),
        (phone, "911"),
        (zone, "Chicago"),
        (zone, "Mars/Olympus"),
        (zone, "../etc"),
        (email, "nobody"),
        (email, "a@b@c"),
        (minutes, "0"),
        (minutes, "soon"),
        (minutes, "²"),
        (postal_address, "100 Main Street"),
        (postal_address, "100 Main Street; Springfield"),
    ]
    for check, typed in wrong:
        with pytest.raises(AdvocateDeskError):
            check(typed)


def test_file_gives_the_same_answers_when_it_is_loaded_back(tmp_path: Path) -> None:
    fresh = write_checked(tmp_path / "organisation.toml", organisation_toml(ANSWERS))
    found = load_organisation(fresh, sample=False)
    assert (found.name, found.phone_e164) == (ANSWERS["name"], "+13125550142")
    assert found.postal_address == ANSWERS["postal_address"]
    assert found.who_pays_in(Language.ENGLISH) == ANSWERS["who_pays"]
    assert tomllib.loads(fresh.read_text())["office"] == {"zone": "America/Chicago", "mon": ["09:00-17:00"]}


def test_questions_have_distinct_options_when_listed() -> None:
    assert len({question.option for question in QUESTIONS}) == len(QUESTIONS)
