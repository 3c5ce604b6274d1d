"""The guide as a tagged PDF (PDF/UA-1). Typst compiles; every word comes in as JSON, never as markup."""

import importlib.util
import json
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Protocol, cast

import typst

from intake.errors import PermanentError
from intake.guides.choose import GuideCase, questions_for, sections_for, sources_for
from intake.guides.content import PRINT, Guide, Section, Source, load_guide
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus

GUIDE_FILENAME = "guide.pdf"
_AWAITING_REVIEW = "awaiting clinical review"
# A package that holds only font files (OFL); without it Typst's own serif is used.
_FONT_PACKAGE = "font_source_sans_pro"
# The same words give the same bytes: a PDF would otherwise carry the minute it was made.
_MADE_ON = datetime(2026, 11, 1, tzinfo=UTC)


class Named(Protocol):
    """What a cover needs; intake.organisation.Organisation has it."""

    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def sample(self) -> bool: ...


@dataclass(frozen=True)
class GuideBrand:
    """Whose guide it is. `sample` puts a line on the cover."""

    name: str
    phone: str
    sample: bool

    @classmethod
    def of(cls, organisation: Named) -> "GuideBrand":
        return cls(organisation.name, organisation.phone, organisation.sample)


def guide_pdf(
    case: GuideCase,
    brand: GuideBrand,
    *,
    large_print: bool = False,
    language: Language = Language.ENGLISH,
) -> bytes:
    """The guide for a case, Letter paper, 13 pt or 18 pt. Cached: it names no person.

    Send it as GUIDE_FILENAME: a file name is seen by others. Raises PermanentError when the
    organisation's name holds a character that the font has not.
    """
    return _pdf(case, brand, large_print, language)


def warm(brand: GuideBrand) -> int:
    """Render every guide that differs from the others, about a second, and return how many there are."""
    cases = (GuideCase(*answers) for answers in product(Diagnosis, Stage, TreatmentStatus))
    return len({guide_pdf(case, brand) for case in cases})


def guide_pages_png(case: GuideCase, brand: GuideBrand, *, large_print: bool = False) -> list[bytes]:
    """Each page as a picture, to be looked at."""
    pages = _compile(json.dumps(guide_data(case, brand, load_guide())), large_print, "png")
    return [pages] if isinstance(pages, bytes) else pages


@lru_cache(maxsize=1024)
def _pdf(case: GuideCase, brand: GuideBrand, large_print: bool, language: Language) -> bytes:
    return _pdf_of(json.dumps(guide_data(case, brand, load_guide(language))), large_print)


@lru_cache(maxsize=256)
def _pdf_of(data: str, large_print: bool) -> bytes:
    """Kept by content, too: the 245 cases of a family make fewer than 50 guides that differ."""
    return cast(bytes, _compile(data, large_print, "pdf"))


def guide_data(case: GuideCase, brand: GuideBrand, guide: Guide) -> dict[str, Any]:
    """All that the Typst template is given, as plain JSON values."""
    sections = sections_for(case, guide)
    sources = sources_for(sections, guide)
    return {
        "brand": asdict(brand),
        "language": guide.language,
        "title": guide.title,
        "subject": guide.subject,
        "version": guide.version,
        "review": _review_line(sections),
        "sections": [_section(section, sources) for section in sections],
        "questions": [question.text for question in questions_for(case, guide)],
        "sources": [asdict(source) for source in sources],
    }


def _section(section: Section, sources: tuple[Source, ...]) -> dict[str, Any]:
    places = {source.id: number for number, source in enumerate(sources, 1)}
    return {
        "id": section.id,
        "title": section.title,
        "blocks": [asdict(block) for block in section.blocks],
        "note": _note(section, sorted(places[source] for source in section.sources)),
    }


def _note(section: Section, numbers: list[int]) -> str:
    sources = f"Sources: {', '.join(map(str, numbers))}. " if numbers else ""
    return f"{sources}Version {section.version}, {_review(section)}."


def _review(section: Section) -> str:
    if section.reviewed:
        return f"reviewed by {section.reviewer} on {section.reviewed_on}"
    return _AWAITING_REVIEW


def _review_line(sections: tuple[Section, ...]) -> str:
    if all(section.reviewed for section in sections):
        return "Each part names the clinician who reviewed it."
    return "This guide is awaiting clinical review. Check each point with your doctors."


_lock = threading.Lock()


def _compile(data: str, large_print: bool, form: str) -> bytes | list[bytes]:
    inputs = {"data": data, "size": "18pt" if large_print else "13pt"}
    standards = ["ua-1"] if form == "pdf" else []
    try:
        with _lock:
            made: bytes | list[bytes] = _compiler().compile(
                format=form, sys_inputs=inputs, pdf_standards=standards, timestamp=_MADE_ON
            )
    except typst.TypstError as wrong:
        raise PermanentError(f"the guide cannot be printed: {wrong.message}") from wrong
    return made


@lru_cache(maxsize=1)
def _compiler() -> Any:
    return typst.Compiler(
        input=PRINT / "guide.typ",
        root=PRINT,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=_font_folders()),
    )


def _font_folders() -> list[Path]:
    found = importlib.util.find_spec(_FONT_PACKAGE)
    return [Path(found.origin).parent / "files"] if found and found.origin else []
