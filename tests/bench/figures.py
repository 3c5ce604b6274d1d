"""The one table of `make bench`: a value, beside a floor that was measured in the same run.

A benchmark is a test in tests/bench marked `long` that measures, then says so:

    show(Figure("claim a call, median", ours, "ms", reach=3, floor=least))  # at most 3 times the floor
    show(Figure("leads a second", ours, "1/s", reach=0.1, floor=empty, at_least=True))
    show(Figure("lead to ready, p95", ours, "ms", reach=200, floor=empty, of_value=True))  # 200 ms itself
    show(Figure("memory of the relay", ours, "MB"))  # told, and nothing asked of it

`show` prints the row at once; tests/bench/conftest.py prints all of them again as one table at the end
and writes them to `.advocate/bench.json`. Names are unique; a floor's program lies in tests/bench/floors.
"""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HEADER = f"{'':<48}{'value':>11} {'':<5}{'floor':>11}{'ratio':>9}  reach"


@dataclass(frozen=True)
class Figure:
    """One row. `reach` bounds the ratio where there is a floor, else the value; None asks nothing.

    at_least: more is better, `reach` is the least. of_value: `reach` bounds the value, and the floor is
    only shown beside it.
    """

    name: str
    value: float
    unit: str
    reach: float | None = None
    floor: float | None = None
    at_least: bool = False
    of_value: bool = False

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def compared(self) -> float:
        return self.value if self.of_value or self.ratio is None else self.ratio

    @property
    def ok(self) -> bool:
        if self.reach is None:
            return True
        return self.compared >= self.reach if self.at_least else self.compared <= self.reach

    def line(self) -> str:
        floor = "-" if self.floor is None else f"{self.floor:,.1f}"
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}x"
        shown = f"{self.name:<48}{self.value:>11,.1f} {self.unit:<5}{floor:>11}{ratio:>9}"
        return f"{shown}  {self._asked()}".rstrip()

    def _asked(self) -> str:
        if self.reach is None:
            return ""
        sign, verdict = (">=" if self.at_least else "<="), ("reached" if self.ok else "NOT REACHED")
        unit = f" {self.unit}" if self.of_value or self.floor is None else "x"
        return f"{sign} {self.reach:g}{unit} {verdict}"

    def as_dict(self) -> dict[str, object]:
        """The row as `make bench` and `make chaos` write it."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "floor": self.floor,
            "ratio": self.ratio,
            "reach": self.reach,
            "ok": self.ok,
        }


SHOWN: list[Figure] = []


def show(figure: Figure) -> None:
    """Print the row and keep it for the table."""
    SHOWN.append(figure)
    print(figure.line(), flush=True)


def write_rows(path: Path, figures: Sequence[Figure], *, whole: bool) -> None:
    """Write the rows as JSON. Not `whole`: rows of other names that stand there already are kept."""
    names = {figure.name for figure in figures}
    kept = [] if whole or not path.exists() else json.loads(path.read_text())
    rows = [row for row in kept if row["name"] not in names] + [figure.as_dict() for figure in figures]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n")


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
