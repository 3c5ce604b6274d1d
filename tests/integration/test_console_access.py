"""Who may open what: the sign-in, the cookie, the roles, ids that are not yours."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intake.db import transaction
from intake.models import AuditEntry, Callback, Staff, StaffSession
from intake.services import staff
from intake.services.staff import Role
from tests.desk import account, press, sign_in, signed_in, waiting_call
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_sign_in_leads_to_the_queue_and_never_to_next(browser_client: FlaskClient) -> None:
    with transaction() as session:
        account(session)
    page = browser_client.get("/console/sign-in?next=https://evil.example").text
    assert "evil" not in page
    answer = sign_in(browser_client, "ana@desk.example", next="//evil.example")
    assert answer.headers["Location"] == "/console/"


@pytest.mark.parametrize(
    "changes",
    [{"email": "nobody@desk.example"}, {"password": "wrong"}, {"code": "000000"}, {"email": "\x00"}],
)
def test_refusal_says_the_same_whatever_was_wrong(
    browser_client: FlaskClient, changes: dict[str, str]
) -> None:
    with transaction() as session:
        account(session)
    is_unreadable = "\x00" in changes.get("email", "")
    answer = sign_in(browser_client, changes.pop("email", "ana@desk.example"), **changes)
    assert answer.status_code == 400
    assert "password" in answer.text
    assert "wrong" not in answer.text
    if not is_unreadable:
        assert "The email address, the password or the code is not right." in answer.text


def test_typed_email_is_kept_and_the_password_is_not_when_refused(browser_client: FlaskClient) -> None:
    answer = sign_in(browser_client, "ana@desk.example", password="my secret words")
    assert 'value="ana@desk.example"' in answer.text
    assert "my secret words" not in answer.text


def test_sign_in_is_refused_when_the_token_is_missing(browser_client: FlaskClient) -> None:
    with transaction() as session:
        account(session)
    answer = browser_client.post("/console/sign-in", data={"email": "ana@desk.example"})
    assert answer.status_code == 400


def test_copied_cookie_opens_nothing_after_sign_out(app: Flask, browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    copy = app.test_client()
    cookie = browser_client.get_cookie("session")
    assert cookie
    copy.set_cookie("session", cookie.value)
    assert copy.get("/console/").status_code == 200
    answer = press(browser_client, "/console/", "/console/sign-out")
    assert answer.headers["Location"] == "/console/sign-in"
    for client in (copy, browser_client):
        assert client.get("/console/").status_code == 303


def test_sign_out_needs_the_token(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    browser_client.post("/console/sign-out")
    assert browser_client.get("/console/").status_code == 200


def test_cookie_from_before_the_sign_in_is_not_the_cookie_after(browser_client: FlaskClient) -> None:
    browser_client.get("/console/sign-in")
    before = browser_client.get_cookie("session")
    signed_in(browser_client)
    after = browser_client.get_cookie("session")
    assert before
    assert after
    assert before.value != after.value


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_sign_in_ends_when_idle(
    browser_client: FlaskClient, noon: time_machine.Traveller, minutes: int, status: int
) -> None:
    signed_in(browser_client)
    noon.move_to(NOON + timedelta(minutes=minutes))
    assert browser_client.get("/console/").status_code == status


def test_next_request_is_signed_out_when_the_account_is_disabled(browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client)
    with transaction() as session:
        staff.disable(session, session.get_one(Staff, ana.id), now=NOON)
    assert browser_client.get("/console/").status_code == 303


def test_session_of_another_account_does_not_fit_the_cookie(browser_client: FlaskClient) -> None:
    """A row id swapped inside a cookie would have to match the account's own mark."""
    signed_in(browser_client)
    with transaction() as session:
        ben = account(session, name="Ben")
        session.flush()
        other = StaffSession(staff_id=ben.id, created_at=NOON, seen_at=NOON)
        session.add(other)
    with browser_client.session_transaction() as cookie:
        cookie["staff_session"] = str(other.id)
    assert browser_client.get("/console/").status_code == 303


def test_typed_notes_come_back_when_the_sign_in_ended(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    signed_in(browser_client)
    noon.move_to(NOON + timedelta(hours=1))
    answer = browser_client.post(f"/console/callbacks/{uuid4()}/save", data={"notes": "she <b>likes</b> tea"})
    assert answer.status_code == 401
    assert "she &lt;b&gt;likes&lt;/b&gt; tea" in answer.text


def test_console_pages_are_never_stored_by_a_browser(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    for path in ("/console/", "/console/sign-in", f"/console/callbacks/{uuid4()}"):
        assert browser_client.get(path).headers["Cache-Control"] == "no-store"


def test_every_view_of_a_family_is_in_the_audit(browser_client: FlaskClient) -> None:
    sue = signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    with transaction() as session:
        callback: Callback = waiting_call(session)
    browser_client.get("/console/")
    browser_client.get(f"/console/callbacks/{callback.id}")
    with transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.actor == f"staff:{sue.id}")).all()
    seen = {entry.action: entry for entry in entries}
    assert seen["queue.viewed"].detail["leads"] == [str(callback.lead_id)]
    assert seen["lead.viewed"].subject_id == str(callback.lead_id)
