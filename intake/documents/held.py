"""What we hold about one request as a PDF: made from plain pairs of words, kept nowhere."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import cast

from intake.documents.data import Brand
from intake.documents.render import typeset
from intake.rules.facts import Language
from intake.rules.post import can_be_printed


@dataclass(frozen=True)
class Part:
    """A heading with pairs of a name and what is held under it."""

    title: str
    rows: Sequence[tuple[str, str]]


def held_pdf(title: str, parts: Sequence[Part], brand: Brand, *, language: Language) -> bytes:
    """A letter that no font of ours has becomes a question mark; the JSON beside this file has them all."""
    shown = [
        {"title": part.title, "rows": [[_plain(name), _lines(value)] for name, value in part.rows]}
        for part in parts
    ]
    data = {"brand": asdict(brand), "language": language.value, "title": title, "parts": shown}
    return cast(bytes, typeset("held.typ", data))


def _lines(text: str) -> list[str]:
    return [_plain(line) for line in text.splitlines()] or [""]


def _plain(text: str) -> str:
    return "".join(map(_letter, text))


def _letter(letter: str) -> str:
    if can_be_printed(letter):
        return letter
    simpler = unicodedata.normalize("NFKC", letter)
    return simpler if can_be_printed(simpler) else "?"
