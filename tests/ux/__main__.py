"""Measure every public page and state and print the table; pictures and trees go to .advocate/ux.

Arguments: parts of state names to look at, such as `check status`; none means all. TIMES=no leaves
the slow loads out. ORGANISATION_FILE=intake/sample/harbor.toml looks at the second brand.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from intake.config import ROOT
from tests.browser import launch_arguments
from tests.product import running
from tests.ux.focus import Walk, walk
from tests.ux.probes import DESK, PAPER, PHONE, Seen, look, size
from tests.ux.states import states
from tests.ux.timing import Timing, timed
from tests.ux.words import Words, measured

OUT = ROOT / ".advocate" / "ux"
LANGUAGES = ("", "/es")
_HEAD = "axe  7:1   target text  wide moves line stops faint  grade sent.  other hosts"


@dataclass(frozen=True)
class Row:
    name: str
    seen: Seen
    way: Walk
    words: Words
    strangers: set[str]

    @property
    def faults(self) -> list[str]:
        seen, words = self.seen, self.words
        checks = {
            "axe": not seen.violations,
            "contrast": seen.contrast is None or seen.contrast >= 7,
            "target": seen.target >= 44,
            "text": seen.text >= 16,
            "wide": seen.wide <= 0,
            "moves": seen.moves == 0,
            "line": seen.letters_a_line <= 66,
            "focus": not self.way.faint,
            "grade": words.grade is None or words.grade <= 7,
            "index": words.index is None or words.index >= 65,
            "sentence": words.sentence <= 14,
            "hosts": not self.strangers,
        }
        return [name for name, good in checks.items() if not good]

    def line(self) -> str:
        seen, words = self.seen, self.words
        hard = f"{words.grade:5}" if words.grade is not None else f"i{words.index:4}"
        return (
            f"{len(seen.violations):3} {seen.contrast or 21:5} "
            f"{seen.target:6} {seen.text:5.1f} {seen.wide:4} "
            f"{seen.moves:5} {seen.letters_a_line:4} {self.way.stops:5} {len(self.way.faint):5} {hard} "
            f"{words.sentence:5} {len(self.strangers):4}   {self.name}"
        )


def main(wanted: list[str]) -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    faults = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "home") as product,
        _browser() as browser,
    ):
        for language in LANGUAGES:
            print(f"\n{language or '/en'}  {_HEAD}")
            for row in _rows(browser, product.url, language, wanted):
                print(
                    row.line(),
                    *(f"\n      ! {fault}: {_why(row, fault)}" for fault in row.faults),
                    flush=True,
                )
                faults += len(row.faults)
            if os.environ.get("TIMES") != "no":
                faults += _print_times(browser, product.url, language)
    print(f"\n{faults} faults. Pictures and trees: {OUT.relative_to(ROOT)}")
    return 1 if faults else 0


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())  # type: ignore[arg-type]
        yield browser
        browser.close()


def _rows(browser: Browser, url: str, language: str, wanted: list[str]) -> Iterator[Row]:
    context = browser.new_context(base_url=url)
    page, strangers = context.new_page(), set[str]()
    page.on(
        "request",
        lambda request: None if request.url.startswith((url, "data:")) else strangers.add(request.url),
    )
    for name in states(page, language):
        if wanted and not any(part in name for part in wanted):
            continue
        seen, way = look(page), walk(page)
        words = measured(page.content(), language.strip("/") or "en")
        _keep(page, f"{language.strip('/') or 'en'} {name}")
        yield Row(name, seen, way, words, {*strangers})
    context.close()


def _keep(page: Page, name: str) -> None:
    """A picture at phone and at desk size, in forced colours, on paper, and what a screen reader is told."""
    stem = OUT / re.sub(r"\W+", "-", name).strip("-")
    for label, at in (("phone", PHONE), ("desk", DESK)):
        size(page, at)
        page.screenshot(path=f"{stem}-{label}.png", full_page=True)
    page.emulate_media(forced_colors="active")
    page.screenshot(path=f"{stem}-forced.png", full_page=True)
    page.emulate_media(forced_colors="none", media="print")
    size(page, PAPER)
    page.screenshot(path=f"{stem}-print.png", full_page=True)
    page.emulate_media(media="screen")
    size(page, PHONE)
    Path(f"{stem}-tree.txt").write_text(page.locator("body").aria_snapshot())


def _why(row: Row, fault: str) -> str:
    return {
        "axe": "; ".join(row.seen.violations),
        "target": row.seen.smallest_target,
        "focus": "; ".join(row.way.faint),
        "hosts": ", ".join(sorted(row.strangers)),
    }.get(fault, "")


def _print_times(browser: Browser, url: str, language: str) -> int:
    """Painted within 0.7 s and 15 KB; a family's own page within 0.8 s and 30 KB; nothing shifts."""
    context, status = _with_a_family(browser, url, language)
    faults = 0
    print("\npainted ms  shift  bytes gz")
    for path in (
        "/",
        "/learn/remission",
        "/doctor-match/",
        "/doctor-match/who",
        "/guide",
        "/contact",
        status,
    ):
        own = path == status
        found = timed(context, path if own else language + path)
        good = (
            found.painted <= (800 if own else 700)
            and found.shift == 0
            and found.weight <= (30_000 if own else 15_000)
        )
        faults += not good
        print(_time_line(found, "status" if own else path, good), flush=True)
    context.close()
    return faults


def _time_line(found: Timing, name: str, good: bool) -> str:
    return f"{found.painted:10} {found.shift:6} {found.weight:9}  {name}{'' if good else '   !'}"


def _with_a_family(browser: Browser, url: str, language: str) -> tuple[BrowserContext, str]:
    """A context that may open a family's page, and its address. Scripts are on, for the observers."""
    context = browser.new_context(base_url=url, viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    for name in states(page, language):
        if name == "status":
            break
    address = page.url
    page.close()
    return context, address


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
