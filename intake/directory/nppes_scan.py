"""Find the few rows of an NPPES file that matter, without reading the others value by value.

A nation's file has nine million rows, of which two in a hundred are doctors of a specialty in use.
Blocks of bytes are searched at once: a row is passed over when it plainly is an organisation or
holds none of the codes in use; every other row is read as a row of CSV. What is not plain, such
as a value with a line break, is always read.
"""

import csv
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from io import FileIO, StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intake.directory.nppes import Layout
from intake.directory.table_file import Row, records

_BLOCK = 1 << 19
_LONGEST_RECORD = 1 << 19
_DIGITS = np.arange(10)
_NEWLINE, _QUOTE, _COMMA, _X, _ZERO = 10, 34, 44, ord("X"), ord("0")
_CODE_LENGTH, _KEY_LENGTH = 10, 8

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


def can_scan(layout: Layout, used: frozenset[str]) -> bool:
    """Whether NPI and entity stand first, as CMS writes them, and every code ends in X."""
    places = layout.columns.places
    codes = all(len(code) == _CODE_LENGTH and code.isascii() and code[-1] == "X" for code in used)
    return codes and (places["npi"], places["entity"]) == (0, 1)


@dataclass
class Scan:
    """The rows of a file that have to be read; `skipped` is told how many were passed over.

    `used`: the taxonomy codes in use. `known`: the NPIs of the directory; nobody else's end matters.
    Lines are counted as the CSV reader counts them.
    """

    layout: Layout
    used: frozenset[str]
    known: frozenset[str]
    skipped: Callable[[int], None]
    _line: int = 1
    _read: int = 0
    _size: int = 1
    _keys: NDArray[np.uint64] = field(init=False)
    _ended: "tuple[_Ended, ...]" = field(init=False)

    def __post_init__(self) -> None:
        starts = sorted({code[:_KEY_LENGTH].encode() for code in self.used})
        self._keys = np.frombuffer(b"".join(starts), dtype="<u8")
        self._ended = (_Ended.of(self.layout, b'""'), _Ended.of(self.layout, b""))

    def share_read(self) -> float:
        return min(self._read / self._size, 1.0)

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of the file after its header. Raises OSError."""
        self._size = max(path.stat().st_size, 1)
        with path.open("rb") as header:
            self._read = len(header.readline())
        with path.open("rb", buffering=0) as file:
            file.seek(self._read)
            yield from self._blocks(file)

    def _blocks(self, file: FileIO) -> Iterator[Row]:
        """One buffer for the whole file: it stays in the processor's cache."""
        buffer, held = bytearray(_BLOCK), 0
        while fresh := file.readinto(memoryview(buffer)[held:]):
            self._read += fresh
            held += fresh
            done = yield from self._block(buffer, buffer.rfind(b"\n", 0, held) + 1)
            rest = bytes(memoryview(buffer)[done:held])
            held = len(rest)
            if held == len(buffer):
                buffer = bytearray(2 * held)
            buffer[:held] = rest
        if held:
            yield from self._block(buffer[:held] + b"\n", held + 1, at_end=True)

    def _block(self, block: bytearray, size: int, *, at_end: bool = False) -> Generator[Row, None, int]:
        """The rows of whole lines; how many bytes are done, as the last value may go on in the next block."""
        data = np.frombuffer(block, np.uint8, size)
        ends = np.flatnonzero(data == _NEWLINE)
        if not len(ends):
            return 0
        starts = np.concatenate((np.zeros(1, ends.dtype), ends[:-1] + 1))
        odd = np.flatnonzero(np.bitwise_xor.reduceat((data == _QUOTE).view(np.uint8), starts))
        if len(odd):
            open_ = len(odd) % 2 and not at_end and size - starts[odd[-1]] < _LONGEST_RECORD
            done = int(starts[odd[-1]]) if open_ else size
            yield from self._slowly(bytes(data[:done]))
            return done
        wanted = np.flatnonzero(~self._plainly_other(block, data, starts, ends))
        first, self._line = self._line, self._line + len(ends)
        self.skipped(len(ends) - len(wanted))
        for place, start, end in zip(
            wanted.tolist(), starts[wanted].tolist(), ends[wanted].tolist(), strict=True
        ):
            line = bytes(block[start:end])
            if self._ended_stranger(line):
                self.skipped(1)
            else:
                yield Row(first + place + 1, _values(line))
        return size

    def _ended_stranger(self, line: bytes) -> bool:
        ended = self._ended[0] if line[:1] == b'"' else self._ended[1]
        return ended.fits(line) and ended.npi(line) not in self.known

    def _slowly(self, block: bytes) -> Iterator[Row]:
        """A block in which a value holds a line break, or a quote is missing."""
        lines = StringIO(block.decode("utf-8", "surrogateescape"), newline="\n")
        first, self._line = self._line, self._line + block.count(b"\n")
        for row in records(csv.reader(lines)):
            yield Row(first + row.line, row.values)

    def _plainly_other(self, block: bytearray, data: Bytes, starts: Places, ends: Places) -> Flags:
        plain, entity = _plain_starts(data, starts, ends)
        coded = self._coded(block, data, ends)
        other: Flags = plain & ((entity == _ZERO + 2) | ((entity == _ZERO + 1) & ~coded))
        return other

    def _coded(self, block: bytearray, data: Bytes, ends: Places) -> Flags:
        """Whether a line holds the first eight signs of a code in use, and an X where its last would be."""
        places = np.flatnonzero(data == _X)
        places = places[places >= _CODE_LENGTH - 1] - (_CODE_LENGTH - 1)
        words = np.ndarray((max(len(data) - _KEY_LENGTH + 1, 0),), "<u8", block, strides=(1,))
        found = np.zeros(len(ends), np.bool_)
        found[np.searchsorted(ends, places[np.isin(words[places], self._keys)])] = True
        return found


def _plain_starts(data: Bytes, starts: Places, ends: Places) -> tuple[Flags, Bytes]:
    """Whether a line begins with ten digits and the entity; and the entity's sign."""
    quoted = data[starts] == _QUOTE
    last = len(data) - 1
    digits = data[np.minimum((starts + quoted)[:, None] + _DIGITS, last)]
    after = starts + 10 + 2 * quoted
    entity = data[np.minimum(after + 1 + quoted, last)]
    numbers = ((digits >= _ZERO) & (digits <= _ZERO + 9)).all(axis=1)
    commas = data[np.minimum(after, last)] == _COMMA
    return numbers & commas & (ends - starts > 16), entity


def _values(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8", "surrogateescape").rstrip("\r")]), [])
    except csv.Error:
        return []


@dataclass(frozen=True, slots=True)
class _Ended:
    """The look of a row that says only which NPI ended and when: a tenth of the file has it."""

    before: bytes
    after: bytes
    quote: int

    @classmethod
    def of(cls, layout: Layout, empty: bytes) -> "_Ended":
        width, place = layout.columns.width, layout.columns.places["deactivated"]
        before, after = (b"," + empty) * (place - 1) + b",", (b"," + empty) * (width - place - 1)
        return cls(before, after, len(empty) // 2)

    def fits(self, line: bytes) -> bool:
        start = 10 + 2 * self.quote
        end = start + len(self.before) + 10 + 2 * self.quote
        return line.startswith(self.before, start) and line[end:].rstrip(b"\r") == self.after

    def npi(self, line: bytes) -> str:
        return line[self.quote : self.quote + 10].decode("ascii", "replace")
