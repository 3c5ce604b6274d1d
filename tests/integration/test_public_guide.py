"""The guide by email or at once, and the way to stop the mail."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.crypto import keyring
from intake.db import transaction
from intake.models.consent import ConsentEvent
from intake.models.lead import Lead
from intake.models.mailing import Suppression
from intake.services.stop_links import stop_token
from tests.visitor import Visitor, problems, text_of

ASKED = {"first_name": "Ann", "email": "ann@example.com", "diagnosis": "peritoneal", "consent_email": "y"}


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


@pytest.fixture
def mailing_token(visitor: Visitor) -> str:
    """The end of the stop link in every mail to Ann."""
    visitor.post("/guide", ASKED)
    return stop_token(keyring().blind("email", "ann@example.com"))


def suppressions() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Suppression)) or 0


def test_guide_is_asked_for_and_its_page_says_so(visitor: Visitor) -> None:
    response = visitor.post("/guide", ASKED)
    assert (response.status_code, response.location) == (303, "/guide/sent")
    assert "ann@example.com" in visitor.read("/guide/sent")
    with transaction() as session:
        lead = session.scalars(select(Lead)).one()
        consent = session.scalars(select(ConsentEvent).where(ConsentEvent.channel == "email")).one()
        assert (lead.kind, lead.wants_guide, lead.wants_call, consent.given) == ("guide", True, False, True)


def test_guide_by_email_needs_the_tick_and_says_how_to_do_without(visitor: Visitor) -> None:
    response = visitor.post("/guide", {**ASKED, "consent_email": ""} | {"consent_email": "false"})
    assert response.status_code == 422
    assert "Tick the box so that we may email you." in problems(response)
    assert 'value="ann@example.com"' in text_of(response)


def test_second_click_asks_for_one_guide(visitor: Visitor) -> None:
    fields = {**visitor.hidden("/guide"), **ASKED}
    assert visitor.client.post("/guide", data=fields).status_code == 303
    assert visitor.client.post("/guide", data=fields).status_code == 303
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == 1


def test_guide_can_be_read_at_once_without_giving_anything(visitor: Visitor) -> None:
    response = visitor.client.get("/guide/guide.pdf")
    assert response.mimetype == "application/pdf"
    assert response.get_data().startswith(b"%PDF-")


def test_page_of_a_guide_request_opens_with_the_email_address(visitor: Visitor, app: Flask) -> None:
    visitor.post("/guide", ASKED)
    with transaction() as session:
        path = f"/s/{session.scalars(select(Lead)).one().status_token}"
    stranger = Visitor(app.test_client())
    assert stranger.post(path, {"phone": "Ann@example.com"}).status_code == 303
    assert "Doctors to talk to" not in stranger.read(path)


def test_unsubscribe_link_changes_nothing_until_the_button_is_pressed(
    app: Flask, visitor: Visitor, mailing_token: str
) -> None:
    assert "Stop the email" in visitor.read(f"/u/{mailing_token}")
    assert suppressions() == 0
    stranger = app.test_client(use_cookies=False)
    for _ in range(2):
        answer = stranger.post(f"/u/{mailing_token}", data={"choice": "mail"})
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
        assert "We send you no more email" in answer.text
    assert suppressions() == 1


def test_one_click_works_without_cookies_and_as_often_as_it_comes(app: Flask, mailing_token: str) -> None:
    for _ in range(3):
        program = app.test_client(use_cookies=False)
        response = program.post(f"/u/{mailing_token}", data={"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    assert suppressions() == 1


def test_one_click_of_an_unknown_token_is_answered_the_same(app: Flask, visitor: Visitor) -> None:
    response = app.test_client().post("/u/nobody", data={"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert "We send you no more email" in visitor.client.post("/u/nobody").text
    assert suppressions() == 0
