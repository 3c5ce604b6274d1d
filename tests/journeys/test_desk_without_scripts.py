"""The desk with scripts off, in a real browser: whoever rings is found, written down, corrected, reported."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from intake.db import transaction
from intake.models import CallAttempt, Lead
from intake.rules.calling_hours import OfficeHours
from intake.services import request_times
from intake.services.staff import Role
from tests.desk import scheduled_lead, signed_in, stored, stored_call
from tests.factories import NOON
from tests.integration.test_inbound import VOICE
from tests.journeys.served import desk_page

TICKED = {"consent_collect", "consent_email"}
CHOSEN = {
    "relation", "diagnosis", "cell_type", "stage", "treatment_status", "travel", "veteran", "insurance",
    "language", "voicemail",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def supervisor(browser: Browser, browser_client: FlaskClient, address: str) -> Iterator[Page]:
    signed_in(browser_client, Role.SUPERVISOR, name="Sue")
    with desk_page(browser, browser_client, address, scripts=False) as page:
        yield page


def find(page: Page, text: str) -> None:
    page.get_by_role("link", name="Find", exact=True).click()
    page.fill("#text", text)
    page.get_by_role("button", name="Find").click()


def save_outcome(page: Page, code: str, notes: str) -> UUID:
    """Save and stay; the call that it was."""
    call = UUID(page.url.rpartition("/")[2])
    page.fill("#notes", notes)
    page.check(f"#outcome-{code}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).not_to_contain_text("What came of the call?")
    return call


def outcome_of(callback_id: UUID) -> tuple[str | None, str | None, str]:
    with transaction() as session:
        made = session.scalars(select(CallAttempt).where(CallAttempt.callback_id == callback_id)).one()
        return made.outcome, made.notes, made.basis


def test_family_that_rings_is_found_by_its_number_and_its_call_written_down(supervisor: Page) -> None:
    lead: Lead = stored(Lead, scheduled_lead())
    supervisor.goto("/console/")
    find(supervisor, "(555) 010-0123")
    supervisor.get_by_role("link", name=lead.reference).click()
    supervisor.get_by_role("button", name="They are on the line now").click()
    expect(supervisor.locator("main")).to_contain_text("They rang us.")
    call = save_outcome(supervisor, "spoke", "rang about the list")
    assert outcome_of(call) == ("spoke", "rang about the list", "family_rang")


def test_somebody_new_is_written_down_while_on_the_line_and_then_corrected(supervisor: Page) -> None:
    supervisor.goto("/console/find")
    supervisor.get_by_role("link", name="Make a request by phone").click()
    for name, value in VOICE.items():
        if name in TICKED:
            supervisor.check(f"[name={name}]")
        elif name in CHOSEN:
            supervisor.select_option(f"[name={name}]", value)
        else:
            supervisor.fill(f"[name={name}]", value)
    supervisor.get_by_role("button", name="Save, and go on with the call").click()
    expect(supervisor.locator("main")).to_contain_text("They rang us.")
    supervisor.fill("#notes", "spells it with z")
    supervisor.get_by_role("button", name="Correct").click()
    supervisor.fill("[name=last_name]", "Kaller")
    supervisor.fill("[name=new_phone]", "555 010 0143")
    supervisor.get_by_role("button", name="Save", exact=True).click()
    expect(supervisor.get_by_role("heading", name="Bea Kaller")).to_be_visible()
    expect(supervisor.locator("#notes")).to_have_value("spells it with z")
    find(supervisor, "555 010 0143")
    expect(supervisor.locator("main")).to_contain_text("Bea Kaller")


def test_board_and_reports_are_read_and_asked_for_other_days(supervisor: Page) -> None:
    stored_call(due_at=NOON - timedelta(minutes=40))
    with transaction() as session:
        request_times.roll_up(session, OfficeHours.round_the_clock("America/Chicago"), now=NOON)
    supervisor.goto("/console/")
    supervisor.get_by_role("link", name="Board").click()
    expect(supervisor.get_by_role("heading", name="Calls that press")).to_be_visible()
    supervisor.get_by_role("link", name="Reports").click()
    supervisor.get_by_role("link", name="12 months").click()
    supervisor.select_option("#by", "hour")
    supervisor.get_by_role("button", name="Show", exact=True).click()
    expect(supervisor.locator("#groups")).to_contain_text("by hour")
    with supervisor.expect_download() as download:
        supervisor.get_by_role("link", name="These times as a CSV file").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_menus_of_the_bar_lead_to_their_pages(supervisor: Page) -> None:
    supervisor.goto("/console/")
    for menu, link in (("Directory", "To verify"), ("Mail and post", "Letters"), ("Team", "Calendar")):
        supervisor.locator("summary", has_text=menu).click()
        supervisor.get_by_role("link", name=link, exact=True).click()
        expect(supervisor.locator("nav a[aria-current=page]")).to_have_text(link)
