"""The console by day and in the dark, in a real browser: axe finds nothing on what staff look at all day."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from assets.build import MODULES
from intake.config import ROOT
from intake.db import transaction
from intake.models import Callback, Staff
from intake.rules.calling_hours import OfficeHours
from intake.services import callbacks, claims, request_times
from intake.services.staff import Role
from tests.desk import account, signed_in, stored_call
from tests.factories import NOON
from tests.journeys.served import desk_page

MINUTE = timedelta(minutes=1)
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = (MODULES / "axe-core" / "axe.min.js").read_text()
RUN = """async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations
  .map(rule => `${rule.id}: ${rule.nodes.map(node => node.target.join(' ')).join(', ')}`)"""
PICTURES = ROOT / ".advocate" / "looks"
DAY, DARK = "rgb(251, 247, 240)", "rgb(25, 22, 19)"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def faults(page: Page, name: str, scheme: str) -> list[str]:
    """What axe finds, at desk size; the picture goes to an ignored folder."""
    page.evaluate(AXE)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)
    return [f"{name}: {found}" for found in page.evaluate(RUN, TAGS)]


def shaded(page: Page, colour: str) -> None:
    expect(page.locator("html")).to_have_css("background-color", colour)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_queue_call_and_conflict_can_be_read(
    browser: Browser, browser_client: FlaskClient, address: str, scheme: str
) -> None:
    signed_in(browser_client)
    stored_call(due_at=NOON - 40 * MINUTE, urgency=1)
    stored_call(phone="+15550100155", email=None)
    with desk_page(browser, browser_client, address) as page:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("/console/")
        found = faults(page, "queue", scheme)
        page.get_by_role("button", name="Claim next").click()
        page.get_by_role("button", name="Start call").click()
        expect(page.locator("#outcome")).to_be_focused()
        other = page.context.new_page()
        other.goto(page.url)
        page.keyboard.press("1")
        found += faults(page, "call", scheme)
        _save(other, "What the other window says.")
        _save(page, "What this one says.")
        expect(page.locator(".notes").first).to_have_text("What the other window says.")
        found += faults(page, "conflict", scheme)
        shaded(page, DARK if scheme == "dark" else DAY)
    assert found == []


def _save(page: Page, notes: str) -> None:
    page.get_by_label("Notes").fill(notes)
    page.get_by_role("button", name="Save", exact=True).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_charts_can_be_read(
    browser: Browser, browser_client: FlaskClient, address: str, scheme: str
) -> None:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    with transaction() as session:
        ana = account(session)
    _rung(stored_call(due_at=NOON - 30 * MINUTE), ana)
    stored_call(due_at=NOON - 90 * MINUTE, phone="+15550100155", email=None)
    with desk_page(browser, browser_client, address) as page:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = []
        for name in ("board", "reports", "me", "work"):
            page.goto(f"/console/{name}")
            found += faults(page, name, scheme)
    assert found == []


def _rung(call: Callback, who: Staff) -> None:
    """Taken, rung ten minutes ago, and in the reports."""
    with transaction() as session:
        claims.take(session, session.get_one(Callback, call.id), who.id, now=NOON - 12 * MINUTE)
    with transaction() as session:
        callbacks.start_call(session, call.id, who.id, now=NOON - 10 * MINUTE)
    with transaction() as session:
        request_times.roll_up(session, OfficeHours.round_the_clock("America/Chicago"), now=NOON)


def test_chosen_look_goes_before_the_machine_s(
    browser: Browser, browser_client: FlaskClient, address: str
) -> None:
    signed_in(browser_client)
    with desk_page(browser, browser_client, address) as page:
        page.emulate_media(color_scheme="light")
        page.goto("/console/me")
        page.get_by_role("button", name="Dark", exact=True).click()
        shaded(page, DARK)
        page.get_by_role("button", name="Light", exact=True).click()
        page.emulate_media(color_scheme="dark")
        shaded(page, DAY)
        page.get_by_role("button", name="As my machine is").click()
        shaded(page, DARK)
        page.emulate_media(media="print")
        shaded(page, DAY)
