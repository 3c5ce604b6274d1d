"""The console of this process in a real browser: the cookie of a test client that is signed in."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

DESK = {"width": 1280, "height": 900}
PATIENCE = 10_000  # milliseconds


@contextmanager
def desk_page(browser: Browser, client: FlaskClient, address: str, *, scripts: bool = True) -> Iterator[Page]:
    """A browser that is signed in as the client is."""
    context = browser.new_context(
        base_url=address,
        viewport=DESK,  # type: ignore[arg-type]
        java_script_enabled=scripts,
    )
    cookie = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
