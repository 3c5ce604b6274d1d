"""Read a big CSV file as a stream, and refuse what is no such file before anything is stored."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from intake.errors import BadInput

# How a file begins that is certainly no CSV, and what to do with it.
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive (or an Excel workbook). Unpack it and give the CSV file inside",
    b"\x1f\x8b": "compressed with gzip. Unpack it first: gunzip",
    b"%PDF": "a PDF. Give the CSV file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook. Save it as CSV first",
    b"\xff\xfe": "UTF-16 text. Save it as CSV in UTF-8 first",
    b"\xfe\xff": "UTF-16 text. Save it as CSV in UTF-8 first",
}
_TAIL_BYTES = 1 << 18


class BadFile(BadInput):
    """The file as a whole cannot be used; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `line` is where it ends in the file, counted from 1 with the header."""

    line: int
    values: list[str]


@dataclass
class TableFile:
    """An open CSV file: its header, its rows, and how far reading has come (0.0 to 1.0)."""

    header: list[str]
    rows: Iterator[Row]
    share_read: Callable[[], float]


class CsvReader(Protocol):
    """What `csv.reader` returns."""

    line_num: int

    def __next__(self) -> list[str]: ...


def records(reader: CsvReader) -> Iterator[Row]:
    """The records of a file, blank lines left out; one with a broken quote comes without values."""
    while True:
        try:
            values = next(reader)
        except csv.Error:
            yield Row(reader.line_num, [])
            continue
        except StopIteration:
            return
        if values:
            yield Row(reader.line_num, values)


@contextmanager
def open_table(path: Path, *, delimiters: str = ",") -> Iterator[TableFile]:
    """Open a UTF-8 file of columns. Raises BadFile saying what it is instead, or that it is cut off.

    Of `delimiters` the first that stands in the first line parts the columns.
    Bytes that are not UTF-8 come through as surrogates; `readable` turns them into text.
    """
    _check_kind(path)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        delimiter = _delimiter(path, delimiters)
        reader = records(csv.reader(file, delimiter=delimiter))
        header = next(reader, None)
        if header is None:
            raise BadFile(f"{path.name} is empty. Fetch it again.")
        _check_parted(path, header.values)
        _check_end(path, len(header.values), delimiter)
        size = max(path.stat().st_size, 1)
        yield TableFile(header.values, reader, lambda: min(_position(file) / size, 1.0))


def readable(text: str) -> tuple[str, bool]:
    """The text, and whether it had to be read as Windows-1252 because it was not UTF-8."""
    if text.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in text):
        return text, False
    return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace"), True


def heading(text: str) -> str:
    """A column name as it is compared: blanks, case and a byte order mark do not count."""
    return " ".join(text.replace("\ufeff", "").split()).casefold()


def _check_parted(path: Path, header: list[str]) -> None:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise BadFile(f"{path.name} does not part its columns by commas. Save it as CSV with commas.")


def _position(file: TextIO) -> int:
    return file.buffer.tell()


def _check_kind(path: Path) -> None:
    if path.is_dir():
        raise BadFile(f"{path} is a folder. Name the CSV file inside it.")
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise BadFile(f"{path} does not exist. Check the name.") from None
    except OSError as wrong:
        raise BadFile(f"{path} cannot be read: {wrong.strerror}.") from wrong
    if not start.strip():
        raise BadFile(f"{path.name} is empty. Fetch it again.")
    for sign, kind in _OTHER_KINDS.items():
        if start.startswith(sign):
            raise BadFile(f"{path.name} is {kind}.")
    if b"\0" in start:
        raise BadFile(f"{path.name} is not a text file. Give the CSV file.")


def _delimiter(path: Path, delimiters: str) -> str:
    with path.open("rb") as file:
        first = file.readline(1 << 16).decode("utf-8", "replace")
    return next((sign for sign in delimiters if sign in first), delimiters[-1])


def _check_end(path: Path, width: int, delimiter: str) -> None:
    """A download that broke off ends without a line break in a row that lacks columns."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    last = tail.rpartition(b"\n")[2]
    if not last.strip():
        return
    found = _columns(last.decode("utf-8", "surrogateescape"), delimiter)
    if found < width:
        raise BadFile(
            f"{path.name} is cut off: its last row has {found} of {width} values. "
            "Nothing was stored; fetch the file again."
        )


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        return 0
