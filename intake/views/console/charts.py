"""Where the marks of a chart stand, in percent of its width: each row of a table draws its own. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHORTEST, LONGEST = 0.01, 14 * 86400.0
# Marks keep off the edges, and ticks keep their words apart.
_EDGE, _APART = 4.0, 16.0
_TICKS = (
    (0.1, "0.1 s"),
    (1, "1 s"),
    (10, "10 s"),
    (60, "1 min"),
    (600, "10 min"),
    (3600, "1 h"),
    (6 * 3600, "6 h"),
    (86400, "1 day"),
    (7 * 86400, "1 week"),
)


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True)
class Axis:
    """Times on a logarithmic axis, so that a tenth of a second and a week are both seen. In seconds."""

    low: float
    high: float

    @classmethod
    def over(cls, known: Iterable[float]) -> "Axis":
        """From the tick below the shortest time to the one above the longest; never the same."""
        times = [min(max(seconds, SHORTEST), LONGEST) for seconds in known] or [1.0, 60.0]
        at = [SHORTEST, *(tick for tick, _ in _TICKS), LONGEST]
        low = max(tick for tick in at[:-1] if tick <= min(times))
        return cls(low, min(tick for tick in at[1:] if tick >= max(times) and tick > low))

    def x(self, seconds: float) -> float:
        """Percent of the width. What is off the axis stands at its end."""
        share = math.log(min(max(seconds, self.low), self.high) / self.low) / math.log(self.high / self.low)
        return round(_EDGE + share * (100 - 2 * _EDGE), 2)

    @property
    def ticks(self) -> Sequence[Tick]:
        """Those that are far enough apart to be read."""
        kept: list[Tick] = []
        for at, text in _TICKS:
            tick = Tick(self.x(at), text)
            if self.low <= at <= self.high and (not kept or tick.x - kept[-1].x >= _APART):
                kept.append(tick)
        return kept


def width(value: float, most: float) -> float:
    """Percent of the width for a bar among bars of which the longest is `most`."""
    return round(100 * value / most, 2) if most else 0.0
