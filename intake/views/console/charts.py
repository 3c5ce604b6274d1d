"""Where the marks of a chart stand: the templates draw them as SVG, with the table beside it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Units of the SVG's own space; the page scales it.
WIDTH, ROW, LABEL, EDGE = 760, 38, 320, 64
# Marks of the axis closer together than this would run into one another.
_APART = 76
SHORTEST, LONGEST = 0.01, 14 * 86400.0
_TICKS = (
    (0.1, "0.1 s"),
    (1, "1 s"),
    (10, "10 s"),
    (60, "1 min"),
    (600, "10 min"),
    (3600, "1 h"),
    (86400, "1 day"),
    (7 * 86400, "1 week"),
)


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True)
class Strip:
    """One row of a chart of times: a line from the first mark to the last. `y` is its middle."""

    label: str
    y: float
    marks: tuple[float, ...]
    text: str


@dataclass(frozen=True)
class Bar:
    label: str
    y: float
    width: float
    text: str


@dataclass(frozen=True)
class TimeChart:
    """Times on a logarithmic axis: a tenth of a second and a week are both seen."""

    strips: Sequence[Strip]
    ticks: Sequence[Tick]

    @property
    def height(self) -> int:
        return ROW * len(self.strips) + 32


@dataclass(frozen=True)
class BarChart:
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def time_chart(rows: Sequence[tuple[str, Sequence[float], str]]) -> TimeChart:
    """`rows`: label, seconds (ascending) and the words at the end of the line."""
    known = [seconds for _, marks, _ in rows for seconds in marks]
    low, high = _bounds(known)

    def x(seconds: float) -> float:
        share = math.log(min(max(seconds, low), high) / low) / math.log(high / low)
        return round(LABEL + share * (WIDTH - LABEL - EDGE), 1)

    strips = [
        Strip(label, ROW * place + ROW / 2, tuple(map(x, marks)), text)
        for place, (label, marks, text) in enumerate(rows)
    ]
    return TimeChart(strips, _legible([Tick(x(at), text) for at, text in _TICKS if low <= at <= high]))


def _legible(ticks: Sequence[Tick]) -> list[Tick]:
    kept: list[Tick] = []
    for tick in ticks:
        if not kept or tick.x - kept[-1].x >= _APART:
            kept.append(tick)
    return kept


def _bounds(known: Sequence[float]) -> tuple[float, float]:
    """From the tick below the shortest time to the one above the longest; never the same."""
    shortest, longest = max(min(known, default=1), SHORTEST), min(max(known, default=60), LONGEST)
    at = [SHORTEST, *(tick for tick, _ in _TICKS), LONGEST]
    low = max(tick for tick in at if tick <= shortest)
    high = min((tick for tick in at if tick >= longest), default=LONGEST)
    return (low, high) if low < high else (low, at[at.index(low) + 1] if low < LONGEST else LONGEST * 2)


def bar_chart(rows: Sequence[tuple[str, float, str]]) -> BarChart:
    """`rows`: label, value and the words at the end of the bar. The longest bar fills the width."""
    most = max((value for _, value, _ in rows), default=0) or 1
    room = WIDTH - LABEL - EDGE
    bars = [
        Bar(label, ROW * place + ROW / 2, round(room * value / most, 1), text)
        for place, (label, value, text) in enumerate(rows)
    ]
    return BarChart(bars)
