"""Rows that could not be used, in a file beside the input: where, what, why."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from intake.errors import BadInput
from intake.rules.spreadsheets import safe_text

HEADER = ("line", "npi", "column", "value", "reason")
_LONGEST_VALUE = 200


class RowRejected(BadInput):
    """One row cannot be used: which column, what it holds and what is wrong with it."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(f"{column} {value[:_LONGEST_VALUE]!r}: {reason}")
        self.column, self.value, self.reason = column, value, reason


class RejectsFile:
    """`<input>.rejects.csv`, begun with the first rejected row.

    It stands beside the input or, when that folder cannot be written to, in the current one.
    """

    def __init__(self, beside: Path) -> None:
        self._name = f"{beside.name}.rejects.csv"
        self._folders = (beside.absolute().parent, Path.cwd())
        self._file: TextIO | None = None
        self.path: Path | None = None

    def write(self, line: int, npi: str, wrong: RowRejected) -> None:
        """Append one row. Raises BadInput when neither folder takes the file."""
        file = self._file or self._begin()
        cells = (str(line), npi, wrong.column, wrong.value[:_LONGEST_VALUE], wrong.reason)
        csv.writer(file).writerow([safe_text(cell.replace("\0", "\N{SYMBOL FOR NULL}")) for cell in cells])

    def close(self) -> None:
        """Raises BadInput when the last rows cannot be written any more."""
        try:
            if self._file is not None:
                self._file.close()
        except OSError as wrong:
            raise BadInput(
                f"Rejected rows could not all be written to {self.path}: {wrong.strerror}. "
                "Free some space and run the command again: what was stored counts as unchanged then."
            ) from wrong

    def remove_old(self) -> None:
        """A file of an earlier run would tell of rows that are mended by now."""
        old = self._folders[0] / self._name
        with suppress(OSError):
            if _is_ours(old):
                old.unlink()

    def _begin(self) -> TextIO:
        for folder in self._folders:
            try:
                self._file = (folder / self._name).open(
                    "w", encoding="utf-8", errors="backslashreplace", newline=""
                )
            except OSError:
                continue
            self.path = folder / self._name
            csv.writer(self._file).writerow(HEADER)
            return self._file
        raise BadInput(
            f"Rejected rows must be written down, but neither {self._folders[0]} nor {self._folders[1]} "
            "can be written to. Run the command from a folder of your own."
        )


@contextmanager
def rejects_beside(path: Path) -> Iterator[RejectsFile]:
    """Open the rejects file of an import and close it whatever happens."""
    rejects = RejectsFile(path)
    rejects.remove_old()
    try:
        yield rejects
    finally:
        rejects.close()


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return file.readline(_LONGEST_VALUE).strip() == ",".join(HEADER)
