"""Read the documents from templates/print/<language>; the guide's about.toml says how they are written.

English is whole. Another language has the words alone, under the same ids: whom a section fits, its
sources and its place are never said twice. Where a section of this version has no translation the
English one stands in, and says so.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from intake.documents.content import (
    SHORT,
    Block,
    BlockKind,
    Document,
    Fits,
    Kind,
    Question,
    Section,
    Source,
)
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus

PRINT = Path(__file__).resolve().parents[2] / "templates" / "print"
Words = dict[str, Any]
_ABOUT = "about.toml"


@lru_cache(maxsize=16)
def load_document(kind: Kind, language: Language = Language.ENGLISH) -> Document:
    """Raises KeyError or ValueError when a file names a section, source or tag that is not there."""
    about = _read(Language.ENGLISH, Path(kind) / _ABOUT)
    translated_about = _read(language, Path(kind) / _ABOUT)
    shown = {**about, **translated_about}
    translated = _sections(kind, language)
    sections = {
        key: _section(key, row, translated.get(key, {}), language)
        for key, row in _sections(kind, Language.ENGLISH).items()
    }
    return Document(
        kind=kind,
        asked=language,
        language=language if translated_about else Language.ENGLISH,
        version=about["version"],
        title=shown["title"],
        subject=shown["subject"],
        sections=_in_order(about["order"], sections),
    )


@lru_cache(maxsize=4)
def load_questions(language: Language = Language.ENGLISH) -> tuple[Question, ...]:
    """Every question, in the order they are asked."""
    path = Path(Kind.QUESTIONS) / "questions.toml"
    words = {row["id"]: row["text"] for row in _read(language, path).get("question", ())}
    return tuple(
        Question(
            id=row["id"],
            group=row["group"],
            text=words.get(row["id"], row["text"]),
            language=language if row["id"] in words else Language.ENGLISH,
            fits=_fits(row),
            short=row.get("short", False),
        )
        for row in _read(Language.ENGLISH, path)["question"]
    )


@lru_cache(maxsize=4)
def load_labels(language: Language = Language.ENGLISH) -> Words:
    """The words around every document: contents, page numbers, what stands for a review."""
    return {**_read(Language.ENGLISH, Path("labels.toml")), **_read(language, Path("labels.toml"))}


@lru_cache(maxsize=4)
def load_letters(language: Language = Language.ENGLISH) -> Words:
    """The letters that lie on top of what is posted, by step, and the words around them."""
    path = Path("letters.toml")
    english, ours = _read(Language.ENGLISH, path), _read(language, path)
    return {**english, **ours, "letter": {**english["letter"], **_with_rows(english, ours)}}


@lru_cache(maxsize=1)
def load_sources() -> dict[str, Source]:
    rows = _read(Language.ENGLISH, Path("sources.toml"))["source"]
    return {key: Source(key, row["text"], row.get("url", "")) for key, row in rows.items()}


def _with_rows(english: Words, ours: Words) -> Words:
    rows: Words = ours.get("letter", {})
    return {step: {**english["letter"][step], **row} for step, row in rows.items()}


def _sections(kind: Kind, language: Language) -> dict[str, Words]:
    files = sorted((PRINT / language / kind).glob("*.toml"))
    read = [_read(language, Path(kind) / path.name) for path in files]
    return {key: row for file in read for key, row in file.get("section", {}).items()}


def _section(key: str, row: Words, translated: Words, language: Language) -> Section:
    ready = language is Language.ENGLISH or translated.get("version") == row["version"]
    words = translated if ready and translated else row
    spoken = language if ready else Language.ENGLISH
    sources, asks = load_sources(), row.get("asks", "")
    return Section(
        id=key,
        title=words["title"],
        fits=_fits(row),
        sources=tuple(sources[name] for name in row["sources"]),
        version=row["version"],
        language=spoken,
        blocks=parse_blocks(words["body"]),
        asks=asks,
        questions=tuple(one for one in load_questions(spoken) if asks and asks in _groups(one)),
    )


def _groups(question: Question) -> set[str]:
    return {question.group, SHORT} if question.short else {question.group}


def _in_order(order: list[str], sections: dict[str, Section]) -> tuple[Section, ...]:
    if sorted(order) != sorted(sections):
        raise ValueError(f"{_ABOUT}: `order` and the sections differ in {set(order) ^ set(sections)}")
    return tuple(sections[key] for key in order)


def _fits(row: Words) -> Fits:
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


def _read(language: Language, path: Path) -> Words:
    """The file's table; empty when this language has no such file."""
    found = PRINT / language / path
    if language is not Language.ENGLISH and not found.exists():
        return {}
    return tomllib.loads(found.read_text(encoding="utf-8"))
