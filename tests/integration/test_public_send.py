"""Consent, sending once, and the confirmation, through the real application."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intake.db import transaction
from intake.models.consent import ConsentEvent
from intake.models.lead import Contact, Draft, Lead
from tests.visitor import CHECK, SENT, Visitor, problems, text_of


@pytest.fixture
def visitor(browser_client: FlaskClient) -> Visitor:
    return Visitor(browser_client)


def count(model: type) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def only_lead() -> tuple[Lead, Contact]:
    with transaction() as session:
        return session.scalars(select(Lead)).one(), session.scalars(select(Contact)).one()


def test_confirmation_survives_a_reload_and_leads_to_the_familys_page(visitor: Visitor) -> None:
    visitor.answer_all()
    visitor.send()
    reference = visitor.sent_reference()
    assert visitor.sent_reference() == reference
    assert only_lead()[0].reference == reference
    assert f'data-reference="{reference}"' in visitor.read(visitor.status_path())


def test_confirmation_gives_the_phone_number_when_this_device_sent_nothing(visitor: Visitor) -> None:
    assert "(555) 010-0199" in visitor.read(SENT)


def test_call_is_owed_when_no_consent_is_ticked(visitor: Visitor) -> None:
    visitor.answer_all()
    page = visitor.read(CHECK)
    assert "checked" not in page
    assert "(555) 010-0142 about my request" in page
    visitor.send()
    with transaction() as session:
        given = {event.purpose: event.given for event in session.scalars(select(ConsentEvent))}
    assert given == {"collect": True, "automated_calls": False, "guide_and_follow_ups": False}
    lead, _ = only_lead()
    assert (lead.wants_call, lead.wants_guide) == (True, False)


def test_consent_is_stored_with_what_was_typed_when_ticked(visitor: Visitor) -> None:
    visitor.answer_all()
    visitor.send(consent_calls="y")
    with transaction() as session:
        event = session.scalars(select(ConsentEvent).where(ConsentEvent.channel == "call")).one()
        assert (event.given, event.typed, event.page) == (True, "(555) 010-0142", CHECK)


def test_second_click_is_the_same_lead(visitor: Visitor) -> None:
    visitor.answer_all()
    fields = visitor.hidden(CHECK)
    first = visitor.client.post(CHECK, data=fields)
    second = visitor.client.post(CHECK, data=fields)
    assert first.location == second.location == SENT
    assert count(Lead) == 1


def test_second_click_finds_its_lead_when_the_answer_to_the_first_was_lost(visitor: Visitor) -> None:
    visitor.answer_all()
    fields = visitor.hidden(CHECK)
    lost = visitor.client.get_cookie("session")
    visitor.client.post(CHECK, data=fields)
    assert lost is not None
    visitor.client.set_cookie("session", lost.value)
    assert visitor.client.post(CHECK, data=fields).location == SENT
    assert visitor.sent_reference() == only_lead()[0].reference


def test_draft_is_gone_after_sending_and_back_shows_no_answers(visitor: Visitor) -> None:
    visitor.answer_all()
    visitor.send()
    assert count(Draft) == 0
    assert visitor.client.get(CHECK).location == SENT
    assert visitor.client.get("/doctor-match/name").location == SENT


def test_sending_asks_once_more_when_a_hidden_box_was_filled(visitor: Visitor) -> None:
    visitor.answer_all()
    response = visitor.send(website="http://spam.example", consent_calls="y")
    assert (response.status_code, count(Lead)) == (422, 0)
    assert "press the button once more" in problems(response)
    assert "checked" in text_of(response)
    assert "spam.example" not in text_of(response)
    assert visitor.send().location == SENT


def test_sending_stops_when_the_answers_changed_in_another_window(visitor: Visitor) -> None:
    visitor.answer_all()
    response = visitor.send(submission_id="b6a2ea4e-0000-4000-8000-000000000000")
    assert (response.status_code, count(Lead)) == (422, 0)
    assert "another window" in problems(response)


def test_two_clicks_at_the_same_moment_are_one_lead(visitor: Visitor, app: Flask) -> None:
    visitor.answer_all()
    fields = visitor.hidden(CHECK)
    cookies = {name: visitor.client.get_cookie(name) for name in ("session", "draft")}

    def click(_: int) -> str | None:
        client = app.test_client()
        for name, cookie in cookies.items():
            assert cookie is not None
            client.set_cookie(name, cookie.value)
        return client.post(CHECK, data=fields).location

    with ThreadPoolExecutor(4) as clicks:
        assert set(clicks.map(click, range(4))) == {SENT}
    assert count(Lead) == 1


def test_sending_within_seconds_asks_once_more_when_the_trap_is_set(
    visitor: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "advocate", replace(app.extensions["advocate"], time_trap_seconds=60))
    visitor.answer_all()
    response = visitor.send()
    assert (response.status_code, count(Lead)) == (422, 0)
    assert "press the button once more" in problems(response)
    with transaction() as session:
        session.scalars(select(Draft)).one().created_at -= timedelta(minutes=2)
    assert visitor.send().location == SENT


def test_request_is_sent_when_the_call_should_be_in_spanish(visitor: Visitor) -> None:
    visitor.answer_all(reach={"language": "es"})
    assert visitor.send(consent_calls="y").location == SENT
    assert only_lead()[0].language == "es"


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("hospital", "hospital"),
        ("VA-Houston", "va-houston"),
        ("ada@family.example", None),
        ("a" * 25, None),
        ("=cmd", None),
    ],
)
def test_label_of_the_link_that_led_here_is_kept_when_it_names_nobody(
    visitor: Visitor, label: str, kept: str | None
) -> None:
    visitor.client.get("/", query_string={"from": label}, headers={"Referer": "https://hospital.example/ada"})
    visitor.answer_all()
    visitor.send()
    lead, _ = only_lead()
    assert lead.came_from == kept
    assert lead.stored_at is not None
