"""Working a call in the console: claim, start, write down, next."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from intake.db import transaction
from intake.models import AuditEntry, Callback, Lead
from intake.rules.facts import Relation
from intake.services.staff import Role
from tests.desk import (
    OPEN_AT,
    act,
    claim_next,
    hidden,
    press,
    reference_of,
    said,
    sign_in,
    signed_in,
    stored,
    stored_call,
    token_in,
)
from tests.factories import NOON

NUMBER = "(555) 010-0123"


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_a_call_is_worked_from_claim_to_the_next(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    first, second = stored_call(due_at=NOON - timedelta(minutes=5)), stored_call(phone="+15550100155")
    assert claim_next(browser_client) == first.id
    page = browser_client.get(f"/console/callbacks/{first.id}").text
    assert NUMBER not in page
    assert "12:00 pm CST" in page
    assert act(browser_client, first.id, "start", notes="rings twice").status_code == 303
    page = browser_client.get(f"/console/callbacks/{first.id}").text
    assert NUMBER in page
    assert 'href="tel:+15550100123"' in page
    assert "rings twice" in page
    answer = act(browser_client, first.id, "save", outcome="spoke", notes="wants the list", then="next")
    assert answer.headers["Location"] == f"/console/callbacks/{second.id}"
    assert stored(Callback, first.id).status == "done"
    assert reference_of(first) in said(browser_client)


def test_queue_names_no_number_and_no_last_name(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    callback = stored_call()
    page = browser_client.get("/console/").text
    assert reference_of(callback) in page
    assert "Ada" in page
    for secret in ("Example<", "0123", "ada@family.example"):
        assert secret not in page


def test_urgent_families_are_listed_first(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    plain, urgent = stored_call(due_at=NOON - timedelta(hours=1)), stored_call(urgency=1)
    page = browser_client.get("/console/").text
    assert page.index(reference_of(urgent)) < page.index(reference_of(plain))
    assert "then urgent families" in page


def test_empty_queue_says_when_the_next_call_is_due(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    assert "No one is waiting." in browser_client.get("/console/").text
    stored_call(due_at=NOON + timedelta(hours=2))
    assert "The next call is due today 2:00 pm CST" in browser_client.get("/console/").text
    assert press(browser_client, "/console/", "/console/claim-next").headers["Location"] == "/console/"
    assert said(browser_client) == "No call is due that may be made now."


def test_loser_is_told_when_two_claim_the_same_row(app: Flask, browser_client: FlaskClient) -> None:
    other = app.test_client()
    signed_in(browser_client)
    signed_in(other, name="Ben")
    url = f"/console/callbacks/{stored_call().id}/claim"
    assert OPEN_AT.search(press(browser_client, "/console/", url).headers["Location"])
    assert press(other, "/console/", url).headers["Location"] == "/console/"
    assert "Somebody else" in said(other)


def test_double_click_on_save_and_claim_next_claims_one_call(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    first = stored_call(due_at=NOON - timedelta(minutes=5))
    stored_call(phone="+15550100155"), stored_call(phone="+15550100156")
    claim_next(browser_client)
    act(browser_client, first.id, "start")
    page = browser_client.get(f"/console/callbacks/{first.id}").text
    fields = {name: hidden(page, name) for name in ("version", "attempt")}
    fields |= {"outcome": "no_answer", "then": "next", "csrf_token": token_in(page)}
    answers = [browser_client.post(f"/console/callbacks/{first.id}/save", data=fields) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    with transaction() as session:
        assert len(session.scalars(select(Callback).where(Callback.status == "claimed")).all()) == 1


def test_call_goes_back_with_its_notes_when_released(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    act(browser_client, callback.id, "release", notes="try the daughter")
    row: Callback = stored(Callback, callback.id)
    assert (row.status, row.claimed_by, row.notes) == ("waiting", None, "try the daughter")


def test_start_is_not_offered_when_night_has_come(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    evening = NOON + timedelta(hours=8, minutes=55)
    noon.move_to(evening)
    signed_in(browser_client)
    callback = stored_call(due_at=evening)
    claim_next(browser_client)
    noon.move_to(evening + timedelta(minutes=6))
    page = browser_client.get(f"/console/callbacks/{callback.id}").text
    assert "Do not ring now." in page
    assert '<button class="govuk-button" disabled aria-describedby="not-1">Start call</button>' in page
    act(browser_client, callback.id, "start")
    page = browser_client.get(f"/console/callbacks/{callback.id}").text
    assert "Not now: It is too late" in page
    assert NUMBER not in page


def test_supervisor_reads_a_colleagues_call_without_its_number(
    app: Flask, browser_client: FlaskClient
) -> None:
    signed_in(browser_client)
    callback = stored_call(relation=Relation.PARENT, patient_first_name="José")
    claim_next(browser_client)
    act(browser_client, callback.id, "start")
    sue = app.test_client()
    signed_in(sue, Role.SUPERVISOR, name="Sue")
    page = sue.get(f"/console/callbacks/{callback.id}").text
    assert "You are reading only." in page
    assert "José" in page
    assert NUMBER not in page
    assert "<textarea" not in page


def test_looking_renews_the_claim_and_is_audited(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ana = signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    noon.move_to(NOON + timedelta(minutes=10))
    browser_client.get(f"/console/callbacks/{callback.id}")
    assert stored(Callback, callback.id).claimed_until == NOON + timedelta(minutes=25)
    with transaction() as session:
        viewed = select(AuditEntry).where(AuditEntry.action == "lead.viewed")
        assert {entry.actor for entry in session.scalars(viewed)} == {f"staff:{ana.id}"}


def test_consents_and_history_are_on_the_screen(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    act(browser_client, callback.id, "start")
    act(browser_client, callback.id, "save", outcome="busy", notes="engaged all day")
    with time_machine.travel(NOON + timedelta(minutes=31), tick=False):
        sign_in(browser_client, "ana@desk.example")
        claim_next(browser_client)
        page = browser_client.get(f"/console/callbacks/{callback.id}").text
    assert "Guide and follow-up mails" in page
    assert "Line was busy" in page
    assert "engaged all day" in page
    assert stored(Lead, callback.lead_id).reference in page
