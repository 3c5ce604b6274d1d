"""Where a place stands on the map of the states: the projection in which the atlas package is drawn.

Three equal-area conic projections (Snyder, Map Projections: A Working Manual, 1987, chapter 14) put
Alaska and Hawaii below the southwest, as most maps of the United States do. Territories are on no such map.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from types import MappingProxyType

# The width and height of the drawing, and its corner: assets/us_map.py has the same box.
LEFT, TOP, WIDTH, HEIGHT = -58, 12, 1016, 596
_SCALE = 1300.0
_MIDDLE = (487.5, 305.0)


@dataclass(frozen=True)
class _Conic:
    """`meridian`, `centre` and `parallels` in degrees; `shift` and `share` of the scale of the whole map."""

    meridian: float
    centre: tuple[float, float]
    parallels: tuple[float, float]
    shift: tuple[float, float] = (0.0, 0.0)
    share: float = 1.0

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        x, y = self._flat(lat, lon - self.meridian)
        middle_x, middle_y = self._flat(self.centre[1], self.centre[0])
        scale = _SCALE * self.share
        return (
            _MIDDLE[0] + self.shift[0] * _SCALE + scale * (x - middle_x),
            _MIDDLE[1] + self.shift[1] * _SCALE - scale * (y - middle_y),
        )

    def _flat(self, lat: float, lon: float) -> tuple[float, float]:
        low, high = (sin(radians(parallel)) for parallel in self.parallels)
        n = (low + high) / 2
        c = 1 + low * (2 * n - low)
        radius = sqrt(c - 2 * n * sin(radians(lat))) / n
        turned = n * radians(lon)
        return radius * sin(turned), sqrt(c) / n - radius * cos(turned)


_MAINLAND = _Conic(-96, (-0.6, 38.7), (29.5, 45.5))
_INSETS: Mapping[str, _Conic] = MappingProxyType(
    {
        "AK": _Conic(-154, (-2, 58.5), (55, 65), shift=(-0.307, 0.201), share=0.35),
        "HI": _Conic(-157, (-3, 19.9), (8, 18), shift=(-0.205, 0.212)),
    }
)
# Outside the frame of the atlas.
OFF_THE_MAP = frozenset({"PR", "VI", "GU", "AS", "MP", "FM", "MH", "PW", "AA", "AE", "AP"})


def on_map(lat: float, lon: float, state: str) -> tuple[float, float] | None:
    """x and y in the drawing's units, or None for a state or territory that the map leaves out."""
    if state in OFF_THE_MAP:
        return None
    return _INSETS.get(state, _MAINLAND).place(lat, lon)
