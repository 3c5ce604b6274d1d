"""Saving a call when something came between: kept as typed, handed on, lost, erased, taken back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import CallAttempt, Callback, StaffSession
from tests.desk import (
    act,
    claim_next,
    hidden,
    press,
    reference_of,
    said,
    scheduled_lead,
    sign_in,
    signed_in,
    stored,
    stored_call,
    token_in,
)
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def held(browser_client: FlaskClient) -> UUID:
    """Ana is signed in and has a call."""
    signed_in(browser_client)
    stored_call()
    return claim_next(browser_client)


def fields_of(client: FlaskClient, callback_id: UUID) -> dict[str, str]:
    """The hidden fields of the call's page as it is now."""
    page = client.get(f"/console/callbacks/{callback_id}").text
    kept = {name: hidden(page, name) for name in ("version", "page", "attempt")}
    return {**kept, "csrf_token": token_in(page)}


def post(
    client: FlaskClient, callback_id: UUID, verb: str, page: dict[str, str], **more: Any
) -> TestResponse:
    return client.post(f"/console/callbacks/{callback_id}/{verb}", data={**page, **more})


def notes_of(callback_id: UUID) -> str | None:
    found: str | None = stored(Callback, callback_id).notes
    return found


def somebody_takes_it(app: Flask, callback_id: UUID, noon: time_machine.Traveller) -> FlaskClient:
    """Ana's claim runs out while her sign-in lives; Ben claims the call."""
    noon.move_to(NOON + 16 * MINUTE)
    ben = app.test_client()
    signed_in(ben, name="Ben")
    press(ben, "/console/", f"/console/callbacks/{callback_id}/claim")
    return ben


def test_notes_are_kept_as_they_are_typed(browser_client: FlaskClient, held: UUID) -> None:
    page = fields_of(browser_client, held)
    for text in ("rings", "rings twice", "rings twi", ""):
        answer = post(browser_client, held, "keep", page, notes=text)
        assert answer.status_code == 200
        assert "Saved 12:00 pm" in answer.text
        assert notes_of(held) == (text or None)
    assert post(browser_client, held, "save", page, notes="at noon", then="stay").status_code == 303
    assert notes_of(held) == "at noon"


def test_outcome_is_saved_by_the_page_that_kept_its_notes(browser_client: FlaskClient, held: UUID) -> None:
    act(browser_client, held, "start")
    page = fields_of(browser_client, held)
    post(browser_client, held, "keep", page, notes="spoke to the son")
    answer = post(browser_client, held, "save", page, notes="son", outcome="spoke", then="stay")
    assert answer.status_code == 303
    assert stored(Callback, held).status == "done"


def test_second_window_is_shown_both_texts_side_by_side(browser_client: FlaskClient, held: UUID) -> None:
    act(browser_client, held, "start")
    first, second = fields_of(browser_client, held), fields_of(browser_client, held)
    assert post(browser_client, held, "keep", first, notes="wants the list").status_code == 200
    assert post(browser_client, held, "keep", second, notes="rings at four").status_code == 409
    answer = post(
        browser_client, held, "save", second, notes="rings at four", outcome="no_answer", then="next"
    )
    assert answer.status_code == 409
    assert "This call was written to in another window" in answer.text
    assert '<p class="notes">wants the list</p>' in answer.text
    assert '<p class="notes">rings at four</p>' in answer.text
    assert (notes_of(held), stored(Callback, held).status) == ("wants the list", "claimed")
    merged = {name: hidden(answer.text, name) for name in ("version", "page", "attempt", "outcome")}
    merged |= {"csrf_token": token_in(answer.text), "notes": "wants the list\nrings at four", "then": "stay"}
    assert browser_client.post(f"/console/callbacks/{held}/save", data=merged).status_code == 303
    with transaction() as session:
        attempt = session.scalars(select(CallAttempt)).one()
        assert (attempt.outcome, attempt.notes) == ("no_answer", "wants the list\nrings at four")


