"""A family's own page: who may open it, what it says in each state, what can be mended there."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intake.db import transaction
from intake.models.callback import Callback
from intake.models.directory import Centre, Doctor, Location
from intake.models.lead import Contact, Lead
from intake.models.match import Match, MatchSet
from tests.visitor import Visitor, problems, text_of

NOW = datetime.now(UTC)
TODAY = NOW.date()


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    sender = Visitor(browser_client)
    sender.answer_all()
    sender.send(consent_email="y")
    return sender


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def lead_id() -> UUID:
    with transaction() as session:
        return session.scalars(select(Lead.id)).one()


def add_callback(*, due_in: timedelta, promise_in: timedelta, status: str = "waiting") -> None:
    with transaction() as session:
        session.add(
            Callback(
                lead_id=lead_id(),
                status=status,
                created_at=NOW,
                due_at=NOW + due_in,
                promise_by=NOW + promise_in,
                due_because="next_free",
                requested=True,
            )
        )


def add_matches(doctors: int) -> None:
    with transaction() as session:
        found = MatchSet(
            lead_id=lead_id(),
            current=True,
            created_at=NOW,
            rule_version="1",
            directory_version=1,
            widened=True,
            excluded={},
        )
        session.add(found)
        session.flush()
        for rank in range(1, doctors + 1):
            doctor, location = add_doctor(rank)
            session.add_all([doctor, location.centre])
            session.flush()
            session.add(location)
            session.flush()
            session.add(match_of(found, rank, doctor, location))


def add_doctor(rank: int) -> tuple[Doctor, Location]:
    centre = Centre(
        name=f"Sample centre {rank}", city="Houston", state="TX", source="sample", seen_on=TODAY, sample=True
    )
    doctor = Doctor(
        first_name="Sample",
        last_name=f"surgeon 0{rank}",
        credential="MD",
        status="verified",
        sample=True,
        languages=["en"],
        source="sample",
        seen_on=TODAY,
        updated_at=NOW,
    )
    location = Location(
        doctor_id=doctor.id,
        centre_id=centre.id,
        line_1="1 Sample Street",
        city="Houston",
        state="TX",
        zip="77030",
        phone="+15550100170",
        source="sample",
        seen_on=TODAY,
    )
    location.centre = centre
    return doctor, location


def match_of(found: MatchSet, rank: int, doctor: Doctor, location: Location) -> Match:
    return Match(
        match_set_id=found.id,
        rank=rank,
        doctor_id=doctor.id,
        location_id=location.id,
        score=1.0,
        parts={},
        reasons=[
            {"code": "treats_type", "params": {"diagnosis": "pleural"}},
            {"code": "video", "params": {}},
        ],
        distance_miles=12.4,
    )


def test_page_asks_a_stranger_for_the_phone_number(visitor: Visitor, stranger: Visitor) -> None:
    page = stranger.read(visitor.status_path())
    assert "The phone number you gave us" in page
    assert "María" not in page


@pytest.mark.parametrize(
    "typed", ["(555) 010-0142", "+1 555.010.0142", "maria@EXAMPLE.com", "555 010 0142 ext 9"]
)
def test_page_opens_when_the_number_or_address_is_right(
    visitor: Visitor, stranger: Visitor, typed: str
) -> None:
    path = visitor.status_path()
    assert stranger.post(path, {"phone": typed}).status_code == 303
    assert "Your reference" in stranger.read(path)


def test_answer_is_the_same_for_a_wrong_link_and_a_wrong_number(visitor: Visitor, stranger: Visitor) -> None:
    wrong_number = stranger.post(visitor.status_path(), {"phone": "555 010 0111"})
    wrong_link = stranger.post("/s/" + "x" * 32, {"phone": "555 010 0142"})
    assert wrong_number.status_code == wrong_link.status_code == 422
    assert problems(wrong_number) == problems(wrong_link)


def test_page_says_what_is_coming_while_nothing_is_ready(visitor: Visitor) -> None:
    page = visitor.read(visitor.status_path())
    assert "A nurse will call you" in page
    assert "We are still looking." in page
    assert "Your guide is being made." in page


def test_page_says_when_we_call_in_the_familys_zone(visitor: Visitor) -> None:
    add_callback(due_in=timedelta(days=1), promise_in=timedelta(days=1, minutes=30))
    page = visitor.read(visitor.status_path())
    assert "A nurse will call you tomorrow at " in page
    assert "Central time" in page
    assert "The call comes from" in page


def test_page_says_soon_when_the_call_is_due(visitor: Visitor) -> None:
    add_callback(due_in=timedelta(minutes=-5), promise_in=timedelta(minutes=20))
    assert "A nurse will call you soon, at the latest" in visitor.read(visitor.status_path())


def test_page_says_sorry_when_the_promised_time_has_passed(visitor: Visitor) -> None:
    add_callback(due_in=timedelta(hours=-2), promise_in=timedelta(hours=-1))
    page = visitor.read(visitor.status_path())
    assert "we are sorry" in page.lower()
    assert page.count('href="tel:+15550100199"') >= 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("done", "We have called."),
        ("cancelled", "No call is planned."),
        ("claimed", "about to call you"),
    ],
)
def test_page_says_how_the_call_stands(visitor: Visitor, status: str, words: str) -> None:
    add_callback(due_in=timedelta(hours=-2), promise_in=timedelta(hours=-1), status=status)
    assert words in visitor.read(visitor.status_path())


def test_page_lists_the_doctors_with_centre_distance_phone_and_reasons(visitor: Visitor) -> None:
    add_matches(2)
    page = visitor.read(visitor.status_path())
    assert page.count("data-doctor=") == 2
    for words in ("Sample surgeon 01, MD", "Sample centre 1", "About 10 miles away", "(555) 010-0170"):
        assert words in page
    assert "Can give a second opinion by video call." in page
    assert "These are doctors to talk to." in page
    assert "So we looked farther away." in page


def test_page_says_so_and_gives_the_number_when_nobody_fits(visitor: Visitor) -> None:
    add_matches(0)
    page = visitor.read(visitor.status_path())
    assert "We found no doctor on our list" in page
    assert "data-doctor" not in page


def test_mistyped_phone_and_email_are_corrected_on_the_page(visitor: Visitor) -> None:
    path = visitor.status_path()
    assert visitor.post(f"{path}/phone", {"phone": "555 010 0155"}, page=path).status_code == 303
    assert visitor.post(f"{path}/email", {"email": "new@example.com"}, page=path).status_code == 303
    with transaction() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.phone, contact.email) == ("+15550100155", "new@example.com")
    assert "Your email address is saved." in visitor.read(f"{path}?saved=email")


def test_correction_without_proof_changes_nothing(visitor: Visitor, stranger: Visitor) -> None:
    path = visitor.status_path()
    response = stranger.post(f"{path}/phone", {"phone": "555 010 0155"}, page=path)
    assert (response.status_code, response.location) == (303, path)
    with transaction() as session:
        assert session.scalars(select(Contact)).one().phone == "+15550100142"


def test_clearing_the_device_closes_the_page_on_it(visitor: Visitor) -> None:
    path = visitor.status_path()
    visitor.post("/doctor-match/clear", {}, page=path)
    assert "The phone number you gave us" in visitor.read(path)


def test_wrong_correction_keeps_what_was_typed(visitor: Visitor) -> None:
    path = visitor.status_path()
    response = visitor.post(f"{path}/email", {"email": "not an address"}, page=path)
    assert response.status_code == 422
    assert 'value="not an address"' in text_of(response)
    assert 'value="(555) 010-0142"' in text_of(response)


def test_guessing_is_stopped_with_a_page_after_ten_tries(
    stranger: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WIDE_LIMITS", False)
    path = "/s/" + "y" * 32
    answers = [stranger.client.post(path, data={"phone": "5550100100"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Too many tries" in text_of(answers[-1])
