"""The way through the seven questions and what is stored of it, through the real application."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.db import transaction
from intake.models.lead import Contact, Draft, Lead, Patient
from intake.models.work import OutboxTask
from tests.visitor import ANSWERS, CHECK, SENT, Visitor, problems, text_of


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def count(model: type) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def only_lead() -> tuple[Lead, Contact]:
    with transaction() as session:
        return session.scalars(select(Lead)).one(), session.scalars(select(Contact)).one()


def test_request_is_stored_as_it_was_answered_when_it_is_sent(visitor: Visitor) -> None:
    visitor.answer_all()
    response = visitor.send(consent_email="y")
    assert (response.status_code, response.location) == (303, SENT)
    lead, contact = only_lead()
    assert (lead.diagnosis, lead.cell_type, lead.stage, lead.treatment_status) == (
        "pleural",
        "epithelioid",
        "3",
        "new",
    )
    assert (lead.zip, lead.state, lead.travel, lead.time_zones) == (
        "77030",
        "TX",
        "anywhere",
        ["America/Chicago"],
    )
    assert (lead.call_day, lead.call_part, lead.wants_call, lead.wants_guide) == (
        "next_free",
        "morning",
        True,
        True,
    )
    assert (contact.first_name, contact.last_name) == ("María-José", "O’Brien")
    assert (contact.phone, contact.email) == ("+15550100142", "maria@example.com")
    assert count(OutboxTask) > 0


def test_nothing_is_needed_but_six_answers(visitor: Visitor) -> None:
    needed = {
        "who": {"relation": "self"},
        "diagnosis": {"diagnosis": "peritoneal"},
        "stage": {},
        "place": {"zip_code": "02139"},
        "name": {"first_name": "Ann"},
        "reach": {"phone": "5550100143"},
        "call": {"call_day": "today"},
    }
    for slug, fields in needed.items():
        assert visitor.post(f"/doctor-match/{slug}", fields).status_code == 303
    assert visitor.send().location == SENT
    lead, contact = only_lead()
    assert (lead.stage, lead.cell_type, lead.zip, contact.last_name) == ("unknown", "unknown", "02139", None)


def test_stage_is_not_asked_when_nothing_is_diagnosed(visitor: Visitor) -> None:
    visitor.answer("who")
    response = visitor.answer("diagnosis", diagnosis="unsure")
    assert response.location == "/doctor-match/place"
    assert "Question 3 of 6" in visitor.read(response.location)


def test_old_stage_is_left_out_when_the_diagnosis_becomes_unsure(visitor: Visitor) -> None:
    visitor.answer_all()
    visitor.answer("diagnosis", diagnosis="unsure")
    visitor.send()
    assert only_lead()[0].stage == "unknown"


def test_change_returns_to_the_last_page(visitor: Visitor) -> None:
    visitor.answer_all()
    response = visitor.post("/doctor-match/name?change=1", {**ANSWERS["name"], "first_name": "Ana"})
    assert response.location == CHECK
    assert "Ana O’Brien" in visitor.read(CHECK)


def test_change_to_a_diagnosis_asks_for_the_stage_that_was_skipped(visitor: Visitor) -> None:
    visitor.answer_all(diagnosis={"diagnosis": "unsure"})
    with transaction() as session:
        draft = session.scalars(select(Draft)).one()
        draft.answers = {**draft.answers, "seen": [slug for slug in ANSWERS if slug != "stage"]}
    response = visitor.post("/doctor-match/diagnosis?change=1", {"diagnosis": "pleural"})
    assert response.location == "/doctor-match/stage?change=1"
    assert visitor.post(response.location, {"stage": "2"}).location == CHECK


def test_words_say_they_when_somebody_else_is_ill(visitor: Visitor) -> None:
    visitor.answer_all(who={"relation": "parent"}, name={"patient_first_name": "Pat"})
    assert "Where do they live?" in visitor.read("/doctor-match/place")
    assert "where your phone rings" in visitor.read("/doctor-match/call")
    visitor.send()
    with transaction() as session:
        assert session.scalars(select(Patient)).one().first_name == "Pat"


def test_time_zone_of_the_caller_is_kept_when_somebody_else_is_ill(visitor: Visitor) -> None:
    visitor.answer_all(who={"relation": "parent"}, call={"time_zone": "America/Los_Angeles"})
    visitor.send()
    lead, _ = only_lead()
    assert (lead.time_zones, lead.time_zone_certain) == (["America/Los_Angeles"], True)


def test_unknown_zip_code_is_asked_again_then_accepted(visitor: Visitor) -> None:
    for slug in ("who", "diagnosis", "stage"):
        visitor.answer(slug)
    again = visitor.answer("place", zip_code="00000")
    assert again.status_code == 422
    assert "We cannot find the ZIP code 00000" in problems(again)
    assert 'value="00000"' in text_of(again)
    assert visitor.answer("place", zip_code="00000", use_anyway="y").status_code == 303
    for slug in ("name", "reach", "call"):
        visitor.answer(slug)
    assert "Choose a time zone" in visitor.read("/doctor-match/call")
    assert visitor.send().location == SENT
    assert only_lead()[0].zip == "00000"


def test_get_never_writes_a_row(visitor: Visitor) -> None:
    paths = [f"/doctor-match/{slug}" for slug in ANSWERS]
    for path in ["/", "/doctor-match/", "/guide", CHECK, SENT, "/doctor-match/finish-later", *paths]:
        visitor.client.get(path)
    assert count(Draft) == 0


def test_page_out_of_turn_leads_to_the_start_when_there_are_no_answers(visitor: Visitor) -> None:
    assert visitor.client.get("/doctor-match/call").location == "/doctor-match/"
    assert visitor.client.get(CHECK).location == "/doctor-match/"


def test_page_out_of_turn_leads_to_the_first_open_question(visitor: Visitor) -> None:
    visitor.answer("who")
    assert visitor.client.get("/doctor-match/call").location == "/doctor-match/diagnosis"
    visitor.answer("diagnosis")
    assert visitor.client.get("/doctor-match/stage").status_code == 200


def test_answers_are_there_again_when_the_visitor_comes_back(visitor: Visitor) -> None:
    visitor.answer_all()
    assert 'value="María-José"' in visitor.read("/doctor-match/name")
    assert "Go on where I stopped" in visitor.read("/doctor-match/")


def test_clear_takes_the_draft_away(visitor: Visitor) -> None:
    visitor.answer_all()
    response = visitor.post("/doctor-match/clear", {}, page="/doctor-match/finish-later")
    assert (response.status_code, count(Draft)) == (303, 0)
    assert "María" not in text_of(visitor.client.get("/doctor-match/name", follow_redirects=True))


def test_answer_is_kept_when_the_draft_has_expired_under_it(visitor: Visitor) -> None:
    fields = visitor.hidden("/doctor-match/who")
    response = visitor.client.post("/doctor-match/name", data={**fields, "first_name": "Ann"})
    assert response.status_code == 303
    assert count(Draft) == 1


def test_page_comes_back_with_what_was_typed_when_its_token_is_old(visitor: Visitor) -> None:
    visitor.answer_all()
    response = visitor.client.post(
        "/doctor-match/name", data={"csrf_token": "old", "first_name": "Ann-Marie"}
    )
    assert response.status_code == 422
    assert "press the button again" in problems(response)
    assert 'value="Ann-Marie"' in text_of(response)


def test_day_is_asked_for_when_another_day_is_chosen_without_one(visitor: Visitor) -> None:
    for slug in ("who", "diagnosis", "stage", "place", "name", "reach"):
        visitor.answer(slug)
    response = visitor.answer("call", call_day="on_date")
    assert response.status_code == 422
    assert "Choose the day on which we should call." in problems(response)


def test_draft_cookie_is_out_of_reach_of_scripts(visitor: Visitor) -> None:
    header = next(h for h in visitor.answer("who").headers.getlist("Set-Cookie") if h.startswith("draft="))
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=604800"} <= set(header.split("; "))
