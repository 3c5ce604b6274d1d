"""Every route of the console, for every role, on rows that are one's own, a colleague's and not there.

The table is `intake/views/console/policy.py`. Nothing here names a route: a new one is walked as soon as
it exists, and fails until it has its rule, its limits and its token.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text
from werkzeug.test import TestResponse

from intake.db import Base
from intake.forms.base import PageToken
from intake.services.staff import Role
from intake.views.console.policy import OPEN, ROLES, Reach
from tests.desk import signed_in, token_in
from tests.factories import NOON
from tests.objects import MAKERS, Objects, has_foreign
from tests.routes import Route, routes

SUPERVISED = {reach for reach in Reach if "SUPERVISED" in reach.name}
# What a page may write though it only shows: who looked, when a browser was last seen, that a lease went on.
_SEEN = {"audit_entry", "staff_session", "heartbeat"}
_UNLIKE = re.compile(
    r'name="csrf_token"[^>]*value="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|data-options="[^"]*"|nothing-there|987654321'
)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def console(app: Flask) -> list[Route]:
    return [route for route in routes(app) if route.endpoint.startswith("console.")]


def send(client: FlaskClient, route: Route, path: str, **fields: str) -> TestResponse:
    return client.open(path, method=route.method, data=fields if route.method == "POST" else None)


def plain(answer: TestResponse) -> tuple[int, str | None, str]:
    """What somebody can tell two answers apart by."""
    where = answer.headers.get("Location")
    return answer.status_code, where and _UNLIKE.sub("-", where), _UNLIKE.sub("-", answer.text)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL that runs meanwhile: what an answer's time is made of."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def fingerprint(engine: Engine) -> dict[str, str | None]:
    tables = [table.name for table in Base.metadata.sorted_tables if table.name not in _SEEN]
    one = "SELECT '{0}', md5(string_agg(t::text, ',' ORDER BY t::text)) FROM \"{0}\" t"
    with engine.connect() as connection:
        rows = connection.execute(text(" UNION ALL ".join(one.format(name) for name in tables)))
        return {name: digest for name, digest in rows}


def test_every_route_has_its_rule_and_its_rows(app: Flask) -> None:
    assert {route.endpoint for route in console(app)} == set(ROLES) | OPEN
    assert all(rule.roles for rule in ROLES.values())
    assert {name for route in console(app) for name in route.arguments} <= set(MAKERS)


def test_nothing_opens_without_a_sign_in(app: Flask, browser_client: FlaskClient) -> None:
    objects = Objects(signed_in(app.test_client()))
    for route in console(app):
        if route.endpoint in OPEN:
            continue
        for which in ("own", "absent"):
            answer = send(browser_client, route, objects.path(route, app, which))
            wanted = (303, "/console/sign-in") if route.method == "GET" else (401, None)
            assert (answer.status_code, answer.headers.get("Location")) == wanted, (route.endpoint, which)


@pytest.mark.parametrize("role", Role)
def test_every_route_is_closed_to_the_roles_that_its_rule_does_not_name(
    app: Flask, browser_client: FlaskClient, role: Role
) -> None:
    objects = Objects(signed_in(browser_client, role))
    for route in console(app):
        if route.endpoint in OPEN or role in ROLES[route.endpoint].roles:
            continue
        answers = [
            send(browser_client, route, objects.path(route, app, which)) for which in ("own", "absent")
        ]
        assert [answer.status_code for answer in answers] == [403, 403], route.endpoint
        assert plain(answers[0]) == plain(answers[1]), route.endpoint


@pytest.mark.parametrize("role", Role)
def test_own_rows_open_and_absent_ones_do_not(app: Flask, browser_client: FlaskClient, role: Role) -> None:
    objects = Objects(signed_in(browser_client, role))
    for route in console(app):
        if route.endpoint in OPEN or role not in ROLES[route.endpoint].roles or route.method != "GET":
            continue
        assert send(browser_client, route, objects.path(route, app, "own")).status_code in (200, 303), route
        if route.arguments:
            gone = send(browser_client, route, objects.path(route, app, "absent"))
            assert gone.status_code in (303, 404), route.endpoint


@pytest.mark.parametrize("role", Role)
def test_post_about_what_is_not_there_writes_nothing(
    app: Flask, database: Engine, browser_client: FlaskClient, role: Role
) -> None:
    objects = Objects(signed_in(browser_client, role))
    token = token_in(browser_client.get("/console/me").text)
    for route in console(app):
        theirs = route.endpoint not in OPEN and role in ROLES[route.endpoint].roles
        if route.method != "POST" or not route.arguments or not theirs:
            continue
        path = objects.path(route, app, "absent")
        before = fingerprint(database)
        answer = send(browser_client, route, path, csrf_token=token)
        assert answer.status_code < 500, route.endpoint
        assert fingerprint(database) == before, route.endpoint


@pytest.mark.parametrize("role", [Role.ADVOCATE, Role.SUPERVISOR])
def test_row_of_a_colleague_is_answered_like_one_that_is_not_there(
    app: Flask, database: Engine, browser_client: FlaskClient, role: Role
) -> None:
    objects = Objects(signed_in(browser_client, role))
    token = token_in(browser_client.get("/console/me").text)
    compared = 0
    for route in console(app):
        if not has_foreign(route) or (role is Role.SUPERVISOR and ROLES[route.endpoint].reach in SUPERVISED):
            continue
        answers, sql = [], []
        for which in ("foreign", "absent"):
            path = objects.path(route, app, which)
            before = fingerprint(database)
            with statements(database) as ran:
                answers.append(plain(send(browser_client, route, path, csrf_token=token)))
            assert ran, route.endpoint
            sql.append(ran)
            compared += 1
            assert fingerprint(database) == before, (route.endpoint, which)
            if route.method == "POST":  # the next page shows what was said about this one
                browser_client.get("/console/me")
        assert answers[0] == answers[1], route.endpoint
        # A supervisor may read every call: only for the others the work must tell nothing either.
        assert sql[0] == sql[1] or role is Role.SUPERVISOR, route.endpoint
    assert compared >= 8


def test_no_post_changes_anything_without_the_token_of_its_page(
    app: Flask, database: Engine, browser_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is asked for by each route itself, and the rows named are the person's own."""
    asked: list[str] = []
    check = PageToken.validate_csrf_token

    def noted(self: PageToken, form: Any, field: Any) -> None:
        asked.append("here")
        check(self, form, field)

    monkeypatch.setattr(PageToken, "validate_csrf_token", noted)
    everything = [Role.SUPERVISOR, Role.ADMIN]
    clients = {role: app.test_client() for role in everything}
    people = {role: signed_in(clients[role], role, name=role.title()) for role in everything}
    objects = {role: Objects.__new__(Objects) for role in everything}
    first = Objects(people[Role.SUPERVISOR])
    for role in everything:
        objects[role].me, objects[role].ben = people[role], first.ben
    for route in console(app):
        if route.method != "POST" or route.endpoint == "console.confirm":
            continue
        rule = ROLES.get(route.endpoint)
        role = next(role for role in everything if rule is None or role in rule.roles)
        path = objects[role].path(route, app, "own")
        before = fingerprint(database)
        asked.clear()
        answer = send(clients[role], route, path, notes="x", act="disable", name="x", email="x@desk.example")
        assert asked, route.endpoint
        assert answer.status_code in (303, 400, 409, 422), route.endpoint
        assert fingerprint(database) == before, route.endpoint
        clients[role].get("/console/me")


def test_method_cannot_be_overridden(app: Flask, browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    forged = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "PUT"}
    assert browser_client.post("/console/?_method=GET", headers=forged).status_code == 405
