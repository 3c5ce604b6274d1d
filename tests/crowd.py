"""Many people who press at the same moment, round after round, each with a thread of her own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from intake.errors import AdvocateDeskError

Person = TypeVar("Person")
Got = TypeVar("Got")
# The database made her wait until it gave up.
WAITED = "waited"


class Crowd:
    """`lines`: so many are in the database at a time; the others wait for one of them to be done."""

    def __init__(self, size: int, lines: int) -> None:
        self._lines = threading.BoundedSemaphore(lines)
        self._gate = threading.Barrier(size)
        self._pool = ThreadPoolExecutor(size)

    def press(self, people: Sequence[Person], button: Callable[[Person], Got]) -> list[Got | str]:
        """What each of them got, in their order; the name of the error for whom the product refused."""

        def one(person: Person) -> Got | str:
            self._gate.wait()
            try:
                with self._lines:
                    return button(person)
            except OperationalError:
                return WAITED
            except AdvocateDeskError as refused:
                return type(refused).__name__

        return list(self._pool.map(one, people))

    def close(self) -> None:
        self._pool.shutdown()
