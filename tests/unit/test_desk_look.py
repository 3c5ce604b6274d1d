"""The console's colours, by day and in the dark: what is read keeps 7:1, what is only seen 3:1."""

import re

import pytest

from intake.brand import contrast
from intake.config import ROOT

TOKENS = (ROOT / "assets" / "scss" / "_tokens.scss").read_text()
GROUNDS = ("paper", "card", "sand", "leaf-pale", "notice", "error-pale", "field")
# Text and the grounds that it stands on.
READ = {
    "ink": GROUNDS,
    "muted": ("paper", "card", "sand"),
    "link": ("paper", "card", "sand"),
    "link-visited": ("paper", "card", "sand"),
    "error": ("paper", "card", "error-pale"),
    "leaf": ("card", "leaf-pale"),
    "on-leaf": ("leaf", "leaf-dark"),
    "on-bar": ("bar",),
}
# WCAG 2.2, 1.4.11: the edges of controls and the marks of charts.
SEEN = {"edge": ("paper", "card", "field"), "leaf": ("card", "paper")}


def _colour(value: str) -> str:
    if not value.startswith("$"):
        return value
    found = re.search(rf"^\{value}: (#[0-9a-f]{{6}});", TOKENS, re.MULTILINE)
    assert found, value
    return found[1]


def _look(name: str) -> dict[str, str]:
    found = re.search(rf"\$desk-{name}: \((.*?)\);", TOKENS, re.DOTALL)
    assert found, name
    return {key: _colour(value) for key, value in re.findall(r'"([\w-]+)": ([$#][\w-]+)', found[1])}


@pytest.mark.parametrize("name", ["day", "dark"])
def test_text_is_easy_to_read_and_edges_are_seen(name: str) -> None:
    look = _look(name)
    read = [(text, ground) for text, grounds in READ.items() for ground in grounds]
    seen = [(mark, ground) for mark, grounds in SEEN.items() for ground in grounds]
    assert [pair for pair in read if contrast(look[pair[0]], look[pair[1]]) < 7] == []
    assert [pair for pair in seen if contrast(look[pair[0]], look[pair[1]]) < 3] == []


def test_both_looks_set_the_same_colours() -> None:
    assert _look("day").keys() == _look("dark").keys()


def test_every_colour_of_the_console_is_a_token() -> None:
    sheet = (ROOT / "assets" / "scss" / "console.scss").read_text()
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\s*[{:.])", re.sub(r"#\{.*?\}", "", sheet)) == []
    assert set(re.findall(r"var\(--([\w-]+)\)", sheet)) <= _look("day").keys()
