"""The queue's page: four lists, bounded counts, and what changed since it was opened."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import Callback, StaffSession
from intake.services import owners, queue_page
from intake.services.staff import Role
from tests.desk import press, reference_of, signed_in, stored_call
from tests.factories import NOON

HOUR = timedelta(hours=1)
NUMBERS = iter(range(100, 1000))


@pytest.fixture(autouse=True)
def noon(database: Engine) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def another(**changes: object) -> Callback:
    return stored_call(phone=f"+15550100{next(NUMBERS)}", **changes)


def page(client: FlaskClient, tab: str) -> str:
    return client.get(f"/console/?show={tab}").text


def ask(client: FlaskClient, tab: str, *shown: Callback, seen: str = "") -> TestResponse:
    ids = ",".join(callback.id.hex for callback in shown)
    query = {"show": tab, "shown": ids, "seen": seen}
    return client.get("/console/news", query_string=query, headers={"HX-Request": "true"})


def promised_to(callback: Callback, staff_id: UUID) -> None:
    with transaction() as session:
        owners.promise(session.get_one(Callback, callback.id), staff_id, now=NOON)


def test_each_list_has_its_calls(app: Flask, browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client)
    due, tonight = another(), another(due_at=NOON + 3 * HOUR)
    tomorrow, own = another(due_at=NOON + 24 * HOUR), another(due_at=NOON + 30 * HOUR)
    promised_to(own, ana.id)
    wanted = {
        "due": {due},
        "today": {tonight},
        "mine": {own},
        "all": {due, tonight, tomorrow, own},
    }
    references = {callback: reference_of(callback) for callback in (due, tonight, tomorrow, own)}
    for tab, calls in wanted.items():
        shown = page(browser_client, tab)
        assert {call for call, reference in references.items() if reference in shown} == calls, tab


def test_urgent_comes_first_then_the_promise_that_ends_first(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    roomy, tight, urgent = another(due_at=NOON - HOUR), another(), another(urgency=1)
    with transaction() as session:
        session.get_one(Callback, roomy.id).promise_by = NOON + 4 * HOUR
    shown = page(browser_client, "due")
    places = [shown.index(reference_of(call)) for call in (urgent, tight, roomy)]
    assert places == sorted(places)
    assert "urgent families (stage 4, or it came back elsewhere)" in shown


def test_claimed_call_shows_who_has_it(app: Flask, browser_client: FlaskClient) -> None:
    ben = app.test_client()
    signed_in(browser_client)
    signed_in(ben, name="Ben")
    call = another()
    press(ben, "/console/", f"/console/callbacks/{call.id}/claim")
    shown = page(browser_client, "all")
    assert "Ben has it" in shown
    assert f"/console/callbacks/{call.id}/claim" not in shown


def test_call_that_waits_for_somebody_else_says_so(browser_client: FlaskClient, app: Flask) -> None:
    signed_in(browser_client)
    ben = signed_in(app.test_client(), name="Ben")
    spanish, personal = another(language="es"), another()
    promised_to(personal, ben.id)
    with transaction() as session:
        session.get_one(Callback, spanish.id).needs = ["spanish"]
    shown = page(browser_client, "all")
    assert "For Spanish until today 1:00 pm CST" in shown
    assert "Ben promised to call" in shown
    assert "/claim" not in shown.replace("/claim-next", "")


def test_list_is_paged_when_it_is_long(browser_client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "LISTED", 2)
    signed_in(browser_client)
    calls = [another(due_at=NOON + number * HOUR) for number in range(5)]
    seen, url = [], "/console/?show=all"
    while url:
        shown = browser_client.get(url).text
        seen += [call for call in calls if reference_of(call) in shown]
        _, _, rest = shown.partition('<p class="pages"><a href="')
        url = rest.partition('"')[0].replace("&amp;", "&")
    assert seen == calls


def test_counts_stop_when_there_are_many(
    browser_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_page, "COUNTED", 3)
    monkeypatch.setattr("intake.views.console.queue.COUNTED", 3)
    signed_in(browser_client)
    for _ in range(4):
        another()
    assert 'Due now <span class="count">3+</span>' in page(browser_client, "due")


def test_page_is_sent_nothing_when_nothing_changed(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    call = another()
    shown = page(browser_client, "due")
    seen = shown.partition('id="seen" name="seen" value="')[2].partition('"')[0]
    answer = ask(browser_client, "due", call, seen=seen)
    assert (answer.status_code, answer.data) == (204, b"")


def test_page_learns_of_new_calls_and_of_those_that_are_gone(app: Flask, browser_client: FlaskClient) -> None:
    ben = app.test_client()
    signed_in(browser_client)
    signed_in(ben, name="Ben")
    taken, closed = another(), another()
    page(browser_client, "due")
    another(), another()
    press(ben, "/console/", f"/console/callbacks/{taken.id}/claim")
    with transaction() as session:
        row = session.get_one(Callback, closed.id)
        row.status, row.closed_at = "cancelled", NOON
    answer = ask(browser_client, "due", taken, closed)
    assert "2 new calls." in answer.text
    assert f'"#gone-{taken.id.hex}" hx-swap="innerHTML">Ben has it<' in answer.text
    assert f'"#gone-{closed.id.hex}" hx-swap="innerHTML">Closed<' in answer.text
    seen = answer.text.partition('value="')[2].partition('"')[0]
    assert ask(browser_client, "due", taken, closed, seen=seen).status_code == 204


def test_news_of_nonsense_is_no_error(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    answer = browser_client.get("/console/news?shown=x,,1&after=y&due=z&show=%00")
    assert answer.status_code == 200


def test_open_page_does_not_keep_a_sign_in_alive(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    signed_in(browser_client)
    noon.move_to(NOON + timedelta(minutes=20))
    assert ask(browser_client, "due").status_code in (200, 204)
    noon.move_to(NOON + timedelta(minutes=31))
    answer = ask(browser_client, "due")
    assert answer.status_code == 401
    assert "What you typed is still on this page" in answer.text
    with transaction() as session:
        assert session.scalars(select(StaffSession.seen_at)).one() == NOON


def test_admin_is_sent_to_the_accounts(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.ADMIN)
    assert browser_client.get("/console/").headers["Location"] == "/console/people"
