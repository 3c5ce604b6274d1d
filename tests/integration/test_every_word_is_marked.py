"""Every word a family reads goes through the catalog: with a catalog that puts marks around each string,
nothing may stand outside of them but names, figures, and texts that have files of their own."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel.support import NullTranslations
from flask.testing import FlaskClient

from intake import language
from intake.rules.facts import Language
from tests.visitor import ANSWERS, CHECK, SENT, Visitor

OPEN, SHUT = "\u27e6", "\u27e7"
PAGES = (
    "/", "/learn", "/contact", "/guide", "/guide/by-post", "/questions", "/doctor-match/",
    "/doctor-match/sent", "/doctor-match/finish-later", "/doctor-match/cleared", "/blank", "/u/x",
    "/nothing-here",
)  # fmt: skip
# What is nobody's to translate: names of ours, of places and of doctors, what was typed, the other language.
NAMES = re.compile(
    r"Sample|muestra|Springfield|Houston|English|PDF|Outlook|@|María|Brien|Rosa|example|\b[A-Z]{2}\b|[A-Z0-9]{3}-[A-Z0-9]{4}"
)

OWN_FILES = (
    r"<h1 [^>]*>Preguntas para su médico</h1>\s*<p [^>]*>.*?</p>",
    r"<section id=.*?</section>",
    r'<nav class="contents".*?</nav>|<nav aria-labelledby="inside".*?</nav>',
    r'<li class="card">.*?</li>',
    r'<p class="note">.*?</p>',
    r'<div class="aside-help">.*?</h2>',
    r"<(?:label|p) [^>]*>[^<]*(?:Pueden|Envíenme|Al enviar).*?</(?:label|p)>",
    r"(?:[Ll]unes|[Mm]artes|[Mm]iércoles|[Jj]ueves|[Vv]iernes|[Ss]ábado|[Dd]omingo), \d+ de \w+",
)


class _Marking(NullTranslations):
    def ugettext(self, message: str) -> str:
        return f"{OPEN}{message}{SHUT}"

    gettext = ugettext

    def ungettext(self, one: str, many: str, num: int) -> str:
        return f"{OPEN}{one if num == 1 else many}{SHUT}"

    ngettext = ungettext  # type: ignore[assignment]


class _Outside(HTMLParser):
    """Gathers text that stands in no marks. Texts from files of their own are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.passed = 0
        self.silent = ""
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("style", "script", "title") or given.get("lang") == "en":
            self.silent = self.silent or tag
        for name in ("aria-label", "alt", "title"):
            self._read(given.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._read(data)

    def _read(self, text: str) -> None:
        for part in re.split(f"([{OPEN}{SHUT}])", text):
            if part in (OPEN, SHUT):
                self.depth += 1 if part == OPEN else -1
            elif self.depth == 0 and re.search(r"[^\W\d_]{2,}", part) and not NAMES.search(part):
                self.found.append(" ".join(part.split()))


@pytest.fixture(autouse=True)
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    real = language.translations
    monkeypatch.setattr(
        language, "translations", lambda spoken: _Marking() if spoken is Language.SPANISH else real(spoken)
    )


def outside(html: str) -> list[str]:
    reader = _Outside()
    reader.feed(html)
    return reader.found


def test_a_word_that_nobody_marked_is_found() -> None:
    assert outside(f"<p>{OPEN}Call <a>us</a>{SHUT} now</p>") == ["now"]


@pytest.mark.parametrize("path", PAGES)
def test_every_word_of_a_page_is_marked(browser_client: FlaskClient, path: str) -> None:
    assert outside(_without_own_files(browser_client.get(f"/es{path}").text)) == []


def test_every_word_of_the_questions_is_marked(browser_client: FlaskClient) -> None:
    visitor = Visitor(browser_client, language="/es")
    for name, text in _journey(visitor):
        assert outside(_without_own_files(text)) == [], name


def _journey(visitor: Visitor) -> Iterator[tuple[str, str]]:
    for slug in ANSWERS:
        path = f"/doctor-match/{slug}"
        yield slug, visitor.client.get(f"/es{path}").text
        empty = {name: "" for name in ANSWERS[slug]}
        yield f"{slug}: error", visitor.post(path, empty).text
        visitor.answer(slug)
    yield "check", visitor.client.get(f"/es{CHECK}").text
    visitor.send()
    yield "sent", visitor.client.get(f"/es{SENT}").text
    status = re.search(r'href="(/es/s/[\w-]+)"', visitor.client.get(f"/es{SENT}").text)
    assert status
    for part in ("", "/call", "/post", "/reminders"):
        yield f"status{part}", visitor.client.get(status[1] + part).text
    yield "post: error", visitor.post("/guide/by-post", {"city": "東京"}).text
    visitor.client.post("/es/leave")
    yield "proof", visitor.client.get(status[1]).text


def _without_own_files(html: str) -> str:
    """Articles, documents and consents are translated in files of their own; a date's words are Babel's."""
    for own in OWN_FILES:
        html = re.sub(own, "", html, flags=re.DOTALL)
    return html
