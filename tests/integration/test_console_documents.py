"""Documents in the console: read and signed part by part, seen as a PDF for a case or for a family."""

import io
from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.documents.content import Kind
from intake.documents.load import load_document
from intake.models import AuditEntry, GuidanceSignOff
from intake.services import letters
from intake.services.staff import Role
from tests.desk import claim_next, hidden, press, signed_in, stored_call, token_in
from tests.factories import NOON
from tests.letters import posted_to

PAGE = "/console/documents/after_treatment/en"
PARTS = load_document(Kind.AFTER_TREATMENT).sections


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def sign(client: FlaskClient, word: str = "approve", **fields: str) -> tuple[int, str]:
    page = client.get(PAGE).text
    kept = {"digest": hidden(page, "digest"), "csrf_token": token_in(page), "clinician": "Dr. Example"}
    answer = client.post(PAGE, data={**kept, "word": word, **fields})
    return answer.status_code, answer.text


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_every_document_is_listed_and_read_in_both_languages(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    listed = browser_client.get("/console/documents").text
    assert "Spanish" in listed
    assert "parts translated" not in listed
    for kind in Kind:
        for language in ("en", "es"):
            assert browser_client.get(f"/console/documents/{kind}/{language}").status_code == 200
    assert browser_client.get("/console/documents/guide/fr").status_code == 404
    assert browser_client.get("/console/documents/novel/en").status_code == 404


def test_one_word_signs_every_part_and_is_kept_with_who_when_and_hash(browser_client: FlaskClient) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    assert sign(browser_client, comment="As in the sources.")[0] == 303
    with transaction() as session:
        kept = session.scalars(select(GuidanceSignOff).order_by(GuidanceSignOff.id)).all()
    assert [word.digest for word in kept] == [part.digest for part in PARTS]
    assert {(word.clinician, word.staff_id, word.at) for word in kept} == {("Dr. Example", sue.id, NOON)}
    assert f"{len(PARTS)} of {len(PARTS)} parts signed" in browser_client.get("/console/documents").text
    assert "Each part names the clinician who reviewed it." in browser_client.get("/after-treatment").text


def test_later_word_against_one_part_unsigns_that_part_alone(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    sign(browser_client)
    assert sign(browser_client, "refuse", part="late", comment="Too short.")[0] == 303
    page = browser_client.get(PAGE).text
    assert page.count("Not right, says Dr. Example") == 1
    assert "Too short." in page
    assert page.count("Signed by Dr. Example") == len(PARTS) - 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"clinician": ""}, "Enter the name of the clinician"),
        ({"word": "refuse"}, "Say what is wrong"),
        ({"digest": "old"}, "The text was changed after you opened the page."),
        ({"part": "chapter_nine"}, "the document has no part chapter_nine"),
    ],
)
def test_word_is_refused_with_a_sentence(
    browser_client: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    status, page = sign(browser_client, **fields)
    assert (status, sentence in page) == (400, True)
    with transaction() as session:
        assert session.scalars(select(GuidanceSignOff)).all() == []


def test_advocate_reads_and_does_not_sign(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    assert 'value="approve"' not in browser_client.get(PAGE).text
    assert browser_client.post(PAGE).status_code == 403


def test_made_up_case_is_seen_as_a_pdf_with_doctors_that_are_plainly_samples(
    browser_client: FlaskClient,
) -> None:
    signed_in(browser_client)
    case = "?type=peritoneal&stage=3&status=new"
    assert "Stage 3 or 4" in words_of(browser_client.get(f"/console/documents/guide.pdf{case}").data)
    doctors = words_of(browser_client.get(f"/console/documents/doctors.pdf{case}&print=large").data)
    assert doctors.count("This is a sample, not a real doctor.") == 3
    for wrong in ("novel.pdf", "guide.pdf?type=flu", "guide.pdf?language=fr"):
        assert browser_client.get(f"/console/documents/{wrong}").status_code == 404


def test_supervisor_sees_any_familys_documents_and_each_look_is_kept(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    call = stored_call()
    page = f"/console/leads/{call.lead_id}/documents"
    assert "doctors.pdf" in browser_client.get(page).text
    assert "Stage 2" in words_of(browser_client.get(f"{page}/guide.pdf").data)
    with transaction() as session:
        looked = select(AuditEntry).where(AuditEntry.action == "document.previewed")
        assert [entry.detail["kind"] for entry in session.scalars(looked)] == ["list", "guide"]
    assert browser_client.get(f"/console/leads/{uuid4()}/documents").status_code == 404


def test_advocate_sees_the_documents_of_her_own_call_alone(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    mine, other = stored_call(urgency=1), stored_call()
    claim_next(browser_client)
    assert browser_client.get(f"/console/leads/{mine.lead_id}/documents/guide.pdf").status_code == 200
    assert browser_client.get(f"/console/leads/{other.lead_id}/documents/guide.pdf").status_code == 404
    assert browser_client.get(f"/console/leads/{other.lead_id}/documents").status_code == 404


def test_admin_sees_no_family(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.ADMIN)
    call = stored_call()
    assert browser_client.get(f"/console/leads/{call.lead_id}/documents").status_code == 403


def test_no_to_letters_stops_them_for_good_and_is_kept(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    with transaction() as session:
        lead_id = posted_to(session).lead_id
    page = f"/console/leads/{lead_id}/documents"
    assert "planned" in browser_client.get(page).text
    stopping = f"/console/leads/{lead_id}/letters/stop"
    assert browser_client.post(stopping).status_code == 400
    assert press(browser_client, page, stopping).status_code == 303
    shown = browser_client.get(page).text
    assert "They asked us to stop." in shown
    assert "They want no letters" not in shown
    with transaction() as session:
        assert letters.refusals(session, [lead_id]) == {lead_id: "they asked us to stop"}
        assert "letters.stopped" in session.scalars(select(AuditEntry.action)).all()


def test_advocate_stops_letters_of_her_own_call_alone(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    other = stored_call()
    page = "/console/documents"
    answer = press(browser_client, page, f"/console/leads/{other.lead_id}/letters/stop")
    assert answer.status_code in (400, 404)
