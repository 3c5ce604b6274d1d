"""The admin's pages, deputies, leaving, and the second proof before what cannot be taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from intake.db import transaction
from intake.models import Callback, Staff, StaffMail
from intake.services import staff_changes
from intake.services.staff import Role
from intake.services.staff_mails import MailKind
from tests.desk import account, claim_next, code_at, press, sign_in, signed_in, stored, stored_call, token_in
from tests.factories import NOON

STALE = timedelta(minutes=11)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def kinds() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(StaffMail.kind).order_by(StaffMail.created_at, StaffMail.kind)))


def test_admin_invites_and_never_sees_a_secret(browser_client: FlaskClient) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ida")
    fields = {"email": "new@desk.example", "name": "New Nurse", "role": "advocate"}
    answer = press(browser_client, "/console/people", "/console/people", **fields)
    page = browser_client.get(answer.headers["Location"]).text
    assert "An invitation is on its way to new@desk.example" in page
    assert "invited" in page
    with transaction() as session:
        (mail,) = session.scalars(select(StaffMail)).all()
    assert mail.kind == MailKind.JOIN
    for secret in (str(mail.token), str(mail.totp_secret)):
        assert secret not in page
        assert secret not in browser_client.get(f"/console/people/{mail.staff_id}").text


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "nonsense", "role": "advocate"},
        {"email": "a@desk.example", "role": "chief"},
        {"email": "ida@desk.example", "role": "admin"},
        {"email": "", "role": ""},
    ],
)
def test_invitation_comes_back_with_what_was_typed_when_wrong(
    browser_client: FlaskClient, fields: dict[str, str]
) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ida")
    answer = press(browser_client, "/console/people", "/console/people", name="Typed Name", **fields)
    assert answer.status_code == 400
    assert "Typed Name" in answer.text
    assert kinds() == []


ACTS: dict[str, Callable[[Staff], bool]] = {
    "role": lambda row: row.role == "supervisor",
    "deputy": lambda row: row.deputy_until is not None,
    "lost_password": lambda row: row.password is None and row.totp_secret is not None,
    "lost_phone": lambda row: row.password is not None and row.totp_secret is None,
    "lost_both": lambda row: row.password is None and row.totp_secret is None,
    "disable": lambda row: not row.active,
    "leave": lambda row: not row.active and row.left_at is not None,
}


@pytest.mark.parametrize("act", ACTS)
def test_admin_changes_an_account(browser_client: FlaskClient, act: str) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ida")
    with transaction() as session:
        ana = account(session)
    url = f"/console/people/{ana.id}"
    answer = press(browser_client, url, url, act=act, role="supervisor", until="2026-12-01")
    assert answer.status_code == 303
    assert ACTS[act](stored(Staff, ana.id))
    assert "Ana" in browser_client.get(url).text


@pytest.mark.parametrize("act", ["disable", "leave", "role"])
def test_last_admin_stays(browser_client: FlaskClient, act: str) -> None:
    ida = signed_in(browser_client, Role.ADMIN, name="Ida")
    url = f"/console/people/{ida.id}"
    answer = press(browser_client, url, url, act=act, role="advocate")
    assert answer.status_code == 400
    assert "the last admin" in answer.text
    assert stored(Staff, ida.id).active


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01"])
def test_deputy_needs_a_day_to_come(browser_client: FlaskClient, until: str) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ida")
    with transaction() as session:
        ana = account(session)
    url = f"/console/people/{ana.id}"
    answer = press(browser_client, url, url, act="deputy", until=until)
    assert answer.status_code == 400
    assert stored(Staff, ana.id).deputy_until is None


def test_deputy_keeps_her_own_work_and_stops_being_one_by_herself(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ana = signed_in(browser_client)
    with transaction() as session:
        until = NOON + timedelta(days=1)
        staff_changes.deputise(session, session.get_one(Staff, ana.id), until, now=NOON)
    noon.shift(31)
    sign_in(browser_client, ana.email)
    assert browser_client.get("/console/people").status_code == 200
    assert "Queue" in browser_client.get("/console/").text
    noon.shift(timedelta(days=1))
    sign_in(browser_client, ana.email)
    assert browser_client.get("/console/people").status_code == 403


def test_claimed_calls_go_back_to_the_queue_when_their_nurse_leaves(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ana = signed_in(browser_client)
    stored_call()
    claimed = claim_next(browser_client)
    with transaction() as session:
        staff_changes.leave(session, session.get_one(Staff, ana.id), now=NOON)
    noon.shift(5)
    signed_in(browser_client, name="Ben")
    assert claim_next(browser_client) == claimed
    assert stored(Callback, claimed).claimed_by != ana.id


def test_somebody_who_left_comes_back_by_a_new_invitation_only(browser_client: FlaskClient) -> None:
    with transaction() as session:
        ana = account(session)
        staff_changes.leave(session, ana, now=NOON)
    signed_in(browser_client, Role.ADMIN, name="Ida")
    url = f"/console/people/{ana.id}"
    assert press(browser_client, url, url, act="enable").status_code == 400
    assert press(browser_client, url, url, act="lost_both").status_code == 303
    assert kinds() == [MailKind.JOIN]
    assert stored(Staff, ana.id).active


def test_old_sign_in_must_show_a_code_before_it_changes_an_account(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ida")
    with transaction() as session:
        ana = account(session)
    url = f"/console/people/{ana.id}"
    noon.shift(STALE)
    asked = press(browser_client, url, url, act="disable")
    assert asked.status_code == 401
    assert "Confirm that it is you" in asked.text
    assert stored(Staff, ana.id).active
    kept = {"act": "disable", "csrf_token": token_in(asked.text)}
    wrong = browser_client.post(url, data={**kept, "confirm_code": "000000"})
    assert (wrong.status_code, "code is not right" in wrong.text) == (401, True)
    assert stored(Staff, ana.id).active
    done = browser_client.post(url, data={**kept, "confirm_code": code_at(NOON + STALE)})
    assert done.status_code == 303
    assert not stored(Staff, ana.id).active


def test_proof_that_was_shown_serves_for_ten_minutes_and_its_code_never_again(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    ida = signed_in(browser_client, Role.ADMIN, name="Ida")
    url = f"/console/people/{ida.id}"
    noon.shift(STALE)
    code = code_at(NOON + STALE)
    asked = press(browser_client, url, url, act="sign_out")
    fields = {"act": "nothing", "csrf_token": token_in(asked.text), "confirm_code": code}
    assert browser_client.post(url, data=fields).status_code == 400
    assert press(browser_client, url, url, act="nothing").status_code == 400
    noon.shift(STALE)
    assert browser_client.post(url, data=fields).status_code == 401


def test_what_was_typed_is_kept_while_the_proof_is_asked_for(
    browser_client: FlaskClient, noon: time_machine.Traveller
) -> None:
    signed_in(browser_client, Role.ADMIN, name="Ida")
    noon.shift(STALE)
    fields = {"email": "new@desk.example", "name": 'New "Nurse" <b>', "role": "advocate"}
    asked = press(browser_client, "/console/people", "/console/people", **fields)
    assert asked.status_code == 401
    assert 'value="New &#34;Nurse&#34; &lt;b&gt;"' in asked.text
    assert kinds() == []


def test_own_password_is_changed_and_others_are_told(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    fields = {"old": "four unrelated words here", "new": "quite another long one"}
    answer = press(browser_client, "/console/password", "/console/password", **fields)
    assert answer.status_code == 303
    assert kinds() == [MailKind.PASSWORD_CHANGED]
    assert browser_client.get("/console/").status_code == 200


def test_other_browsers_are_signed_out_when_asked(app: object, browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client)
    other = browser_client.application.test_client()
    with time_machine.travel(NOON + timedelta(seconds=31), tick=False):
        sign_in(other, ana.email)
        assert other.get("/console/").status_code == 200
        press(browser_client, "/console/me", "/console/me/sign-out-others")
        assert other.get("/console/").status_code == 303
        assert browser_client.get("/console/me").status_code == 200


def test_recovery_codes_are_shown_once(browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    shown = press(browser_client, "/console/me", "/console/me/recovery-codes").text
    assert shown.count("<li><code>") == 10
    assert "You have 10 of 10 left" in browser_client.get("/console/me").text
