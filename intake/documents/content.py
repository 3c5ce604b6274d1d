"""What a document can say: sections and questions with whom they fit, their sources and their version.

The files under templates/print/<language> are the one source of the page and of the PDF; `load.py`
reads them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus


class Kind(StrEnum):
    """The four documents. The value is the folder of its words."""

    GUIDE = "guide"
    QUESTIONS = "questions"
    DOCTORS = "doctors"
    AFTER_TREATMENT = "after_treatment"


class BlockKind(StrEnum):
    TEXT = "text"
    HEADING = "heading"
    ITEMS = "items"
    NOTICE = "notice"


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, a notice (one line in `lines`) or a list (a line for each item)."""

    kind: BlockKind
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Fits:
    """Whom a text is for; an empty set is everybody."""

    diagnoses: frozenset[Diagnosis] = frozenset()
    stages: frozenset[Stage] = frozenset()
    statuses: frozenset[TreatmentStatus] = frozenset()


@dataclass(frozen=True)
class Question:
    """`short`: it stands in the guide, too, where there is room for a few. `language`: of its words."""

    id: str
    group: str
    text: str
    language: Language
    fits: Fits
    short: bool


@dataclass(frozen=True)
class Source:
    id: str
    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of a document. `asks`: the group of questions behind its words; `SHORT` for the guide's.

    `language` is that of the words, which is English where nobody has translated this version yet.
    """

    id: str
    title: str
    fits: Fits
    sources: tuple[Source, ...]
    version: str
    language: Language
    blocks: tuple[Block, ...]
    asks: str = ""
    questions: tuple[Question, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Of every word it can show and whom it is for: what a clinician signs."""
        return sha256(repr((self.title, self.blocks, self.sources, self._whom())).encode()).hexdigest()

    def _whom(self) -> list[object]:
        fits = [self.fits, *(question.fits for question in self.questions)]
        sets = [[sorted(one.diagnoses), sorted(one.stages), sorted(one.statuses)] for one in fits]
        return [sets, [question.text for question in self.questions]]


SHORT = "short"


@dataclass(frozen=True, kw_only=True)
class Document:
    """All that a document can say in one language; `sections` stand in the order of reading.

    `asked`: the language that was wanted; `language`: of the title, English while nobody has translated it.
    """

    kind: Kind
    asked: Language
    language: Language
    version: str
    title: str
    subject: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Review:
    """A clinician's yes to one part as it stands."""

    by: str
    on: date
