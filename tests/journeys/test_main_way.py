"""The main way, end to end: a visitor asks, the doctors come, a nurse has the call, the guide arrives."""

import email
import email.policy
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pyotp
from playwright.sync_api import Page, expect

from tests.product import Product, wait_until

# Somewhere in the country it is always between 8:00 and 21:00.
ZIPS = {"America/New_York": "10001", "Pacific/Honolulu": "96813", "Pacific/Guam": "96910"}


def zip_where_it_is_day() -> str:
    """A ZIP code whose people may be called now, with an hour to spare."""
    now = datetime.now(UTC)
    return next(zip_code for zone, zip_code in ZIPS.items() if 8 <= now.astimezone(ZoneInfo(zone)).hour < 20)


def ask_for_doctors(page: Page, *, zip_code: str, address: str) -> str:
    """Answer every question as a daughter would; the reference from the confirmation."""
    page.goto("/")
    page.get_by_role("link", name="Find my doctors").click()
    page.get_by_role("link", name="Start").click()
    choose(page, "My mother or father")
    choose(page, "Pleural")
    choose(page, "Stage 2", "Just found, no treatment yet")
    page.get_by_label("ZIP code").fill(zip_code)
    choose(page, "Anywhere in the country")
    page.get_by_label("First name").first.fill("Dana")
    page.get_by_label("Last name").fill("Example")
    go_on(page)
    page.get_by_label("Phone").fill("(713) 555-0142")
    page.get_by_label("Email").fill(address)
    go_on(page)
    choose(page, "As soon as a nurse is free")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    page.get_by_role("checkbox", name=address).check()
    page.get_by_role("button", name="Send and ask for my call").click()
    return page.locator("[data-reference]").get_attribute("data-reference") or ""


def choose(page: Page, *labels: str) -> None:
    for label in labels:
        page.get_by_role("radio", name=label).check()
    go_on(page)


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def delivered(product: Product, address: str) -> list[EmailMessage]:
    """Mails in the Maildir for an address."""
    found = []
    for path in (product.home / "mail" / "new").glob("*"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        if address in str(message["To"]):
            found.append(message)
    return found


def test_family_gets_doctors_call_and_guide_when_it_asks(
    visitor: Page, advocate: Page, product: Product
) -> None:
    address = f"dana{time.monotonic_ns()}@family.example"
    reference = ask_for_doctors(visitor, zip_code=zip_where_it_is_day(), address=address)
    assert len(reference) == 7
    assert wait_until(lambda: product.advocate("check").returncode == 0, 30), product.advocate("check").stdout
    _doctors_are_on_the_status_page(visitor)
    _call_is_in_the_queue(advocate, product, reference)
    _guide_is_in_the_mail(product, address)


def _doctors_are_on_the_status_page(page: Page) -> None:
    page.reload()
    page.get_by_role("link", name="See my page").click()
    expect(page.locator("[data-doctor]")).to_have_count(10)
    expect(page.locator("[data-doctor]").first).to_contain_text("Sample")
    expect(page.get_by_text("This is a sample site")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def _call_is_in_the_queue(page: Page, product: Product, reference: str) -> None:
    account = product.account("advocate")
    page.goto("/console/")
    page.get_by_label("Email").fill(account["email"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_label("code").fill(fresh_code(account["totp_secret"]))
    page.get_by_role("button", name="Sign in").click()
    row = page.get_by_role("row").filter(has_text=reference)
    row.get_by_role("button", name="Claim").click()
    expect(page.get_by_text("(713) 555-0142")).to_have_count(0)
    page.get_by_role("button", name="Start call").click()
    expect(page.get_by_role("link", name="(713) 555-0142")).to_have_attribute("href", "tel:+17135550142")
    page.get_by_label("Notes").fill("Will send the reports on Friday.")
    page.get_by_role("radio", name="Spoke with them").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/console/")
    expect(page.get_by_role("row").filter(has_text=reference)).to_have_count(0)


def fresh_code(secret: str) -> str:
    """A code serves once: after the last one was used, wait for the next."""
    while (code := pyotp.TOTP(secret).now()) in _used:
        time.sleep(0.5)
    _used.add(code)
    return code


_used: set[str] = set()


def _guide_is_in_the_mail(product: Product, address: str) -> None:
    (mail,) = delivered(product, address)
    assert "mesothelioma" not in str(mail["Subject"]).lower()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "guide.pdf"
    assert attachment.get_payload(decode=True)[:5] == b"%PDF-"  # type: ignore[index]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "/s/" in body.get_content()


def test_guide_comes_by_mail_when_only_the_guide_is_asked_for(visitor: Page, product: Product) -> None:
    address = f"guide{time.monotonic_ns()}@family.example"
    visitor.goto("/guide")
    visitor.get_by_label("First name").fill("Dana")
    visitor.get_by_label("Email").first.fill(address)
    visitor.get_by_role("checkbox").check()
    visitor.get_by_role("button", name="Email me the guide").click()
    expect(visitor.locator("[data-reference]")).to_be_visible()
    assert wait_until(lambda: len(delivered(product, address)) == 1, 30)
