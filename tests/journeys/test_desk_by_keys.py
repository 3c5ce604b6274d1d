"""A nurse works her calls by keys alone, in a real browser: claim, ring, write down, take the next."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from intake.models import Callback
from tests.desk import reference_of, signed_in, stored, stored_call
from tests.factories import NOON
from tests.journeys.served import desk_page

PRESSES_FOR_A_CALL = 4


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def nurse(browser: Browser, browser_client: FlaskClient, address: str) -> Iterator[Page]:
    """Ana's browser with scripts, signed in, in the queue."""
    signed_in(browser_client)
    with desk_page(browser, browser_client, address) as page:
        yield page


def call_on(page: Page) -> UUID:
    return UUID(page.url.rpartition("/")[2])


def test_call_is_claimed_rung_written_down_and_the_next_taken_in_four_keys(nurse: Page) -> None:
    first = stored_call(due_at=NOON - timedelta(minutes=5))
    second = stored_call(phone="+15550100155", email=None)
    nurse.goto("/console/")
    pressed = 0
    for focused, key, then in (
        ("button:has-text('Claim next')", "Enter", "button:has-text('Start call')"),
        ("button:has-text('Start call')", "Enter", "a[href='tel:+15550100123']"),
        ("#outcome", "1", "input[value=spoke]:checked"),
        ("input[value=spoke]", "Control+Enter", f"[data-reference]:has-text('{reference_of(second)}')"),
    ):
        # A person sees where she is before she presses.
        expect(nurse.locator(focused)).to_be_focused()
        nurse.keyboard.press(key)
        pressed += 1
        expect(nurse.locator(then)).to_be_visible()
    assert pressed <= PRESSES_FOR_A_CALL
    assert (stored(Callback, first.id).status, stored(Callback, first.id).outcome) == ("done", "spoke")
    assert call_on(nurse) == second.id


def test_list_is_walked_and_a_given_call_taken_by_keys(nurse: Page) -> None:
    stored_call(due_at=NOON - timedelta(minutes=5))
    wanted = stored_call(phone="+15550100155", email=None)
    nurse.goto("/console/")
    nurse.locator("[data-list]").focus()
    for key in ("j", "ArrowDown", "k", "j", "c"):
        nurse.keyboard.press(key)
    expect(nurse.locator("[data-reference]")).to_have_text(reference_of(wanted))
    assert call_on(nurse) == wanted.id


def test_keys_write_letters_where_somebody_types(nurse: Page) -> None:
    """Digits and C mean something only where they are a choice."""
    call = stored_call()
    nurse.goto("/console/")
    expect(nurse.get_by_role("button", name="Claim next")).to_be_focused()
    nurse.keyboard.press("Enter")
    expect(nurse.get_by_role("button", name="Start call")).to_be_focused()
    nurse.keyboard.press("Enter")
    expect(nurse.locator("#outcome")).to_be_focused()
    nurse.get_by_label("Notes").focus()
    nurse.keyboard.type("call back at 3, c")
    assert nurse.locator("#outcome input:checked").count() == 0
    expect(nurse.locator("#kept")).to_contain_text("Saved")
    assert stored(Callback, call.id).notes == "call back at 3, c"


def test_nothing_happens_at_a_key_when_shortcuts_are_off(nurse: Page) -> None:
    call = stored_call()
    nurse.goto("/console/me")
    nurse.get_by_role("button", name="Turn the keys off").click()
    expect(nurse.get_by_text("They are off.")).to_be_visible()
    nurse.goto("/console/")
    nurse.get_by_role("button", name="Claim", exact=False).last.focus()
    nurse.keyboard.press("c")
    nurse.keyboard.press("Control+Enter")
    expect(nurse.get_by_role("heading", name="Queue")).to_be_visible()
    assert stored(Callback, call.id).status == "waiting"
