"""What holds on every public page: the phone number, the sample notice, no script, little weight."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions

from intake.config import ROOT
from tests.visitor import ANSWERS, CHECK, SENT, Visitor, text_of

PHONE = 'href="tel:+15550100199"'
PLAIN = [
    "/",
    "/doctor-match/",
    "/doctor-match/who",
    "/doctor-match/cleared",
    "/doctor-match/finish-later",
    SENT,
    "/guide",
    "/guide/sent",
    "/privacy",
    "/contact",
    "/who-we-are",
    "/how-we-choose-doctors",
    "/s/not-a-token",
    "/u/not-a-token",
    "/u/stopped",
    "/no-such-page",
]
QUESTIONS = [f"/doctor-match/{slug}" for slug in ANSWERS]
BUILT = ROOT / "intake" / "static" / "built"


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def every_page(visitor: Visitor) -> dict[str, str]:
    pages = {path: text_of(visitor.client.get(path)) for path in PLAIN}
    visitor.answer_all()
    pages |= {path: visitor.read(path) for path in [*QUESTIONS, CHECK]}
    visitor.send()
    pages |= {f"{SENT} after": visitor.read(SENT), "/s/": visitor.read(visitor.status_path())}
    return pages


def test_every_page_shows_phone_and_sample_notice_and_runs_nothing(visitor: Visitor) -> None:
    for path, page in every_page(visitor).items():
        header = page.partition("</header>")[0]
        assert PHONE in header, path
        assert "This is a sample site. The doctors are samples." in header, path
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page), path
        assert not re.search(r'(src|href|action)="(https?:)?//', page), path


def test_every_page_has_one_title_one_heading_and_no_repeated_id(visitor: Visitor) -> None:
    for path, page in every_page(visitor).items():
        assert len(re.findall(r"<h1[ >]", page)) == 1, path
        ids = re.findall(r'\sid="([^"]*)"', page)
        assert len(ids) == len(set(ids)), (path, sorted(ids))
        described = " ".join(re.findall(r'aria-describedby="([^"]*)"', page)).split()
        assert set(described) <= set(ids), path


def test_question_page_is_light_when_compressed(visitor: Visitor) -> None:
    sheet = len(gzip.compress((BUILT / "public.css").read_bytes(), 9))
    assert sheet <= 12 * 1024
    for path, page in every_page(visitor).items():
        assert len(gzip.compress(page.encode(), 9)) + sheet <= 15 * 1024, path


def test_sheet_holds_nothing_of_the_government_brand() -> None:
    sheet = (BUILT / "public.css").read_text().lower()
    for trace in ("#1d70b8", "gds transport", "#ffdd00", "url(", "@import", "crown"):
        assert trace not in sheet


def test_no_form_asks_the_browser_to_judge(visitor: Visitor) -> None:
    for path, page in every_page(visitor).items():
        assert " required" not in page, path


def test_name_of_the_page_begins_with_error_when_there_is_one(visitor: Visitor) -> None:
    response = visitor.post("/doctor-match/who", {})
    assert "<title>Error: " in text_of(response)
    assert "autofocus" in text_of(response)


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "/nothing", 404), ("GET", "/doctor-match/clear", 405)]
)
def test_error_is_answered_with_a_page_of_ours(visitor: Visitor, method: str, path: str, code: int) -> None:
    response = visitor.client.open(path, method=method)
    assert response.status_code == code
    assert PHONE in text_of(response)


def test_too_many_tries_and_our_own_fault_are_answered_with_pages(session_app: Flask) -> None:
    with session_app.test_request_context():
        for code in (413, 429, 500, 503):
            response = session_app.make_response(
                session_app.handle_user_exception(default_exceptions[code]())
            )
            assert response.status_code == code
            assert PHONE in response.get_data(as_text=True)


def test_pages_are_not_kept_by_the_browser_of_a_shared_device(visitor: Visitor) -> None:
    visitor.answer_all()
    assert visitor.client.get(CHECK).headers["Cache-Control"] == "no-store"


def test_templates_hold_no_address_of_others() -> None:
    for template in Path(ROOT / "templates" / "public").rglob("*.html"):
        assert "http" not in template.read_text(), template
