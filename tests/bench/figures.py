"""How a measured figure is shown: the value, its floor, and the reach it was given."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table. `floor` is measured in the same run; None where there is none."""

    name: str
    value: float
    unit: str
    reach: float
    floor: float | None = None

    @property
    def compared(self) -> float:
        return self.value / self.floor if self.floor else self.value

    def line(self) -> str:
        floor = f"{self.floor:8.1f}" if self.floor else "       -"
        verdict = "reached" if self.compared <= self.reach else "NOT REACHED"
        ratio = f"{self.compared:6.2f}x" if self.floor else "      -"
        shown = f"{self.name:<44}{self.value:8.1f} {self.unit}"
        return f"{shown}{floor} {ratio}  reach {self.reach:<6g} {verdict}"


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
