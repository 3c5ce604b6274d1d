"""Sign-ins: what a copied, planted, swapped or old cookie opens. Nothing, on every route."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.db import transaction
from intake.models import Staff, StaffSession
from intake.services import staff, staff_changes, staff_setup
from intake.services.staff import Role
from intake.services.staff_mails import MailKind
from intake.views.console.policy import OPEN
from tests.desk import PASSWORD, account, press, sign_in, signed_in
from tests.factories import NOON
from tests.objects import Objects
from tests.routes import routes


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def browser_with(app: Flask, cookie: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("session", cookie)
    return client


def _chosen(session: Session, row: Staff) -> None:
    given = (PASSWORD, "quite another long one")
    staff_setup.choose_password(session, row, given, about="Desk", now=NOON)


ENDS: dict[str, Callable[[Session, Staff], object]] = {
    "signed out everywhere": lambda session, row: staff.end_all(session, row, now=NOON),
    "disabled": lambda session, row: staff.disable(session, row, now=NOON),
    "other role": lambda session, row: staff.change_role(session, row, Role.ADVOCATE, now=NOON),
    "other password": _chosen,
    "lost phone": lambda session, row: staff_changes.lost(session, row, MailKind.FACTOR, now=NOON),
    "left": lambda session, row: staff_changes.leave(session, row, now=NOON),
    "idle": lambda session, row: _aged(session, seen=timedelta(minutes=31)),
    "twelve hours old": lambda session, row: _aged(session, made=timedelta(hours=12, seconds=1)),
    "row gone": lambda session, row: session.query(StaffSession).delete(),
    "row of nobody": lambda session, row: _aged(session, closed=True),
}


def _aged(
    session: Session, *, seen: timedelta = timedelta(0), made: timedelta = timedelta(0), closed: bool = False
) -> None:
    values = {"seen_at": NOON - seen, "created_at": NOON - made, "closed_at": NOON if closed else None}
    session.execute(update(StaffSession).values(values))


@pytest.mark.parametrize("end", ENDS)
def test_copied_cookie_opens_no_route_after_the_sign_in_ended(app: Flask, end: str) -> None:
    client = app.test_client()
    sue = signed_in(client, Role.SUPERVISOR, name="Sue")
    objects = Objects(sue)
    copy = browser_with(app, cookie_of(client))
    assert copy.get("/console/").status_code == 200
    with transaction() as session:
        ENDS[end](session, session.get_one(Staff, sue.id))
    for route in routes(app):
        if not route.endpoint.startswith("console.") or route.endpoint in OPEN:
            continue
        answer = copy.open(objects.path(route, app, "own"), method=route.method)
        wanted = (303, "/console/sign-in") if route.method == "GET" else (401, None)
        assert (answer.status_code, answer.headers.get("Location")) == wanted, route.endpoint


def test_copied_cookie_opens_nothing_after_sign_out_though_it_is_signed(app: Flask) -> None:
    client = app.test_client()
    signed_in(client)
    copy = browser_with(app, cookie_of(client))
    press(client, "/console/", "/console/sign-out")
    assert copy.get("/console/").headers["Location"] == "/console/sign-in"


def test_planted_cookie_is_not_the_one_that_is_signed_in(app: Flask) -> None:
    """Fixation: what somebody else put into the browser before the sign-in opens nothing after it."""
    attacker = app.test_client()
    attacker.get("/console/sign-in")
    planted = cookie_of(attacker)
    victim = browser_with(app, planted)
    signed_in(victim)
    assert cookie_of(victim) != planted
    for cookie in (planted, cookie_of(attacker)):
        assert browser_with(app, cookie).get("/console/").status_code == 303


def test_sign_in_in_a_signed_in_browser_ends_the_first(app: Flask, noon: time_machine.Traveller) -> None:
    client = app.test_client()
    ana = signed_in(client)
    first = cookie_of(client)
    noon.shift(31)
    assert sign_in(client, ana.email).status_code == 303
    assert browser_with(app, first).get("/console/").status_code == 303
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize("swap", ["row", "person", "both to another's"])
def test_parts_of_two_cookies_do_not_make_a_third(app: Flask, swap: str) -> None:
    """With the signing key in hand, even: a nurse's cookie with an admin's sign-in or mark."""
    ana_browser, ida_browser = app.test_client(), app.test_client()
    ana, ida = signed_in(ana_browser), signed_in(ida_browser, Role.ADMIN, name="Ida")
    with ida_browser.session_transaction() as theirs:
        row, mark = theirs["staff_session"], theirs["_user_id"]
    with ana_browser.session_transaction() as mine:
        mine["staff_session"] = row if swap != "person" else mine["staff_session"]
        mine["_user_id"] = mark if swap == "person" else mine["_user_id"]
        if swap == "both to another's":
            mine["_user_id"] = str(ida.id)
    assert ana_browser.get("/console/people").status_code == 303
    assert ana.id != ida.id


@pytest.mark.parametrize("cut", [1, 5, -1])
def test_changed_cookie_is_no_cookie(app: Flask, cut: int) -> None:
    client = app.test_client()
    signed_in(client)
    cookie = cookie_of(client)
    changed = cookie[:cut] + ("A" if cookie[cut] != "A" else "B") + cookie[cut:][1:]
    assert browser_with(app, changed).get("/console/").status_code == 303


def test_cookie_of_a_family_opens_nothing_of_the_console_and_the_reverse(app: Flask) -> None:
    client = app.test_client()
    signed_in(client)
    with client.session_transaction() as cookie:
        assert not {"sent", "proven"} & set(cookie)
    client.get("/doctor-match/who")
    assert client.get("/console/").status_code == 200


def test_role_counts_at_the_next_sign_in_and_never_from_the_cookie(
    app: Flask, noon: time_machine.Traveller
) -> None:
    client = app.test_client()
    sue = signed_in(client, Role.SUPERVISOR, name="Sue")
    with transaction() as session:
        staff.change_role(session, session.get_one(Staff, sue.id), Role.ADVOCATE, now=NOON)
    assert client.get("/console/work").status_code == 303
    noon.shift(31)
    sign_in(client, sue.email)
    assert client.get("/console/work").status_code == 403


def test_cookie_holds_no_name_no_role_and_no_email(app: Flask) -> None:
    client = app.test_client()
    ana = signed_in(client)
    with client.session_transaction() as cookie:
        held = str(dict(cookie))
    for word in (ana.email, ana.name, "advocate"):
        assert word not in held


def test_every_sign_in_has_a_row_of_its_own(app: Flask, noon: time_machine.Traveller) -> None:
    with transaction() as session:
        account(session)
    for _ in range(3):
        sign_in(app.test_client(), "ana@desk.example")
        noon.shift(31)
    with transaction() as session:
        assert len(set(session.scalars(select(StaffSession.id)))) == 3
