"""A daughter asks for doctors by keyboard alone, without scripts, in both languages, and leaves no trace."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DESK
from tests.product import Product
from tests.ux.focus import seen_here
from tests.ux.states import QUESTIONS

# More than any page here has before its main button.
PATIENCE = 60


@pytest.fixture(params=["", "/es"], ids=["english", "spanish"])
def start(browser: Browser, product: Product, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The first page of a language, with nothing focused yet."""
    context = browser.new_context(
        base_url=product.url,
        java_script_enabled=False,
        viewport=DESK,  # type: ignore[arg-type]
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{request.param}/")
    yield page
    context.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it has focus; every stop on the way is seen."""
    for _ in range(PATIENCE):
        page.keyboard.press("Tab")
        assert seen_here(page), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached with Tab on {page.url}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def go(page: Page, selector: str) -> None:
    """Press what leads to another page, and wait for that."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, name: str, value: str) -> None:
    """Into the group with Tab, through it with the arrows, as a radio group is walked."""
    tab_to(page, f'[name="{name}"]')
    if page.locator(f'[name="{name}"]:checked').count() == 0:
        page.keyboard.press("Space")
    wanted = page.locator(f'[name="{name}"][value="{value}"]')
    for _ in range(PATIENCE):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name}={value} is not reached with the arrows")


def test_doctors_are_asked_for_without_a_mouse(start: Page) -> None:
    page = start
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    go(page, "main a.govuk-button")
    go(page, "main .govuk-button")
    _nothing_chosen_says_so(page)
    for slug, chosen, typed in QUESTIONS:
        expect(page).to_have_url(re.compile(f"/doctor-match/{slug}(#|$)"))
        _answer(page, chosen | ({"call_day": "next_free"} if slug == "call" else {}), typed)
        go(page, "main form .govuk-button")
    _tick_and_send(page)
    _to_my_page_and_away(page)


def _nothing_chosen_says_so(page: Page) -> None:
    """The summary has focus; its link leads to the first answer."""
    go(page, "main form .govuk-button")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    press(page, ".govuk-error-summary a")
    expect(page.locator("main form [type=radio]").first).to_be_focused()
    page.goto(page.url.partition("#")[0])


def _answer(page: Page, chosen: dict[str, str], typed: dict[str, str]) -> None:
    """In the order of the page: what comes first on it is answered first."""
    names = [*chosen, *typed]
    order = page.evaluate(
        """names => names.map(name => [...document.querySelectorAll('[name]')].findIndex(
          one => one.name === name))""",
        names,
    )
    for name in [name for _, name in sorted(zip(order, names, strict=True))]:
        if name in typed:
            tab_to(page, f'[name="{name}"]')
            page.keyboard.type(typed[name])
        else:
            choose(page, name, chosen[name])


def _tick_and_send(page: Page) -> None:
    tab_to(page, '[name="consent_email"]')
    page.keyboard.press("Space")
    expect(page.locator('[name="consent_email"]')).to_be_checked()
    go(page, "main form .govuk-button")
    expect(page.locator("[data-reference]")).to_be_visible()


def _to_my_page_and_away(page: Page) -> None:
    go(page, "main a.govuk-button")
    expect(page.locator("main h2").first).to_be_visible()
    go(page, 'main a[href$="/call"]')
    expect(page.locator('[name="call_day"]').first).to_be_visible()
    go(page, "form.leave button")
    assert page.url.endswith("/blank")
    page.go_back()
    expect(page.locator('[name="call_day"]')).to_have_count(0)
