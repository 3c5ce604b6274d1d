"""Subjects, preheaders and the words around every mail, from templates/mail/<language>/words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date

from intake.config import ROOT
from intake.rules.facts import Language

TEMPLATES = ROOT / "templates" / "mail"


@dataclass(frozen=True)
class StepWords:
    """What shows on a locked phone: never a word of the illness."""

    subject: str
    preheader: str


@dataclass(frozen=True)
class MailWords:
    """One language. `layout` holds the words around every mail, `steps` is by template name."""

    code: str
    version: str
    layout: Mapping[str, str]
    steps: Mapping[str, StepWords]

    def day(self, day: date | None) -> str:
        """ "Thursday, February 11"; nothing for no day."""
        if day is None:
            return ""
        return str(format_date(day, self.layout["day"], locale=self.code))


def written_in(language: Language, template: str) -> MailWords:
    """The words of the reader's language, or the English ones when `template` is not written in it."""
    own = load_words(TEMPLATES / language.value)
    return own if own and template in own.steps else english()


def english() -> MailWords:
    words = load_words(TEMPLATES / Language.ENGLISH.value)
    assert words is not None
    return words


@lru_cache(maxsize=8)
def load_words(folder: Path) -> MailWords | None:
    """The words of a language; None for one that nobody has written yet."""
    path = folder / "words.toml"
    if not path.exists():
        return None
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    version, layout = raw.pop("version"), raw.pop("layout")
    steps = {name: StepWords(**step) for name, step in raw.items()}
    return MailWords(folder.name, version, layout, steps)
