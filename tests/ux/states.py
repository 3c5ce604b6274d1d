"""Every page and state a family can meet, reached as a family reaches it, without scripts."""

import time
from collections.abc import Iterator

from playwright.sync_api import Page

# Pages that need nothing first.
PLAIN = (
    "/", "/learn", "/learn/types", "/learn/treatments", "/learn/remission", "/learn/trials",
    "/learn/specialists", "/learn/questions-and-answers", "/families", "/veterans",
    "/how-we-choose-doctors", "/who-we-are", "/privacy", "/accessibility", "/contact", "/guide",
    "/guide/read", "/questions", "/after-treatment", "/guide/by-post", "/doctor-match/",
    "/doctor-match/finish-later", "/doctor-match/sent", "/blank", "/nothing-here", "/u/unknown-link",
)  # fmt: skip
# name of the question -> what is chosen (name=value), what is typed.
QUESTIONS: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    ("who", {"relation": "parent"}, {}),
    ("diagnosis", {"diagnosis": "pleural", "cell_type": "epithelioid"}, {}),
    ("stage", {"stage": "2", "status": "new"}, {}),
    ("place", {"travel": "anywhere"}, {"zip_code": "77030"}),
    ("name", {}, {"first_name": "Dana", "last_name": "Example", "patient_first_name": "Rosa"}),
    ("reach", {"voicemail": "no"}, {"phone": "(713) 555-0142", "email": "dana@family.example"}),
    ("call", {"call_day": "on_date"}, {}),
)
# Questions that may be left empty have no error to show.
_OPTIONAL = ("stage",)


def states(page: Page, language: str) -> Iterator[str]:
    """Stand on one state after the other; yields its name. `language` is "" or "/es"."""
    yield from _plain(page, language)
    yield from _guide(page, language)
    yield from _questions(page, language)
    yield from _family(page, language)


def _plain(page: Page, language: str) -> Iterator[str]:
    for path in PLAIN:
        page.goto(language + path)
        yield path


def _guide(page: Page, language: str) -> Iterator[str]:
    page.goto(f"{language}/guide")
    _send(page)
    yield "/guide: error"
    page.goto(f"{language}/guide/by-post")
    _send(page)
    yield "/guide/by-post: error"


def _questions(page: Page, language: str) -> Iterator[str]:
    for slug, chosen, typed in QUESTIONS:
        page.goto(f"{language}/doctor-match/{slug}")
        yield f"{slug}: empty"
        if slug not in _OPTIONAL:
            _send(page)
            yield f"{slug}: error"
        for name, value in chosen.items():
            page.locator(f'[name="{name}"][value="{value}"]').check()
        for name, value in typed.items():
            page.locator(f'[name="{name}"]').fill(value)
        if slug == "call":
            page.locator('[name="call_date"]').select_option(index=3)
        yield f"{slug}: filled"
        _send(page)
    yield "check"
    page.goto(f"{language}/doctor-match/who?change=1")
    yield "who: change"
    page.goto(f"{language}/doctor-match/finish-later")
    yield "finish later: with answers"


def _family(page: Page, language: str) -> Iterator[str]:
    page.goto(f"{language}/doctor-match/check")
    page.locator('[name="consent_email"]').check()
    page.locator("main form .govuk-button").last.click()
    yield "sent"
    status = page.locator("main a.govuk-button").first.get_attribute("href") or ""
    _wait_for_doctors(page, status)
    yield "status"
    for name in ("call", "doctors", "post", "data", "sharing", "delete"):
        page.goto(f"{status}/{name}")
        yield f"status: {name}"
    page.goto(f"{status}?print=large")
    yield "status: large type"
    page.goto(f"{status}?saved=call")
    yield "status: saved"
    yield from _without_proof(page, status)


def _without_proof(page: Page, status: str) -> Iterator[str]:
    page.locator("form.leave button").click()
    yield "left"
    page.goto(status)
    yield "proof"
    _send(page)
    yield "proof: error"


def _wait_for_doctors(page: Page, status: str) -> None:
    for _ in range(30):
        page.goto(status)
        if page.locator("[data-doctor]").count():
            return
        time.sleep(1)
    raise AssertionError("no doctor came within 30 seconds")


def _send(page: Page) -> None:
    """The main button of the page's form, not the one that leaves."""
    page.locator("main form .govuk-button").first.click()
