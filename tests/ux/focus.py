"""The way through a page by keyboard: is every stop reached, seen and in order."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

_MOST = 200

_HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  let drawn = one;
  if (one.matches('.govuk-radios__input, .govuk-checkboxes__input')) drawn = one.parentElement;
  const style = getComputedStyle(drawn), inner = getComputedStyle(one, '::after');
  const card = one.closest('.card');
  const ring = [style, card && getComputedStyle(card)].filter(Boolean)
    .some(s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3) || s.boxShadow !== 'none');
  const box = drawn.getBoundingClientRect();
  const covered = box.bottom < 1 || box.top > innerHeight - 1;
  return {what: one.outerHTML.slice(0, 80), ring, covered,
    place: [...document.querySelectorAll('*')].indexOf(one)};
}"""


@dataclass(frozen=True)
class Walk:
    """`stops` reached with Tab; `faint` ones have no ring of 3 px or are out of sight; `jumps` go back."""

    stops: int
    faint: list[str]
    jumps: int


def seen_here(page: Page) -> bool:
    """What has focus has a ring that is seen, and is itself in view."""
    here: dict[str, Any] | None = page.evaluate(_HERE)
    return here is not None and here["ring"] and not here["covered"]


def walk(page: Page) -> Walk:
    page.evaluate("() => document.activeElement && document.activeElement.blur()")
    faint: list[str] = []
    places: list[int] = []
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        here: dict[str, Any] | None = page.evaluate(_HERE)
        if here is None or here["place"] in places:
            break
        places.append(here["place"])
        if not here["ring"] or here["covered"]:
            faint.append(here["what"])
    jumps = sum(later < earlier for earlier, later in pairwise(places))
    return Walk(len(places), faint, jumps)
