"""What is measured on the page where the browser stands. Every probe leaves it as it was."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from assets.build import MODULES

PHONE, SMALL, DESK = (390, 844), (320, 640), (1280, 900)
# A4 less its margins, at 96 px an inch.
PAPER = (718, 1047)
# 1280 px at 400 %.
ZOOMED = (320, 256)
AXE = MODULES / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]

_RUN_AXE = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  const seen = [...found.violations, ...found.passes].filter(rule => rule.id.startsWith('color-contrast'));
  const ratios = seen.flatMap(rule => rule.nodes).flatMap(node => node.any)
    .map(check => check.data && check.data.contrastRatio).filter(Boolean);
  return {
    violations: found.violations.map(
      rule => `${rule.id} (${rule.nodes.map(node => node.target.join(' ')).join(', ')})`),
    contrast: ratios.length ? Math.min(...ratios) : null,
  };
}"""

# A link inside a sentence may be as high as its line; WCAG 2.5.5 exempts it as well.
_TARGETS = """() => {
  const boxes = [];
  const kinds = 'a[href], button, input:not([type=hidden]), select, summary, textarea';
  for (const one of document.querySelectorAll(kinds)) {
    if (one.closest('.trap') || !one.checkVisibility({visibilityProperty: true})) continue;
    const skip = one.matches('.govuk-skip-link');
    const sentence = one.matches('a') && getComputedStyle(one).display.startsWith('inline')
      && [...one.parentElement.childNodes].some(n => n.nodeType === 3 && n.textContent.trim().length > 1);
    if (skip || sentence) continue;
    const box = one.getBoundingClientRect();
    boxes.push([Math.min(box.width, box.height), one.outerHTML.slice(0, 90)]);
  }
  boxes.sort((a, b) => a[0] - b[0]);
  return boxes.slice(0, 1);
}"""

_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = [999, ''];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    const unseen = '.govuk-visually-hidden, .trap, svg, option';
    if (!node.textContent.trim() || !parent.checkVisibility() || parent.closest(unseen)) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < least[0]) least = [size, node.textContent.trim().slice(0, 40)];
  }
  return least;
}"""

_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

_MOVES = """() => document.getAnimations().length + [...document.querySelectorAll('*')].filter(
  one => getComputedStyle(one).transitionDuration.split(',').some(time => parseFloat(time) > 0)).length"""

_MEASURE = """() => {
  let most = 0;
  for (const one of document.querySelectorAll('main p, main li')) {
    if (!one.checkVisibility() || one.querySelector('p, li, a, h2, h3')) continue;
    const range = document.createRange(); range.selectNodeContents(one);
    const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
    if (lines.size > 1) most = Math.max(most, one.textContent.trim().length / lines.size);
  }
  return Math.round(most);
}"""

# A sheet made by script: the page's own policy lets no other in.
_STYLED = """style => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""

_SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""


@dataclass(frozen=True)
class Seen:
    """What one state showed. Sizes in CSS pixels; `wide` is the worst sideways scroll of all widths."""

    violations: list[str]
    contrast: float | None
    target: float
    smallest_target: str
    text: float
    wide: int
    moves: int
    letters_a_line: int


def look(page: Page) -> Seen:
    found = _axe(page, PHONE)
    at_desk = _axe(page, DESK)
    letters = page.evaluate(_MEASURE)
    targets: list[tuple[float, str]] = page.evaluate(_TARGETS)
    text = page.evaluate(_TEXT)[0]
    contrasts = [one["contrast"] for one in (found, at_desk) if one["contrast"]]
    size(page, PHONE)
    target, tag = min([*targets, *page.evaluate(_TARGETS)], default=(99.0, ""))
    return Seen(
        violations=sorted({*found["violations"], *at_desk["violations"]}),
        contrast=min(contrasts, default=None),
        target=round(target, 1),
        smallest_target=tag,
        text=text,
        wide=_widest(page),
        moves=page.evaluate(_MOVES),
        letters_a_line=letters,
    )


def size(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def _axe(page: Page, at: tuple[int, int]) -> dict[str, Any]:
    size(page, at)
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(_RUN_AXE, _TAGS)
    return found


def _widest(page: Page) -> int:
    """Sideways scroll on a small phone, on others, at 400 %, with wide text spacing, at 200 % font size."""
    found: list[int] = []
    for at in (SMALL, PHONE, ZOOMED, DESK):
        size(page, at)
        found.append(page.evaluate(_WIDE))
    size(page, SMALL)
    for style in (_SPACED, "html { font-size: 200% !important; }"):
        page.evaluate(_STYLED, style)
        found.append(page.evaluate(_WIDE))
    page.evaluate("() => { document.adoptedStyleSheets = []; }")
    size(page, PHONE)
    return max(found)
