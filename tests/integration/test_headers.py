"""What every answer tells the browser, errors included."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake import create_app
from intake.config import Settings
from intake.services.staff import Role
from intake.views.headers import AREAS, MAIL_FRAME, MAIL_PREVIEW
from tests.desk import signed_in
from tests.routes import routes

HTTPS = "https://desk.example"
FOREIGN = ["evil.example", "desk.example.evil.example", "desk.example:80@evil.example", ""]
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CLOSED = {
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.fixture(scope="module")
def secure_app(settings: Settings) -> Iterator[Flask]:
    """The application behind https, where errors are pages and not test failures."""
    app = create_app(replace(settings, public_url=HTTPS))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/explode", "explode", lambda: str(1 // 0))
    yield app
    app.extensions["advocate_engine"].dispose()


def check(answer: TestResponse, area: str | None) -> None:
    found = dict(answer.headers)
    assert {name: found.get(name) for name in ALWAYS} == ALWAYS, answer.request.path
    rules = set(found["Content-Security-Policy"].split("; "))
    assert rules >= CLOSED, answer.request.path
    scripts = {rule for rule in rules if rule.startswith(("script-src", "connect-src"))}
    assert scripts == ({"script-src 'self'", "connect-src 'self'"} if area == "console" else set())
    assert "http" not in found["Content-Security-Policy"]
    assert "unsafe" not in found["Content-Security-Policy"]
    # A document or a style sheet that names nobody may be kept.
    if area != "static" and answer.mimetype not in ("application/pdf", "text/css"):
        assert found["Cache-Control"] == "no-store", answer.request.path
    assert found["Strict-Transport-Security"].startswith("max-age=63072000")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-"), cookie
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")), cookie


def test_every_route_carries_the_headers(secure_app: Flask, app: Flask) -> None:
    seen = set()
    for route in routes(secure_app):
        client = secure_app.test_client()
        path = route.path(secure_app)
        answer = client.open(path, method=route.method, base_url=HTTPS, data={"csrf_token": "x"})
        seen.add(answer.status_code)
        check(answer, route.endpoint.partition(".")[0])
    assert {200, 303, 401, 404, 500} <= seen


def test_every_console_page_carries_the_headers_when_signed_in(app: Flask) -> None:
    client = app.test_client()
    signed_in(client, Role.SUPERVISOR)
    for route in routes(app):
        if route.endpoint.startswith("console.") and route.method == "GET":
            policy = client.get(route.path(app)).headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy
            assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("request_line", "letters", "status"),
    [
        ("GET /nowhere", 0, 404),
        ("GET /console/nowhere", 0, 404),
        ("DELETE /", 0, 405),
        ("POST /console/", 0, 405),
        ("POST /console/sign-in", 700_000, 413),
        ("POST /guide", 4_000_000, 413),
        ("GET /explode", 0, 500),
        ("GET /healthz", 0, 200),
    ],
)
@pytest.mark.usefixtures("app")
def test_errors_carry_the_headers(secure_app: Flask, request_line: str, letters: int, status: int) -> None:
    method, path = request_line.split()
    data = {"email": "x" * letters} if letters else None
    answer = secure_app.test_client().open(path, method=method, data=data, base_url=HTTPS)
    assert answer.status_code == status
    check(answer, "console" if path.startswith("/console/") and status == 413 else None)


def test_cookies_are_bound_to_the_host_when_served_over_https(secure_app: Flask, app: Flask) -> None:
    client = secure_app.test_client()
    page = client.get("/doctor-match/who", base_url=HTTPS)
    names = [cookie.partition("=")[0] for cookie in page.headers.getlist("Set-Cookie")]
    assert names == ["__Host-session"]


@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_host_names_are_refused(secure_app: Flask, app: Flask, host: str) -> None:
    for path in ("/", "/console/sign-in", "/static/icon.svg"):
        answer = secure_app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text
        check(answer, None)


def test_forwarded_host_is_never_believed(secure_app: Flask, app: Flask) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    answer = secure_app.test_client().get("/console/", headers=forged, base_url=HTTPS)
    assert answer.headers["Location"] == "/console/sign-in"


def test_every_area_of_the_policy_is_a_part_of_the_application(app: Flask) -> None:
    assert set(AREAS) - {MAIL_PREVIEW, MAIL_FRAME} == set(app.blueprints)


def test_no_header_comes_from_what_was_sent(browser_client: FlaskClient) -> None:
    split = browser_client.get("/doctor-match/?x=%0d%0aSet-Cookie:%20a=b")
    assert "a=b" not in str(split.headers)
