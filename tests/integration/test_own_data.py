"""A family sees what we hold and who looked, takes it along, stops everything."""

import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from intake.db import transaction
from intake.models import ConsentEvent, Lead, Suppression
from intake.services import audit
from tests.factories import NOON
from tests.visitor import ANSWERS, Visitor, text_of

PATHS = ("data", "data.json", "data.pdf", "delete")
EMAIL = ANSWERS["reach"]["email"]


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    visitor = Visitor(browser_client)
    visitor.answer_all()
    visitor.send()
    return visitor


def leads() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def test_page_tells_what_is_held_and_who_looked(visitor: Visitor) -> None:
    with transaction() as session:
        audit.note(
            session, "staff:1", "lead.opened", "lead", session.scalars(select(Lead.id)).one(), now=NOON
        )
    page = visitor.read(f"{visitor.status_path()}/data")
    for said in (
        "María-José O’Brien",
        "0142",
        EMAIL,
        "77030",
        "Pleural",
        "Tuesday, November 24: our staff, once",
    ):
        assert said in page
    assert "Your data" in visitor.read(visitor.status_path())


def test_file_holds_every_word_and_no_secret(visitor: Visitor) -> None:
    answer = visitor.client.get(f"{visitor.status_path()}/data.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    held = json.loads(answer.text)
    assert held["contact"][0]["last_name"] == "O’Brien"
    assert held["consent"][0]["wording"]
    assert visitor.status_path().rpartition("/")[2] not in answer.text
    assert "blind" not in answer.text


def test_paper_holds_the_same_words_and_prints_every_letter(visitor: Visitor) -> None:
    with transaction() as session:
        lead = session.scalars(select(Lead)).one()
        lead.came_from = "😀 x\ny"
    answer = visitor.client.get(f"{visitor.status_path()}/data.pdf")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    for said in ("María-José O’Brien", EMAIL, "77030", "What you agreed to", "lead.submitted", "? x"):
        assert said in words
    assert visitor.status_path().rpartition("/")[2] not in words


def test_nothing_is_shown_stopped_or_deleted_without_proof(visitor: Visitor, session_app: Flask) -> None:
    path = visitor.status_path()
    stranger = Visitor(session_app.test_client())
    for name in PATHS:
        assert stranger.client.get(f"{path}/{name}").location == path
    for name in ("stop", "delete"):
        assert stranger.post(f"{path}/{name}", {}, page=path).location == path
    assert leads() == 1


def test_everything_stops_when_they_say_so(visitor: Visitor) -> None:
    path = visitor.status_path()
    assert "nothing more" in text_of(visitor.post(f"{path}/stop", {}, page=f"{path}/data"))
    with transaction() as session:
        assert {"call", "email"} <= set(session.scalars(select(Suppression.channel)))
    assert "What we hold" in visitor.read(f"{path}/data")


def test_word_of_the_browser_not_to_sell_is_kept_with_the_consents_and_shown(
    browser_client: FlaskClient,
) -> None:
    visitor = Visitor(browser_client)
    visitor.answer_all()
    browser_client.environ_base["HTTP_SEC_GPC"] = "1"
    visitor.send()
    del browser_client.environ_base["HTTP_SEC_GPC"]
    assert "do not sell or share" in visitor.read(f"{visitor.status_path()}/data")
    with transaction() as session:
        assert set(session.scalars(select(ConsentEvent.gpc))) == {True}


def test_nothing_is_said_of_a_browser_that_did_not_say_it(visitor: Visitor) -> None:
    assert "do not sell or share" not in visitor.read(f"{visitor.status_path()}/data")
    answer = visitor.client.get("/.well-known/gpc.json")
    assert json.loads(answer.text)["gpc"] is True
