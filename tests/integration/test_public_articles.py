"""The pages to read: whole in both languages, every link alive, never a dead end."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake import create_app
from intake.config import ROOT, Settings
from intake.documents.articles import ARTICLES, load_article
from intake.organisation import load_organisation
from intake.rules.facts import Language
from intake.views.public.articles import ABOUT, LEARN, ONWARD

PATHS = {**LEARN, **ABOUT}
NAMES = [path.stem for path in sorted((ARTICLES / "en").glob("*.toml"))]


def test_every_article_has_its_page() -> None:
    assert sorted(NAMES) == sorted(PATHS)


@pytest.mark.parametrize("name", NAMES)
def test_an_article_says_the_same_parts_in_both_languages(name: str) -> None:
    english, spanish = load_article(name), load_article(name, Language.SPANISH)
    ids = [part.id for part in english.sections]
    assert ids == [part.id for part in spanish.sections]
    assert len(ids) == len(set(ids))
    assert bool(english.card) == bool(spanish.card)
    own = [part.title for part in english.sections]
    assert len(own) == len(set(own)), "two parts of one page have the same heading"
    assert set(english.then) <= {*ONWARD, "call"}


@pytest.mark.parametrize("path", ["/", "/learn", "/contact", *PATHS.values()])
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_a_page_opens_and_every_link_on_it_opens(browser_client: FlaskClient, prefix: str, path: str) -> None:
    page = browser_client.get(prefix + path)
    assert page.status_code == 200
    text = unescape(page.text)
    assert "tel:+15550100199" in text
    assert "{" not in re.sub(r"<[^>]*>", "", text)
    inside = {link.partition("#")[0] for link in re.findall(r'<a[^>]* href="(/[^"]*)"', text)}
    for link in inside - {""}:
        assert browser_client.get(link).status_code == 200, link


@pytest.mark.parametrize("path", list(PATHS.values()))
def test_an_article_leads_on(browser_client: FlaskClient, path: str) -> None:
    text = browser_client.get(path).text
    onward = re.search(r'<section class="onward".*?</section>', text, re.DOTALL)
    assert onward
    assert "<a " in onward[0]


def test_leaving_takes_the_answers_off_and_names_nobody(browser_client: FlaskClient) -> None:
    token = re.search(r'csrf_token"[^>]*value="([^"]+)"', browser_client.get("/doctor-match/who").text)
    assert token
    browser_client.post("/doctor-match/who", data={"csrf_token": token[1], "relation": "parent"})
    assert browser_client.get_cookie("draft") is not None
    left = browser_client.post("/leave")
    assert left.status_code == 303
    assert browser_client.get_cookie("draft") is None
    text = browser_client.get(left.location).text
    assert not re.search("sample|mesothelioma|doctor", text, re.IGNORECASE)
    assert 'value="parent"' not in browser_client.get("/doctor-match/diagnosis", follow_redirects=True).text


@pytest.fixture(scope="module")
def harbor(settings: Settings) -> Flask:
    """The application of the second sample organisation."""
    organisation = load_organisation(ROOT / "intake" / "sample" / "harbor.toml", sample=True)
    return create_app(replace(settings, organisation=organisation))


def test_a_second_brand_comes_from_its_file_alone(harbor: Flask, browser_client: FlaskClient) -> None:
    page = harbor.test_client().get("/").text
    assert "Harbor Sample Network" in page
    assert "(555) 010-0177" in page
    assert "Sample Family Advocates" not in page
    sheet = re.search(r'href="(/look\.css\?v=\w+)"', page)
    logo = re.search(r'src="(/look/logo\?v=\w+)"', page)
    assert sheet
    assert logo
    assert "#1f3f6e" in harbor.test_client().get(sheet[1]).text
    assert harbor.test_client().get(logo[1]).mimetype == "image/svg+xml"
    assert "look.css" not in browser_client.get("/").text


def test_a_language_that_is_not_offered_has_no_page(settings: Settings, tmp_path: Path) -> None:
    text = (ROOT / "intake" / "sample" / "harbor.toml").read_text()
    alone = text.replace('["en", "es"]', '["en"]').replace('logo = "harbor.svg"', "")
    (tmp_path / "organisation.toml").write_text(alone)
    organisation = load_organisation(tmp_path / "organisation.toml", sample=True)
    client = create_app(replace(settings, organisation=organisation)).test_client()
    assert "Español" not in client.get("/").text
    assert client.get("/es/").status_code == 404
