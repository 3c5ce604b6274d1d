"""Journeys share one running product and one browser; scripts are off everywhere."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser import launch_arguments
from tests.product import Product, running

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product") / "home") as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())  # type: ignore[arg-type]
        yield browser
        browser.close()


@pytest.fixture(params=["phone", "desk"])
def visitor(browser: Browser, product: Product, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor's page without scripts, on a phone and at a desk."""
    yield from _page(browser, product, PHONE if request.param == "phone" else DESK)


@pytest.fixture
def advocate(browser: Browser, product: Product) -> Iterator[Page]:
    """An advocate's browser, not signed in yet."""
    yield from _page(browser, product, DESK)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _page(browser: Browser, product: Product, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(
        base_url=product.url,
        java_script_enabled=False,
        viewport=size,  # type: ignore[arg-type]
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
