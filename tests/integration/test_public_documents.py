"""The documents on the web: open to everybody, the doctor list to its family alone."""

import io
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from intake.db import transaction
from intake.documents import data
from intake.documents.content import Kind
from intake.documents.load import load_document
from intake.models import AuditEntry, Lead, Match, MatchSet
from intake.rules.facts import Language
from intake.services import documents
from intake.services.sign_offs import Word
from tests.desk import account
from tests.directory import stored_doctor
from tests.factories import NOON, stored_lead
from tests.visitor import Visitor, text_of

PAGES = ["/guide/read", "/questions", "/after-treatment"]
FILES = ["/guide/guide.pdf", "/questions/questions.pdf", "/after-treatment/checkups.pdf"]


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def text_of_pdf(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


@pytest.mark.parametrize("page", PAGES)
def test_page_names_sources_version_and_review_and_asks_nothing(visitor: Visitor, page: str) -> None:
    found = visitor.read(page)
    for words in ("Where the facts come from", "Version 2026-11-1", "awaiting clinical review"):
        assert words in found


@pytest.mark.parametrize("file", FILES)
def test_file_comes_in_normal_and_large_print(visitor: Visitor, file: str) -> None:
    normal, large = visitor.client.get(file), visitor.client.get(f"{file}?print=large")
    assert normal.mimetype == large.mimetype == "application/pdf"
    pages = [len(PdfReader(io.BytesIO(answer.data)).pages) for answer in (normal, large)]
    assert pages[0] < pages[1]


def test_page_and_file_are_fitted_to_the_answers_in_the_address(visitor: Visitor) -> None:
    fitted = "?type=peritoneal&stage=3&status=new"
    page = visitor.read(f"/guide/read{fitted}")
    assert "Stage 3 or 4: what often comes up" in page
    assert '<option value="peritoneal" selected>' in page
    assert 'content="noindex"' in page
    assert "/guide/guide.pdf?type=peritoneal&stage=3&status=new&print=large" in page
    file = visitor.client.get(f"/questions/questions.pdf{fitted}").data
    assert "What is my PCI score" in text_of_pdf(file)


def test_answer_that_is_none_of_ours_gets_the_page_for_everybody_and_a_sentence(visitor: Visitor) -> None:
    page = visitor.read("/questions?stage=%00seven&type=pleural&print=huge")
    assert "We did not understand the answer to “Which stage?”" in page
    assert "What is my cell type" in page


def test_file_is_not_sent_twice_to_a_browser_that_has_it(visitor: Visitor) -> None:
    first = visitor.client.get(FILES[1])
    again = visitor.client.get(FILES[1], headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert visitor.client.get(f"{FILES[1]}?type=pleural").headers["ETag"] != first.headers["ETag"]


def test_page_names_the_clinician_from_the_moment_a_part_is_signed(visitor: Visitor) -> None:
    with transaction() as session:
        staff_id = account(session).id
    with transaction() as session:
        word = Word(clinician="Dr. Example", approved=True, staff_id=staff_id)
        documents.sign(session, Kind.QUESTIONS, Language.ENGLISH, "how", word, now=NOON)
    signed = "reviewed by Dr. Example on 2026-11-24"
    assert visitor.read("/questions").count(signed) == 1
    assert text_of_pdf(visitor.client.get(FILES[1]).data).count(signed) == 1


@pytest.fixture
def family(app: Flask) -> str:
    """The path of the page of a family with one doctor on its list."""
    doctor = stored_doctor()
    with transaction() as session:
        sent = stored_lead(session, treatment_status="full_remission")
        made = MatchSet(lead_id=sent.lead_id, current=True, created_at=NOON, rule_version="1")
        made.directory_version, made.widened, made.excluded = 1, False, {}
        session.add(made)
        session.flush()
        match = Match(match_set_id=made.id, rank=1, doctor_id=doctor.id, score=1.0)
        match.parts, match.reasons = {}, []
        session.add(match)
    return f"/s/{sent.status_token}"


def test_doctor_list_opens_with_proof_only(family: str, visitor: Visitor) -> None:
    for path in ("doctors", "doctors.pdf", "guide.pdf"):
        answer = visitor.client.get(f"{family}/{path}")
        assert (answer.status_code, answer.location) == (303, family)
    visitor.post(family, {"phone": "(555) 010-0123"})
    page = visitor.read(f"{family}/doctors")
    assert "What to have ready when you call" in page
    assert 'data-doctor="' in page
    assert "What to have ready" in text_of_pdf(visitor.client.get(f"{family}/doctors.pdf?print=large").data)
    assert "no-store" in visitor.client.get(f"{family}/doctors.pdf").headers["Cache-Control"]
    assert visitor.client.get(f"{family}/passwords.pdf").status_code == 404


def test_family_prints_what_fits_it_and_each_look_is_kept(family: str, visitor: Visitor) -> None:
    visitor.post(family, {"phone": "(555) 010-0123"})
    page = visitor.read(family)
    for name in ("doctors", "guide", "questions", "checkups"):
        assert f"{family}/{name}.pdf?print=large" in page
    assert "Stage 2: what often" not in text_of_pdf(visitor.client.get(f"{family}/guide.pdf").data)
    with transaction() as session:
        lead_id = session.scalars(select(Lead.id)).one()
        seen = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(lead_id)))
        assert "guide.viewed" in list(seen)


def test_link_of_nobody_is_answered_like_one_without_proof(visitor: Visitor) -> None:
    answer = visitor.client.get("/s/nobody/doctors")
    assert (answer.status_code, answer.location) == (303, "/s/nobody")
    assert "data-doctor" not in text_of(visitor.client.get("/s/nobody"))


def test_part_without_a_translation_stands_in_english_and_says_so_in_spanish(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    english, spanish = (load_document(Kind.QUESTIONS, language) for language in Language)
    untranslated = replace(spanish, sections=(english.sections[0], *spanish.sections[1:]))
    monkeypatch.setattr(data, "load_document", lambda *_: untranslated)
    page = visitor.read("/es/questions")
    assert '<section id="how" aria-labelledby="how-title" lang="en">' in page
    assert '<section id="sure" aria-labelledby="sure-title">' in page
    assert page.count('<p class="govuk-body" lang="es">Esta parte todavía no está en español.</p>') == 1
    assert text_of_pdf(visitor.client.get(f"/es{FILES[1]}").data).count("Esta parte todavía") == 1
