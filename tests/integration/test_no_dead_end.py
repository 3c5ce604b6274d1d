"""Whatever a family asks for, however old or wrong: a page in its language, the phone number, a way on."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.routes import Route, routes
from tests.visitor import text_of

PHONE = 'href="tel:+15550100199"'
# Left in a hurry: whoever looks over a shoulder learns nothing from it.
BARE = frozenset({"public.blank"})


def pages(app: Flask) -> list[Route]:
    return [route for route in routes(app) if route.endpoint.startswith("public.")]


@pytest.mark.parametrize(("mount", "language"), [("", "en"), ("/es", "es")])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_is_a_dead_end(app: Flask, method: str, mount: str, language: str) -> None:
    """With tokens that nobody was given, without a cookie, and a press of nothing."""
    asked = [route for route in pages(app) if route.method == method and route.endpoint not in BARE]
    assert len(asked) > 10
    client = app.test_client()
    for route in asked:
        client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
        answer = client.open(mount + route.path(app), method=method, follow_redirects=True)
        if answer.mimetype != "text/html" or answer.request.path.endswith("/blank"):
            continue
        page = text_of(answer)
        assert PHONE in page, (route.endpoint, answer.status)
        assert f'<html lang="{language}"' in page, (route.endpoint, answer.status)
        assert re.search(r'<a [^>]*href="/', page), (route.endpoint, answer.status)


@pytest.mark.parametrize("mount", ["", "/es"])
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/nothing-here", "GET"),
        ("/doctor-match/check/more", "GET"),
        ("/privacy", "POST"),
        ("/guide", "DELETE"),
    ],
)
def test_no_error_is_a_dead_end(browser_client: FlaskClient, mount: str, path: str, method: str) -> None:
    answer = browser_client.open(mount + path, method=method)
    assert answer.status_code in (404, 405)
    assert PHONE in text_of(answer)
    assert f'href="{mount}/"' in text_of(answer)
