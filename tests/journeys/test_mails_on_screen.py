"""Every mail as a browser shows it: narrow, dark, with no request to anybody."""

import pytest
from playwright.sync_api import Browser, Page

from intake.mails.compose import render
from intake.rules.series import SERIES
from tests.unit.mailings.samples import Desk, mail

STEPS = [step.name for step in SERIES.steps]
NARROW = {"width": 320, "height": 640}
# WCAG 2.2, relative luminance and contrast, for the text of each element that has words of its own.
CONTRASTS = """() => {
  const part = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
  const rgba = text => text.match(/[\\d.]+/g).map(Number)
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor)
      if (colour.length === 3 || colour[3] > 0) return colour
    }
  }
  return [...document.querySelectorAll('p, h1, li, a')].map(node => {
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))]
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  })
}"""


def opened(browser: Browser, step: str, scheme: str) -> tuple[Page, list[str]]:
    """The mail in a narrow window, and the addresses it asked for."""
    page = browser.new_page(viewport=NARROW, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(render(mail(step), Desk(sample=True)).html)
    return page, asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("step", STEPS)
def test_a_mail_reads_well_on_a_small_phone(browser: Browser, step: str, scheme: str) -> None:
    page, asked = opened(browser, step, scheme)
    says = "What may help now" if step == "condolence" else "Open your page"
    button = page.get_by_role("link", name=says).bounding_box()
    phone = page.get_by_role("link", name="(555) 010-0199")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert button is not None
    assert button["height"] >= 48
    assert phone.get_attribute("href") == "tel:+15550100199"
    assert not page.get_by_text("We are here when you want to talk").is_visible()
    assert min(page.evaluate(CONTRASTS)) >= 7
    assert asked == []
    page.close()


@pytest.mark.parametrize("step", STEPS)
def test_the_background_is_dark_when_the_reader_wants_it_dark(browser: Browser, step: str) -> None:
    page, _ = opened(browser, step, "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 22)"
    page.close()