def test_colleague_who_took_the_call_is_shown_beside_what_was_typed(
    app: Flask, browser_client: FlaskClient, held: UUID, noon: time_machine.Traveller
) -> None:
    page = fields_of(browser_client, held)
    ben = somebody_takes_it(app, held, noon)
    post(ben, held, "keep", fields_of(ben, held), notes="Ben knows them")
    answer = post(browser_client, held, "save", page, notes="asked for Friday", then="stay")
    assert answer.status_code == 409
    assert "<strong>Ben</strong> has it now." in answer.text
    assert "Ben knows them" in answer.text
    assert "asked for Friday" in answer.text
    assert "asked for Friday" in ben.get(f"/console/callbacks/{held}").text
    assert notes_of(held) == "Ben knows them"


def test_call_that_was_lost_in_the_middle_keeps_its_outcome_as_a_fact(
    app: Flask, browser_client: FlaskClient, held: UUID, noon: time_machine.Traveller
) -> None:
    act(browser_client, held, "start")
    page = fields_of(browser_client, held)
    noon.move_to(NOON + 25 * MINUTE)
    post(browser_client, held, "stay", page)
    noon.move_to(NOON + 61 * MINUTE)
    with transaction() as session:
        session.get_one(Callback, held).claimed_until = NOON
    ben = app.test_client()
    signed_in(ben, name="Ben")
    press(ben, "/console/", f"/console/callbacks/{held}/claim")
    sign_in(browser_client, "ana@desk.example")
    page["csrf_token"] = fields_of(browser_client, held).get("csrf_token") or token_in(
        browser_client.get("/console/").text
    )
    answer = post(browser_client, held, "save", page, notes="spoke to the son", outcome="spoke", then="stay")
    assert answer.status_code == 409
    assert "So is what came of your call" in answer.text
    assert stored(Callback, held).claimed_by != stored(CallAttempt, UUID(page["attempt"])).staff_id
    attempt: CallAttempt = stored(CallAttempt, UUID(page["attempt"]))
    assert (attempt.outcome, attempt.notes) == ("spoke", "spoke to the son")


def test_request_that_was_erased_meanwhile_is_told_plainly(browser_client: FlaskClient, held: UUID) -> None:
    page = fields_of(browser_client, held)
    with transaction() as session:
        session.execute(delete(Callback).where(Callback.id == held))
    for verb in ("save", "release", "start", "hand-over"):
        answer = post(browser_client, held, verb, page, notes="asked for Friday", colleague=str(held))
        assert answer.status_code == 409, verb
        assert "This request was deleted" in answer.text
        assert "asked for Friday" in answer.text


def test_stranger_learns_nothing_of_a_call_that_never_was_hers(
    app: Flask, browser_client: FlaskClient, held: UUID
) -> None:
    ben = app.test_client()
    signed_in(ben, name="Ben")
    page = {"csrf_token": token_in(ben.get("/console/").text), "version": "1"}
    foreign = post(ben, held, "save", page, notes="let me in", then="stay")
    absent = post(ben, UUID(int=1), "save", page, notes="let me in", then="stay")
    assert (foreign.status_code, foreign.text) == (absent.status_code, absent.text)
    assert "Ana" not in foreign.text
    assert notes_of(held) is None


def test_open_page_renews_the_claim(
    browser_client: FlaskClient, held: UUID, noon: time_machine.Traveller
) -> None:
    page = fields_of(browser_client, held)
    noon.move_to(NOON + 10 * MINUTE)
    assert "yours until 12:25 pm" in post(browser_client, held, "stay", page).text
    assert stored(Callback, held).claimed_until == NOON + 25 * MINUTE


def test_long_call_keeps_its_advocate_signed_in_and_an_idle_page_does_not(
    browser_client: FlaskClient, held: UUID, noon: time_machine.Traveller
) -> None:
    page = fields_of(browser_client, held)
    noon.move_to(NOON + 10 * MINUTE)
    post(browser_client, held, "stay", page)
    assert seen_at() == NOON
    act(browser_client, held, "start")
    noon.move_to(NOON + 20 * MINUTE)
    post(browser_client, held, "stay", page)
    assert seen_at() == NOON + 20 * MINUTE


