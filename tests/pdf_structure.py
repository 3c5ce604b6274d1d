"""What PDF/UA-1 (ISO 14289-1) asks of a file's structure, as far as pypdf can see it.

veraPDF, the reference checker, is in no package registry that this project uses. These are the rules
that break most often; a file without a problem here is no proof of conformance. pdfua 0.1.3 (PyPI, 12
checks for 16 of the 106 rules) found nothing in the sixteen files of 27 November 2026: four documents,
two sizes, two languages. One of its rules, on headings, failed on them and was not evaluated.
"""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

_SHOWS_TEXT = {b"Tj", b"TJ", b"'", b'"'}
_HEADINGS = {f"/H{level}": level for level in range(1, 7)}


def problems(pdf: bytes) -> list[str]:
    """Sentences on what is missing; empty when every rule here holds."""
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    if "/StructTreeRoot" not in root:
        return ["7.1: no structure tree"]
    elements = list(_elements(root["/StructTreeRoot"]))
    found = [*_catalog(root, reader), *_headings(elements), *_lists(elements)]
    for number, page in enumerate(reader.pages, 1):
        found += [f"page {number}: {problem}" for problem in _page(page, reader)]
    return found


def _catalog(root: Any, reader: PdfReader) -> Iterator[str]:
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "6.2: not marked as tagged"
    if not root.get("/Lang"):
        yield "7.2: no language"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "7.1: the title is not shown"
    if b"<pdfuaid:part>1</pdfuaid:part>" not in root["/Metadata"].get_object().get_data():
        yield "5: no PDF/UA identification"
    if not (reader.metadata and reader.metadata.title):
        yield "7.1: no title"


def _elements(node: Any) -> Iterator[Any]:
    """Every structure element below a node, in the order of reading."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(element, dict) and "/S" in element:
            yield element
            yield from _elements(element)


def _headings(elements: list[Any]) -> Iterator[str]:
    before = 0
    for element in elements:
        level = _HEADINGS.get(element["/S"])
        if level is not None:
            if level > before + 1:
                yield f"7.4: a heading of level {level} follows one of level {before}"
            before = level
    if not before:
        yield "7.4: no heading"


def _lists(elements: list[Any]) -> Iterator[str]:
    for element in elements:
        if element["/S"] == "/L" and any(kid["/S"] != "/LI" for kid in _children(element)):
            yield "7.6: a list holds something that is no item"


def _children(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    found = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
    return [kid for kid in found if isinstance(kid, dict) and "/S" in kid]


def _page(page: Any, reader: PdfReader) -> Iterator[str]:
    if "/StructParents" not in page:
        yield "7.1: its content is in no structure"
    if page.get("/Annots") and page.get("/Tabs") != "/S":
        yield "7.18.3: tabs do not follow the structure"
    for note in page.get("/Annots", []):
        if note.get_object()["/Subtype"] == "/Link" and not note.get_object().get("/Contents"):
            yield "7.18.5: a link without a description"
    yield from _unmarked(page, reader)
    for font in page["/Resources"].get("/Font", {}).values():
        yield from _font(font.get_object())


def _unmarked(page: Any, reader: PdfReader) -> Iterator[str]:
    depth = 0
    for _operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif operator in _SHOWS_TEXT and depth == 0:
            yield "7.1: text that is neither tagged nor an artifact"
            return


def _font(font: Any) -> Iterator[str]:
    for inner in font.get("/DescendantFonts", [font]):
        descriptor = inner.get_object().get("/FontDescriptor", {})
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
            yield f"7.21: the font {font.get('/BaseFont')} is not embedded"
    if "/ToUnicode" not in font:
        yield f"7.21.7: the font {font.get('/BaseFont')} has no Unicode map"
