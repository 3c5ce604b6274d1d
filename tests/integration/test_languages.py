"""One route for each page, in both languages."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


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
