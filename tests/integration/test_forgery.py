"""Requests that a foreign page sends in a signed-in browser, and the few posts that need no page."""

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from intake.services.staff import Role
from intake.views.forgery import EXEMPT
from tests.desk import signed_in, stored_call, token_in
from tests.factories import NOON
from tests.routes import routes


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_every_post_from_a_foreign_page_is_refused_even_with_the_token(
    app: Flask, browser_client: FlaskClient, site: str
) -> None:
    signed_in(browser_client, Role.SUPERVISOR)
    token = token_in(browser_client.get("/console/me").text)
    for route in routes(app):
        if route.method != "POST":
            continue
        answer = browser_client.post(
            route.path(app), data={"csrf_token": token}, headers={"Sec-Fetch-Site": site}
        )
        assert (answer.status_code == 403) == (route.endpoint not in EXEMPT) or (
            route.endpoint in EXEMPT and answer.status_code in (200, 303, 404)
        ), route.endpoint


@pytest.mark.parametrize("site", ["same-origin", "none", None])
@time_machine.travel(NOON, tick=False)
def test_own_page_may_post(browser_client: FlaskClient, site: str | None) -> None:
    signed_in(browser_client)
    stored_call()
    token = token_in(browser_client.get("/console/").text)
    headers = {"Sec-Fetch-Site": site} if site else {}
    answer = browser_client.post("/console/claim-next", data={"csrf_token": token}, headers=headers)
    assert "/console/callbacks/" in answer.headers["Location"]


def test_exempt_posts_are_routes_that_there_are(app: Flask) -> None:
    assert {route.endpoint for route in routes(app)} >= EXEMPT
    assert len(EXEMPT) == 3


def test_token_of_another_browser_is_refused(app: Flask, browser_client: FlaskClient) -> None:
    signed_in(browser_client)
    other = app.test_client()
    signed_in(other, name="Ben")
    stolen = token_in(other.get("/console/me").text)
    before = browser_client.get("/console/").status_code
    browser_client.post("/console/sign-out", data={"csrf_token": stolen})
    assert browser_client.get("/console/").status_code == before == 200
