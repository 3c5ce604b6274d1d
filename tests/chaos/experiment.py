"""An experiment: a name, what it does, and the rows it returns for the table."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.bench.figures import Figure
from tests.chaos import oracle
from tests.chaos.ledger import Ledger
from tests.chaos.system import System

Rows = list[Figure]


@dataclass(frozen=True)
class Given:
    """What an experiment gets: an empty folder and its chance."""

    home: Path
    seed: int
    leads: int = 2_000
    per_second: float = 50.0
    patience: float = 600.0

    @property
    def chance(self) -> Random:
        return Random(self.seed)

    def ledger(self) -> Ledger:
        self.home.mkdir(parents=True, exist_ok=True)
        return Ledger(self.home / "ledger.jsonl")


Run = Callable[[Given], Rows]
EXPERIMENTS: dict[str, Run] = {}


def experiment(run: Run) -> Run:
    """Register under the function's name."""
    EXPERIMENTS[run.__name__] = run
    return run


def none(name: str, found: Counter[str] | int, unit: str = "rows") -> Figure:
    """A row that must be nought; what was found is told."""
    count = found if isinstance(found, int) else found.total()
    if isinstance(found, Counter):
        for what, how_many in found.items():
            print(f"    {what}: {how_many}")
    return Figure(name, count, unit, 0)


def conservation(
    name: str,
    running: System,
    ledger: Ledger | None,
    *,
    allowed: frozenset[str] = frozenset(),
    unknown_at_most: int = 0,
) -> Rows:
    """The rows that every experiment ends with."""
    broken = oracle.violations(running, ledger, allowed=allowed)
    unknown = oracle.unknown_mails(running)
    return [
        none(f"{name}: promises broken", broken),
        Figure(f"{name}: mails of unknown fate", unknown, "mails", unknown_at_most),
        none(f"{name}: check and oracle disagree", oracle.disagreements(running, broken)),
    ]
