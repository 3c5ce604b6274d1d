"""The bar of the console: one line at 1280 px, menus without a script, the quick search by keys."""

from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from intake.services.staff import Role
from tests.desk import reference_of, signed_in, stored_call
from tests.factories import NOON
from tests.journeys.served import desk_page

ONE_LINE = 64  # px
PLAIN_LINKS = 5


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def supervisor(browser: Browser, browser_client: FlaskClient, address: str) -> Iterator[Page]:
    """Who sees the most of the bar."""
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    with desk_page(browser, browser_client, address) as page:
        yield page


def test_bar_is_one_line_and_its_menus_open_one_at_a_time(supervisor: Page) -> None:
    supervisor.goto("/console/")
    box = supervisor.locator("header.bar").bounding_box()
    assert box is not None
    assert box["height"] <= ONE_LINE
    supervisor.goto("/console/reports")
    expect(supervisor.locator("header.bar nav").get_by_role("link")).to_have_count(PLAIN_LINKS)
    supervisor.goto("/console/")
    supervisor.get_by_text("Directory", exact=True).click()
    expect(supervisor.get_by_role("link", name="To verify")).to_be_visible()
    supervisor.locator("summary", has_text="Team").click()
    expect(supervisor.get_by_role("link", name="To verify")).to_be_hidden()
    supervisor.keyboard.press("Escape")
    expect(supervisor.get_by_role("link", name="Calendar")).to_be_hidden()
    expect(supervisor.locator("summary", has_text="Team")).to_be_focused()


@pytest.mark.parametrize("key", ["Control+k", "/"])
def test_family_is_found_from_any_page_by_a_key(supervisor: Page, key: str) -> None:
    reference = reference_of(stored_call())
    supervisor.goto("/console/board")
    supervisor.keyboard.press(key)
    expect(supervisor.locator("#quick-text")).to_be_focused()
    supervisor.keyboard.type("example")
    supervisor.keyboard.press("Enter")
    expect(supervisor.get_by_role("link", name=reference)).to_be_visible()


def test_link_opens_the_search_and_escape_closes_it(supervisor: Page) -> None:
    supervisor.goto("/console/board")
    supervisor.get_by_role("link", name="Find", exact=True).click()
    expect(supervisor.locator("#quick")).to_be_visible()
    supervisor.keyboard.press("Escape")
    expect(supervisor.locator("#quick")).to_be_hidden()
