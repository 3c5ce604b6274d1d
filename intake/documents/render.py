"""A document as a tagged PDF (PDF/UA-1). Typst compiles; every word comes in as JSON, never as markup."""

import importlib.util
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, cast

import pikepdf
import typst
from pikepdf import ObjectStreamMode

from intake.documents.choose import Case
from intake.documents.content import Kind
from intake.documents.data import Brand, Reviews, Wanted, document_data
from intake.documents.load import PRINT
from intake.errors import PermanentError
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus

_DOCUMENT = "document.typ"
_NORMAL, _LARGE = "13pt", "18pt"
# A package that holds only font files (OFL); without it Typst's own serif is used.
_FONT_PACKAGE = "font_source_sans_pro"
# The same words give the same bytes: a PDF would otherwise carry the minute it was made.
_MADE_ON = datetime(2026, 11, 1, tzinfo=UTC)


def document_pdf(wanted: Wanted, brand: Brand, *, large_print: bool = False) -> bytes:
    """The document on Letter paper, 13 pt or 18 pt. Kept by content: the same words are set once.

    Raises PermanentError when a name in it holds a character that the font has not.
    """
    return _pdf_of(_data_of(wanted, brand), large_print)


def guide_pdf(
    case: Case,
    brand: Brand,
    *,
    reviews: Reviews = (),
    large_print: bool = False,
    language: Language = Language.ENGLISH,
) -> bytes:
    """The guide for a case."""
    wanted = Wanted(kind=Kind.GUIDE, case=case, language=language, reviews=reviews)
    return document_pdf(wanted, brand, large_print=large_print)


def warm(brand: Brand) -> int:
    """Render every guide that differs from the others and return how many there are."""
    cases = (Case(*answers) for answers in product(Diagnosis, Stage, TreatmentStatus))
    return len({guide_pdf(case, brand) for case in cases})


def document_pages_png(wanted: Wanted, brand: Brand, *, large_print: bool = False) -> list[bytes]:
    """Each page as a picture, to be looked at."""
    pages = typeset(_DOCUMENT, document_data(wanted, brand), large_print=large_print, form="png")
    return [pages] if isinstance(pages, bytes) else pages


@lru_cache(maxsize=1024)
def _data_of(wanted: Wanted, brand: Brand) -> str:
    return json.dumps(document_data(wanted, brand))


@lru_cache(maxsize=256)
def _pdf_of(data: str, large_print: bool) -> bytes:
    """The 245 cases of a family make fewer than 50 guides that differ."""
    return cast(bytes, _typeset(_DOCUMENT, data, large_print, "pdf"))


def typeset(
    template: str, data: Mapping[str, Any], *, large_print: bool = False, form: str = "pdf"
) -> bytes | list[bytes]:
    """Set `data` with a template of templates/print. Raises PermanentError as `document_pdf` does."""
    return _typeset(template, json.dumps(data), large_print, form)


_lock = threading.Lock()


def _typeset(template: str, data: str, large_print: bool, form: str) -> bytes | list[bytes]:
    inputs = {"data": data, "size": _LARGE if large_print else _NORMAL}
    standards = ["ua-1"] if form == "pdf" else []
    try:
        with _lock:
            made: bytes | list[bytes] = _compiler(template).compile(
                format=form, sys_inputs=inputs, pdf_standards=standards, timestamp=_MADE_ON
            )
    except typst.TypstError as wrong:
        raise PermanentError(f"the document cannot be printed: {wrong.message}") from wrong
    return _packed(made) if form == "pdf" and isinstance(made, bytes) else made


def _packed(pdf: bytes) -> bytes:
    """The same document in half the bytes: its hundreds of tags together, where Typst writes each alone."""
    packed = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(packed, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


@lru_cache(maxsize=4)
def _compiler(template: str) -> Any:
    return typst.Compiler(
        input=PRINT / template,
        root=PRINT,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=_font_folders()),
    )


def _font_folders() -> list[Path]:
    found = importlib.util.find_spec(_FONT_PACKAGE)
    return [Path(found.origin).parent / "files"] if found and found.origin else []