def seen_at() -> object:
    with transaction() as session:
        return session.scalars(select(StaffSession.seen_at)).one()


def test_page_that_lost_its_call_says_so_by_itself(
    app: Flask, browser_client: FlaskClient, held: UUID, noon: time_machine.Traveller
) -> None:
    page = fields_of(browser_client, held)
    somebody_takes_it(app, held, noon)
    for verb in ("stay", "keep"):
        answer = post(browser_client, held, verb, page, notes="words")
        assert answer.status_code == 409
        assert "This call is not yours any more" in answer.text


def test_call_is_handed_to_a_colleague(app: Flask, browser_client: FlaskClient, held: UUID) -> None:
    ben = app.test_client()
    colleague = signed_in(ben, name="Ben")
    act(browser_client, held, "hand-over", colleague=str(colleague.id), notes="speaks softly")
    assert "Your colleague has the call" in said(browser_client)
    mine = ben.get("/console/?show=mine").text
    assert stored(Callback, held).notes == "speaks softly"
    assert f"/console/callbacks/{held}/claim" in mine


@pytest.mark.parametrize("colleague", ["", "nonsense", str(UUID(int=7))])
def test_call_stays_when_no_colleague_is_chosen(
    app: Flask, browser_client: FlaskClient, held: UUID, colleague: str
) -> None:
    signed_in(app.test_client(), name="Ben")
    answer = act(browser_client, held, "hand-over", colleague=colleague, notes="speaks softly")
    assert answer.status_code == 400
    assert "olleague who" in answer.text
    assert "speaks softly" in answer.text
    assert stored(Callback, held).status == "claimed"


def test_outcome_is_taken_back_from_the_next_page(browser_client: FlaskClient, held: UUID) -> None:
    act(browser_client, held, "start")
    act(browser_client, held, "save", outcome="asked_to_stop", notes="no more", then="next")
    page = browser_client.get("/console/").text
    assert "“Asked us to stop”" in page
    attempt = page.partition("/console/attempts/")[2].partition("/")[0]
    answer = press(browser_client, "/console/", f"/console/attempts/{attempt}/undo")
    assert answer.headers["Location"] == f"/console/callbacks/{held}"
    page = browser_client.get(f"/console/callbacks/{held}").text
    assert "“Asked us to stop” was taken back" in page
    assert "no more" in page
    press(browser_client, "/console/", f"/console/attempts/{attempt}/undo")
    assert said(browser_client) == "This outcome was taken back already."


def test_number_rings_by_itself_once_after_it_was_asked_for(browser_client: FlaskClient, held: UUID) -> None:
    act(browser_client, held, "start")
    assert "data-ring" in browser_client.get(f"/console/callbacks/{held}").text
    assert "data-ring" not in browser_client.get(f"/console/callbacks/{held}").text


def test_other_requests_and_numbers_of_the_family_are_on_the_screen(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    first = scheduled_lead()
    other = scheduled_lead(phone="+15550100155", first_name="Bo", stage="4")
    held = claim_next(browser_client)
    page = browser_client.get(f"/console/callbacks/{held}").text
    assert "Their other requests" in page
    assert "Start call to Ada" in page
    assert "Start call to Bo" in page
    act(browser_client, held, "start", number=str(other))
    page = browser_client.get(f"/console/callbacks/{held}").text
    assert "(555) 010-0155" in page
    assert "(555) 010-0123" not in page
    with transaction() as session:
        assert session.scalars(select(CallAttempt.lead_id)).one() == other != first


def test_number_of_another_family_is_not_begun(browser_client: FlaskClient, held: UUID) -> None:
    stranger = stored_call(phone="+15550100155", email=None)
    answer = act(browser_client, held, "start", number=str(stranger.lead_id))
    assert answer.status_code == 400
    with transaction() as session:
        assert session.scalars(select(CallAttempt)).all() == []
    assert reference_of(stranger) not in answer.text
