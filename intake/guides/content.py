"""The guide's words, from templates/print/guide/<language>/; its about.toml says how they are written."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus

PRINT = Path(__file__).resolve().parents[2] / "templates" / "print"
_CHAPTERS = ("understanding", "treatments", "standing", "living")


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

    diagnoses: frozenset[Diagnosis]
    stages: frozenset[Stage]
    statuses: frozenset[TreatmentStatus]


@dataclass(frozen=True, kw_only=True)
class Section:
    """`sources` are ids of Guide.sources. Reviewed only when a clinician's name and the date are there."""

    id: str
    title: str
    fits: Fits
    sources: tuple[str, ...]
    version: str
    reviewer: str
    reviewed_on: date | None
    blocks: tuple[Block, ...]

    @property
    def reviewed(self) -> bool:
        return bool(self.reviewer and self.reviewed_on)


@dataclass(frozen=True)
class Question:
    text: str
    fits: Fits


@dataclass(frozen=True)
class Source:
    id: str
    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Guide:
    """All that a guide in one language can say; `sections` stand in the order of reading."""

    language: Language
    version: str
    title: str
    subject: str
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    sources: dict[str, Source]


@lru_cache(maxsize=4)
def load_guide(language: Language = Language.ENGLISH) -> Guide:
    """Raises KeyError or ValueError when a file names a section, source or tag that is not there."""
    folder = PRINT / "guide" / language
    about = _read(folder / "about.toml")
    sources = {key: Source(key, row["text"], row.get("url", "")) for key, row in about["source"].items()}
    return Guide(
        language=language,
        version=about["version"],
        title=about["title"],
        subject=about["subject"],
        sections=_in_order(about["order"], _sections(folder, sources)),
        questions=tuple(
            Question(row["text"], _fits(row)) for row in _read(folder / "questions.toml")["question"]
        ),
        sources=sources,
    )


def _sections(folder: Path, sources: dict[str, Source]) -> dict[str, Section]:
    rows = {key: row for name in _CHAPTERS for key, row in _read(folder / f"{name}.toml")["section"].items()}
    sections = {key: _section(key, row) for key, row in rows.items()}
    named = {source for section in sections.values() for source in section.sources}
    if named - sources.keys():
        raise KeyError(f"about.toml has no source {', '.join(sorted(named - sources.keys()))}")
    return sections


def _in_order(order: list[str], sections: dict[str, Section]) -> tuple[Section, ...]:
    if sorted(order) != sorted(sections):
        raise ValueError(f"about.toml: `order` and the sections differ in {set(order) ^ set(sections)}")
    return tuple(sections[key] for key in order)


def _section(key: str, row: dict[str, Any]) -> Section:
    return Section(
        id=key,
        title=row["title"],
        fits=_fits(row),
        sources=tuple(row["sources"]),
        version=row["version"],
        reviewer=row.get("reviewer", ""),
        reviewed_on=row.get("reviewed_on"),
        blocks=parse_blocks(row["body"]),
    )


def _fits(row: dict[str, Any]) -> Fits:
    return Fits(
        frozenset(Diagnosis(value) for value in row.get("diagnoses", ())),
        frozenset(Stage(value) for value in row.get("stages", ())),
        frozenset(TreatmentStatus(value) for value in row.get("statuses", ())),
    )


def parse_blocks(body: str) -> tuple[Block, ...]:
    """Blocks of a body: parts between empty lines, told apart by how they begin."""
    return tuple(_block(part.strip()) for part in body.split("\n\n") if part.strip())


def _block(part: str) -> Block:
    if part.startswith("- "):
        return Block(BlockKind.ITEMS, tuple(" ".join(item.split()) for item in f"\n{part}".split("\n- ")[1:]))
    for mark, kind in (("## ", BlockKind.HEADING), ("! ", BlockKind.NOTICE)):
        if part.startswith(mark):
            return Block(kind, (" ".join(part.removeprefix(mark).split()),))
    return Block(BlockKind.TEXT, (" ".join(part.split()),))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
