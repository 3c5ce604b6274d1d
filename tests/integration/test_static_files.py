"""What pages load comes packed to browsers that take it, and plain to the others."""

import gzip

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SHEET = "/static/built/public.css"


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Buffered, so that the file is closed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers=named, buffered=True)


def test_a_style_sheet_is_packed_for_a_browser_that_takes_it(browser_client: FlaskClient) -> None:
    plain, packed = get(browser_client, SHEET), get(browser_client, SHEET, Accept_Encoding="br, gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == plain.mimetype == "text/css"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) * 3 < len(plain.data)


@pytest.mark.parametrize("takes", ["", "br", "gzip;q=0"])
def test_a_style_sheet_is_plain_for_a_browser_that_does_not(browser_client: FlaskClient, takes: str) -> None:
    assert "Content-Encoding" not in get(browser_client, SHEET, Accept_Encoding=takes).headers


def test_caches_keep_the_two_apart_and_ask_for_each_again(browser_client: FlaskClient) -> None:
    answers = [get(browser_client, SHEET, Accept_Encoding=takes) for takes in ("", "gzip")]
    assert all("Accept-Encoding" in answer.vary for answer in answers)
    first, second = (answer.headers["ETag"] for answer in answers)
    assert first != second
    again = get(browser_client, SHEET, Accept_Encoding="gzip", If_None_Match=second)
    assert again.status_code == 304


def test_what_is_not_packed_or_not_there_is_answered_as_ever(browser_client: FlaskClient) -> None:
    icon = get(browser_client, "/static/icon.svg", Accept_Encoding="gzip")
    assert icon.status_code == 200
    assert "Content-Encoding" not in icon.headers
    for path in ("/static/built/nothing.css", "/static/../web.py", "/static/built/..%2F..%2Fweb.py"):
        assert get(browser_client, path, Accept_Encoding="gzip").status_code == 404


def test_a_page_beside_secrets_is_never_packed(browser_client: FlaskClient) -> None:
    answer = get(browser_client, "/doctor-match/who", Accept_Encoding="gzip")
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
