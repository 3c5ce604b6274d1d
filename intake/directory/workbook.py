"""Read the first sheet of an Excel workbook as rows of text, with the standard library only."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import BadZipFile, ZipFile

from intake.directory.table_file import BadFile, Row

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_TEXTS = "xl/sharedStrings.xml"
# A sheet of a million rows unpacks to less; more is no workbook of ours.
_LARGEST = 1 << 30
_COLUMN = re.compile(r"[A-Z]{1,3}")
# The root element at once: no document type, whose entities can make a small file unpack without end.
_ROOT = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*<(worksheet|sst)[\s>]")
_SCIENTIFIC = re.compile(r"\d\.(\d{9})E\+?9")
_UNREADABLE = (ParseError, EOFError, StopIteration, BadZipFile, zlib.error, RuntimeError)


@dataclass(frozen=True)
class Sheet:
    """`rows` carry the line numbers of the sheet; empty cells inside a row are ""."""

    rows: Iterator[Row]


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """Open the first sheet. Raises BadFile when it is no workbook, is cut off, or declares entities."""
    try:
        with ZipFile(path) as book:
            names = sorted(filter(_SHEET.fullmatch, book.namelist()), key=lambda name: (len(name), name))
            if not names:
                raise BadFile(f"{path.name} is not an Excel workbook. Give the .xlsx file.")
            if any(book.getinfo(name).file_size > _LARGEST for name in names[:1]):
                raise BadFile(f"{path.name} unpacks to more than a gigabyte: it is not the report.")
            yield Sheet(_rows(book, names[0], path.name))
    except FileNotFoundError:
        raise BadFile(f"{path} does not exist. Check the name.") from None
    except IsADirectoryError:
        raise BadFile(f"{path} is a folder. Name the .xlsx file inside it.") from None
    except BadZipFile:
        raise BadFile(
            f"{path.name} is not an Excel workbook, or it is cut off. Fetch the .xlsx file again."
        ) from None


def _rows(book: ZipFile, name: str, file_name: str) -> Iterator[Row]:
    texts = _texts(book, file_name)
    for element in _elements(book, name, f"{_NS}row", file_name):
        number = element.get("r") or ""
        yield Row(int(number) if number.isdecimal() else 0, _cells(element, texts))


def _texts(book: ZipFile, file_name: str) -> list[str]:
    """The workbook's table of texts, to which cells point by number."""
    if _TEXTS not in book.namelist():
        return []
    return [_text(element) for element in _elements(book, _TEXTS, f"{_NS}si", file_name)]


def _elements(book: ZipFile, name: str, tag: str, file_name: str) -> Iterator[Element]:
    """Each element of one kind, forgotten once it was read: a sheet does not fit into memory."""
    try:
        with book.open(name) as file:
            if not _ROOT.match(file.read(4096)):
                raise BadFile(
                    f"{file_name} is not a plain workbook: {name} begins otherwise. It was not read."
                )
        with book.open(name) as file:
            parser = iterparse(file, events=("start", "end"))
            _, root = next(parser)
            for event, element in parser:
                if event == "end" and element.tag == tag:
                    yield element
                    element.clear()
                    _forget(root)
    except _UNREADABLE as wrong:
        raise BadFile(f"{file_name} is damaged: {name} cannot be read. Fetch it again.") from wrong


def _forget(root: Element) -> None:
    for child in root:
        if len(child) and child.tag == f"{_NS}sheetData":
            child.clear()
    if root.tag == f"{_NS}sst":
        root.clear()


def _cells(row: Element, texts: list[str]) -> list[str]:
    found: list[str] = []
    for cell in row.iter(f"{_NS}c"):
        place = _place(cell.get("r") or "", len(found))
        found.extend([""] * (place - len(found)))
        found.append(_value(cell, texts))
    return found


def _place(reference: str, following: int) -> int:
    """0 for A, 26 for AA; a cell without a reference stands behind the one before it."""
    letters = _COLUMN.match(reference)
    if letters is None:
        return following
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: Element, texts: list[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_NS}v") or ""
    if kind == "s":
        return texts[int(value)] if value.isdigit() and int(value) < len(texts) else ""
    exact = _SCIENTIFIC.fullmatch(value)
    return f"{value[0]}{exact[1]}" if exact else value


def _text(element: Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_NS}t"))
