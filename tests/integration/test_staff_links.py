"""Joining, and getting back in: links that are good once, and no way around either factor."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from intake.db import transaction
from intake.models import OutboxTask, Staff, StaffMail
from intake.services import passwords, recovery_codes, staff, staff_changes, staff_mails
from intake.services.staff import NewStaff, Role
from intake.services.staff_mails import MailKind
from tests.commands import advocate, advocate_json
from tests.desk import PASSWORD, SECRET, account, code_at, press, sign_in, signed_in, stored, token_in
from tests.factories import NOON

NEW = "dolphin teapot wander bright"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def invited() -> StaffMail:
    with transaction() as session:
        new = NewStaff(email="new@desk.example", name="New Nurse", role=Role.ADVOCATE)
        return staff_changes.invite(session, new, now=NOON)


def lost(kind: MailKind) -> StaffMail:
    with transaction() as session:
        return staff_changes.lost(session, account(session), kind, now=NOON)


def follow(client: FlaskClient, mail: StaffMail, **fields: str) -> TestResponse:
    page = client.get(f"/console/link/{mail.token}")
    assert page.status_code == 200
    return client.post(f"/console/link/{mail.token}", data={**fields, "csrf_token": token_in(page.text)})


def named(email: str = "ana@desk.example") -> Staff:
    with transaction() as session:
        return staff.get(session, email)


def codes_in(page: str) -> list[str]:
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", page)


def test_invited_nurse_chooses_password_and_app_and_is_in(browser_client: FlaskClient) -> None:
    mail = invited()
    answer = follow(browser_client, mail, new=NEW, code=code_at(NOON, mail.totp_secret))
    assert len(codes_in(answer.text)) == 10
    assert browser_client.get("/console/").status_code == 200
    row = named("new@desk.example")
    assert passwords.is_right(NEW, row.password)
    assert browser_client.get(f"/console/link/{mail.token}").status_code == 410
    assert stored(StaffMail, mail.id).token_sealed is None


def test_link_shows_the_way_to_the_app_and_changes_nothing_when_opened(browser_client: FlaskClient) -> None:
    mail = invited()
    for _ in range(3):
        page = browser_client.get(f"/console/link/{mail.token}").text
    assert "<svg" in page
    assert " ".join(re.findall("....", str(mail.totp_secret))) in page
    assert named("new@desk.example").password is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"new": "short"}, "at least 15"),
        ({"new": "passwordpassword"}, "easy to guess"),
        ({"code": "000000"}, "code is not right"),
        ({"code": ""}, "code is not right"),
    ],
)
def test_link_stays_good_when_something_is_wrong(
    browser_client: FlaskClient, fields: dict[str, str], said: str
) -> None:
    mail = invited()
    right = {"new": NEW, "code": code_at(NOON, mail.totp_secret)}
    answer = follow(browser_client, mail, **{**right, **fields})
    assert (answer.status_code, said in answer.text) == (400, True)
    assert NEW not in answer.text
    assert follow(browser_client, mail, **right).status_code == 200


def test_link_needs_the_token_of_its_page(browser_client: FlaskClient) -> None:
    mail = invited()
    fields = {"new": NEW, "code": code_at(NOON, mail.totp_secret)}
    assert browser_client.post(f"/console/link/{mail.token}", data=fields).status_code == 400
    assert named("new@desk.example").password is None


@pytest.mark.parametrize("hours", [71, 73])
def test_invitation_is_good_for_three_days(
    browser_client: FlaskClient, noon: time_machine.Traveller, hours: int
) -> None:
    mail = invited()
    noon.move_to(NOON + timedelta(hours=hours))
    assert browser_client.get(f"/console/link/{mail.token}").status_code == (200 if hours < 72 else 410)


def test_older_link_is_over_when_a_newer_one_is_made(browser_client: FlaskClient) -> None:
    older = invited()
    with transaction() as session:
        newer = staff_changes.lost(session, staff.get(session, "new@desk.example"), MailKind.JOIN, now=NOON)
    assert browser_client.get(f"/console/link/{older.token}").status_code == 410
    assert browser_client.get(f"/console/link/{newer.token}").status_code == 200


def test_link_is_over_when_the_account_is_closed(browser_client: FlaskClient) -> None:
    mail = invited()
    with transaction() as session:
        staff.disable(session, staff.get(session, "new@desk.example"), now=NOON)
    assert browser_client.get(f"/console/link/{mail.token}").status_code == 410


def test_new_password_needs_the_code_that_was_there_before(browser_client: FlaskClient) -> None:
    mail = lost(MailKind.PASSWORD)
    assert follow(browser_client, mail, new=NEW, code="000000").status_code == 400
    assert named().password is None
    assert follow(browser_client, mail, new=NEW, code=code_at(NOON)).status_code == 200
    assert passwords.is_right(NEW, named().password)
    assert named().totp_secret == SECRET


def test_new_app_needs_the_password(browser_client: FlaskClient) -> None:
    mail = lost(MailKind.FACTOR)
    assert named().totp_secret is None
    code = code_at(NOON, mail.totp_secret)
    assert follow(browser_client, mail, old="wrong", code=code).status_code == 400
    assert follow(browser_client, mail, old=PASSWORD, code=code).status_code == 200
    assert named().totp_secret == mail.totp_secret


def test_wrong_codes_behind_a_link_are_counted(browser_client: FlaskClient) -> None:
    mail = lost(MailKind.PASSWORD)
    for _ in range(10):
        assert follow(browser_client, mail, new=NEW, code="000000").status_code == 400
    assert follow(browser_client, mail, new=NEW, code=code_at(NOON)).status_code == 400
    assert named().code_misses == 10


def test_old_sign_ins_and_codes_end_when_both_are_lost(app: Flask, browser_client: FlaskClient) -> None:
    ana = signed_in(browser_client)
    with transaction() as session:
        codes = recovery_codes.renew(session, ana.id)
        staff_changes.lost(session, staff.get(session, ana.email), MailKind.JOIN, now=NOON)
    assert browser_client.get("/console/").status_code == 303
    assert sign_in(app.test_client(), ana.email, code=codes[0]).status_code == 400


def test_recovery_code_opens_one_sign_in(app: Flask) -> None:
    with transaction() as session:
        ana = account(session)
        session.flush()
        codes = recovery_codes.renew(session, ana.id)
    tries = [
        sign_in(app.test_client(), ana.email, code=code) for code in (codes[0], codes[0], codes[1].upper())
    ]
    assert [answer.status_code for answer in tries] == [303, 400, 303]
    with transaction() as session:
        assert recovery_codes.left(session, ana.id) == 8
        kinds = session.scalars(select(StaffMail.kind)).all()
    assert kinds == [MailKind.RECOVERY_CODE_USED] * 2


def test_recovery_code_of_a_colleague_opens_nothing(app: Flask) -> None:
    with transaction() as session:
        ana, ben = account(session), account(session, name="Ben")
        session.flush()
        codes = recovery_codes.renew(session, ben.id)
    assert sign_in(app.test_client(), ana.email, code=codes[0]).status_code == 400


@pytest.mark.parametrize("email", ["ana@desk.example", "nobody@desk.example", "gone@desk.example"])
def test_forgotten_password_says_the_same_for_every_address(browser_client: FlaskClient, email: str) -> None:
    with transaction() as session:
        account(session)
        staff.disable(session, account(session, name="Gone"), now=NOON)
    answer = press(browser_client, "/console/forgot", "/console/forgot", email=email)
    assert answer.headers["Location"] == "/console/forgot/sent"
    with transaction() as session:
        (mail,) = session.scalars(select(StaffMail)).all()
        tasks = session.scalars(select(OutboxTask.task)).all()
    assert (mail.staff_id is not None) == (email == "ana@desk.example")
    assert tasks == ["send_staff_mail"]


def test_forgotten_password_leaves_the_old_one_until_the_link_is_used(app: Flask) -> None:
    with transaction() as session:
        ana = account(session)
    client = app.test_client()
    press(client, "/console/forgot", "/console/forgot", email=ana.email)
    assert sign_in(client, ana.email).status_code == 303


def test_stranger_who_asks_for_a_password_link_does_not_end_an_invitation(
    browser_client: FlaskClient,
) -> None:
    mail = invited()
    press(browser_client, "/console/forgot", "/console/forgot", email="new@desk.example")
    assert browser_client.get(f"/console/link/{mail.token}").status_code == 200


def test_ten_wrong_codes_stop_codes_for_an_hour_and_tell_the_owner(
    app: Flask, noon: time_machine.Traveller
) -> None:
    with transaction() as session:
        account(session)
    client = app.test_client()
    for _ in range(10):
        sign_in(client, "ana@desk.example", code="000000")
    assert sign_in(client, "ana@desk.example").status_code == 400
    with transaction() as session:
        assert session.scalars(select(StaffMail.kind)).all() == [MailKind.CODES_MISSED]
    noon.move_to(NOON + timedelta(minutes=61))
    assert sign_in(client, "ana@desk.example").status_code == 303


def test_stranger_without_the_password_cannot_stop_a_colleagues_codes(app: Flask) -> None:
    with transaction() as session:
        account(session)
    client = app.test_client()
    for _ in range(12):
        sign_in(client, "ana@desk.example", password="wrong", code="000000")
    assert sign_in(client, "ana@desk.example").status_code == 303


def test_commands_invite_help_and_end_an_account(environment: dict[str, str], database: Engine) -> None:
    name_and_role = ("--name", "X", "--role", "admin")
    made = advocate_json(environment, "staff", "add", "x@desk.example", *name_and_role, "--print")
    token = made["link"].rpartition("/")[2]
    with transaction() as session:
        assert staff_mails.open_link(session, token, now=NOON) is not None
    assert advocate(environment, "staff", "add", "y@desk.example", *name_and_role).returncode == 0
    steps = [
        ("role", "x@desk.example", "supervisor"),
        ("deputy", "x@desk.example", "--until", "2999-01-01"),
        ("lost", "x@desk.example", "both"),
        ("sign-out", "x@desk.example"),
        ("disable", "x@desk.example"),
        ("enable", "x@desk.example"),
        ("leave", "x@desk.example"),
    ]
    for words in steps:
        done = advocate(environment, "staff", *words)
        assert done.returncode == 0, done.stderr
    listed = advocate_json(environment, "staff", "list")
    assert {"email": "x@desk.example", "name": "X", "role": "supervisor", "state": "left"} in listed
    refused = advocate(environment, "staff", "enable", "x@desk.example")
    assert (refused.returncode, "Invite them again" in refused.stderr) == (1, True)
    wrong = advocate(environment, "staff", "deputy", "y@desk.example", "--until", "soon")
    assert (wrong.returncode, "2026-11-30" in wrong.stderr) == (1, True)
