"""One route for each page, in both languages."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models.consent import ConsentEvent, ConsentWording
from intake.models.lead import Lead
from intake.rules.consents import wording
from intake.rules.facts import Language
from tests.visitor import CHECK, SENT, Visitor


def _switch(page: TestResponse) -> str:
    found = re.search(r'<a class="site-link" href="([^"]+)" lang=', page.text)
    assert found
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize("path", ["/", "/guide", "/privacy", "/doctor-match/"])
def test_a_public_page_is_there_in_spanish_and_says_so(browser_client: FlaskClient, path: str) -> None:
    english, spanish = browser_client.get(path), browser_client.get(f"/es{path}")
    assert english.status_code == spanish.status_code == 200
    assert '<html lang="en"' in english.text
    assert '<html lang="es"' in spanish.text
    assert "Privacidad" in spanish.text
    assert "Privacidad" not in english.text


def test_links_and_forms_keep_the_language(browser_client: FlaskClient) -> None:
    page = browser_client.get("/es/doctor-match/")
    links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
    own = [link for link in links if not link.startswith("/static/") and link != "/doctor-match/"]
    assert own
    assert all(link.startswith("/es/") for link in own)


def test_static_files_have_one_address_in_both_languages(browser_client: FlaskClient) -> None:
    pages = [browser_client.get(path).text for path in ("/", "/es/")]
    assert len({tuple(re.findall(r'"(/static/[^"]+)"', page)) for page in pages}) == 1


def test_the_switch_leads_to_the_same_page_with_its_query(browser_client: FlaskClient) -> None:
    there = _switch(browser_client.get("/doctor-match/who?change=1"))
    assert there == "/es/doctor-match/who?change=1"
    assert _switch(browser_client.get(there)) == "/doctor-match/who?change=1"


def test_answers_are_kept_when_the_language_is_switched(browser_client: FlaskClient) -> None:
    page = browser_client.get("/doctor-match/who")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    posted = {"csrf_token": token[1], "relation": "parent"}
    sent = browser_client.post("/doctor-match/who", data=posted)
    assert sent.location == "/doctor-match/diagnosis"
    spanish = browser_client.get("/es/doctor-match/who")
    assert re.search(r'value="parent"[^>]*checked', spanish.text)
    sent = browser_client.post("/es/doctor-match/who", data=posted)
    assert sent.location == "/es/doctor-match/diagnosis"


@pytest.mark.parametrize("path", ["/es/console/", "/es/healthz", "/es/static/icon.svg"])
def test_only_public_pages_have_a_spanish_address(browser_client: FlaskClient, path: str) -> None:
    assert browser_client.get(path).status_code == 404


def test_a_path_that_only_begins_like_a_language_is_not_one(browser_client: FlaskClient) -> None:
    assert '<html lang="en"' in browser_client.get("/essay").text
    assert browser_client.get("/es").status_code == 200


def test_one_request_leaves_no_language_behind_for_the_next(browser_client: FlaskClient) -> None:
    browser_client.get("/es/nothing-here")
    assert '<html lang="en"' in browser_client.get("/nothing-here").text


def test_consent_is_stored_in_the_words_that_were_shown(browser_client: FlaskClient) -> None:
    visitor = Visitor(browser_client, language="/es")
    visitor.answer_all()
    page = visitor.read(CHECK)
    assert "Pueden llamarme" in page
    assert "You can call" not in page
    assert visitor.send(consent_calls="y").location == f"/es{SENT}"
    with transaction() as session:
        stored = {event.wording_sha256 for event in session.scalars(select(ConsentEvent))}
        assert wording("automated_calls", "es").sha256 in stored
        languages = session.scalars(select(ConsentWording.language).where(ConsentWording.sha256.in_(stored)))
        assert set(languages) == {"es"}


def test_a_guide_that_was_asked_for_in_spanish_is_a_spanish_request(browser_client: FlaskClient) -> None:
    visitor = Visitor(browser_client, language="/es")
    visitor.post("/guide", {"first_name": "Ana", "email": "ana@example.com", "consent_email": "y"})
    with transaction() as session:
        assert session.scalars(select(Lead.language)).one() == Language.SPANISH


def test_every_line_of_a_list_begins_with_a_capital(browser_client: FlaskClient) -> None:
    visitor = Visitor(browser_client, language="/es")
    for slug in ("who", "diagnosis", "stage", "place", "name", "reach"):
        visitor.answer(slug)
    lines = re.findall(r"<option[^>]*>\s*(.+?)\s*</option>", visitor.read("/doctor-match/call"))
    assert any(line.startswith("Lunes") for line in lines)
    assert [line for line in lines if not line[0].isupper()] == []
