"""Columns that hold many rows in little memory: text end to end, and values that repeat kept once."""

from array import array
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class TextColumn:
    """Texts of any length, end to end as UTF-8. None is kept apart from the empty text."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])
        self._absent = bytearray()

    def append(self, text: str | None) -> None:
        self._absent.append(text is None)
        self._bytes += (text or "").encode()
        self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> str | None:
        if self._absent[row]:
            return None
        return self._bytes[self._ends[row] : self._ends[row + 1]].decode()

    def text(self, row: int) -> str:
        """The text of a row that is known to have one."""
        return self[row] or ""


class PooledColumn(Generic[T]):
    """Values of which there are few: each kept once, four bytes a row."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self.numbers = array("I")
        self._known: dict[T, int] = {}

    def append(self, value: T) -> int:
        """Add a row; return the value's number, which is new when it equals len(values) - 1."""
        number = self._known.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        self.numbers.append(number)
        return number

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, row: int) -> T:
        return self.values[self.numbers[row]]
