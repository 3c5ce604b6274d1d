"""What goes wrong in the middle of a call: nothing typed is lost, and nobody sees a traceback."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from intake.db import transaction
from intake.models import CallAttempt, Callback
from tests.desk import (
    act,
    claim_next,
    hidden,
    press,
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


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"then": "next"}, "Choose what came of the call."),
        ({"outcome": "won the lottery"}, "Choose one of the answers"),
        ({"outcome": "asked_time"}, "Enter the day and the time"),
        ({"outcome": "asked_time", "again_on": "tomorrow", "again_at": "10:00"}, "year-month-day"),
        ({"outcome": "asked_time", "again_on": "2026-11-25", "again_at": "ten"}, "hours and minutes"),
        ({"outcome": "asked_time", "again_on": "2026-11-24", "again_at": "11:59"}, "That time has passed"),
        ({"outcome": "asked_time", "again_on": "2099-01-01", "again_at": "11:59"}, "more than a year away"),
        ({"outcome": "asked_time", "again_on": "2026-11-25", "again_at": "1" * 5000}, "too long"),
        ({"notes": "x" * 10_001}, "Use 10,000 or fewer"),
    ],
)
def test_page_comes_back_with_what_was_typed_when_something_is_wrong(
    browser_client: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    act(browser_client, callback.id, "start")
    answer = act(browser_client, callback.id, "save", **{"notes": "typed words", **fields})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert fields.get("notes", "typed words") in answer.text
    assert stored(Callback, callback.id).status == "claimed"


@pytest.mark.parametrize(
    "notes", ["\x00", "🙂", "\u202eעברית", "{{7*7}}", "'; DROP TABLE lead;--", "a\r\nb", "<script>"]
)
def test_notes_come_back_as_text_whatever_they_are(browser_client: FlaskClient, notes: str) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    assert act(browser_client, callback.id, "save", notes=notes).status_code == 303
    page = browser_client.get(f"/console/callbacks/{callback.id}").text
    assert "<script>" not in page
    assert "49" not in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[0]


@pytest.mark.parametrize("wrong", ["", "x", "-1", "1" * 300, "٣"])
def test_page_with_both_notes_comes_when_the_version_is_not_the_row_s(
    browser_client: FlaskClient, wrong: str
) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    act(browser_client, callback.id, "save", notes="first window")
    answer = act(browser_client, callback.id, "save", notes="second window", version=wrong)
    assert answer.status_code == 409
    assert "first window\nsecond window" in answer.text
    assert stored(Callback, callback.id).notes == "first window"


def test_outcome_is_refused_plainly_when_no_call_was_started(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    for attempt in ("", "x", str(uuid4())):
        answer = act(browser_client, callback.id, "save", outcome="spoke", attempt=attempt, notes="mine")
        assert answer.status_code == 400
        assert "Press “Start call” first" in answer.text


def lost_claim(app: Flask, mine: FlaskClient, noon: time_machine.Traveller) -> tuple[UUID, dict[str, str]]:
    """A call that was started here and then claimed by Ben; with the fields of the old page."""
    callback_id = claim_next(mine)
    act(mine, callback_id, "start")
    page = mine.get(f"/console/callbacks/{callback_id}").text
    fields = {name: hidden(page, name) for name in ("version", "attempt")}
    noon.move_to(NOON + timedelta(minutes=61))
    other = app.test_client()
    signed_in(other, name="Ben")
    assert claim_next(other) == callback_id
    return callback_id, fields


def test_notes_are_kept_and_shown_when_the_claim_was_lost(
    app: Flask, browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ana = signed_in(browser_client)
    stored_call()
    callback_id, fields = lost_claim(app, browser_client, noon)
    sign_in(browser_client, ana.email)
    answer = press(
        browser_client, "/console/", f"/console/callbacks/{callback_id}/save",
        **fields, outcome="no_answer", notes="she cried",
    )  # fmt: skip
    assert answer.status_code == 409
    assert "not yours any more" in answer.text
    assert "she cried" in answer.text
    assert "Your notes are kept" in answer.text
    assert stored(CallAttempt, UUID(fields["attempt"])).notes == "she cried"


def test_page_says_so_when_the_family_was_erased_meanwhile(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    act(browser_client, callback.id, "start")
    page = browser_client.get(f"/console/callbacks/{callback.id}").text
    with transaction() as session:
        session.execute(Callback.__table__.delete())  # type: ignore[attr-defined]
    answer = browser_client.post(
        f"/console/callbacks/{callback.id}/save",
        data={
            "csrf_token": token_in(page),
            "version": hidden(page, "version"),
            "attempt": hidden(page, "attempt"),
            "outcome": "spoke",
            "notes": "still here",
        },
    )
    assert answer.status_code == 409
    assert "still here" in answer.text


def test_typed_notes_survive_a_token_that_is_too_old(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    callback = stored_call()
    claim_next(browser_client)
    answer = act(browser_client, callback.id, "save", notes="typed long ago", csrf_token="old")
    assert answer.status_code in (303, 400)
    answer = browser_client.post(
        f"/console/callbacks/{callback.id}/save", data={"notes": "typed long ago", "csrf_token": "old"}
    )
    assert answer.status_code == 400
    assert "typed long ago" in answer.text
