"""Bring together what stands in many rows of a file of any size and in any order."""

import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from intake.directory.facts import Stated

# A nation's file, 2.3 million rows, leaves a few thousand in each.
_BUCKETS = 64


class Buckets:
    """Facts parted by NPI over temporary files, so that one doctor's stand together in one of them.

    Raises OSError when the folder for temporary files is full.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._files: list[BinaryIO] = []

    def __enter__(self) -> "Buckets":
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="advocate-import-")))
        self._files = [
            self._stack.enter_context((folder / f"{number:02}").open("w+b")) for number in range(_BUCKETS)
        ]
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def put(self, fact: Stated) -> None:
        pickle.dump(fact, self._files[int(fact.npi[:9]) % _BUCKETS], pickle.HIGHEST_PROTOCOL)

    def groups(self) -> Iterator[list[Stated]]:
        """The facts of one doctor at a time, in the order of the file."""
        for file in self._files:
            by_npi: dict[str, list[Stated]] = {}
            for fact in _facts(file):
                by_npi.setdefault(fact.npi, []).append(fact)
            yield from by_npi.values()


def _facts(file: BinaryIO) -> Iterator[Stated]:
    file.seek(0)
    while True:
        try:
            yield pickle.load(file)
        except EOFError:
            return
