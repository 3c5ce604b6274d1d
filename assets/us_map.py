"""The outlines of the states as one small drawing, made from the atlas package (Census data, projected).

The atlas keeps each border once, as an arc of steps between whole numbers (TopoJSON). A negative number
in a ring means the arc in the other direction.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from math import hypot
from pathlib import Path
from typing import Any

Point = tuple[float, float]
# What intake/rules/albers.py projects into: the atlas has its corner of Alaska left of zero.
VIEW_BOX = "-58 12 1016 596"
# Units of the drawing, which is shown at about a third of its size on a phone.
_COARSE = 1.2
_SMALLEST = 5.0
_LAND, _BORDER = "#f1e8da", "#6b6053"


def draw(atlas: Path) -> str:
    """An SVG with the land and the borders between states."""
    topology = json.loads(atlas.read_text(encoding="utf-8"))
    arcs = [simplified(points) for points in _arcs(topology)]
    land = "".join(_path(ring, "z") for ring in _rings(topology["objects"]["nation"], arcs) if _is_seen(ring))
    borders = "".join(_path(arcs[number]) for number in _shared(topology["objects"]["states"]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{VIEW_BOX}">'
        f'<path fill="{_LAND}" stroke="{_BORDER}" d="{land}"/>'
        f'<path fill="none" stroke="{_BORDER}" d="{borders}"/></svg>\n'
    )


def _arcs(topology: dict[str, Any]) -> Iterator[list[Point]]:
    (wide, high), (left, top) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * wide + left, y * high + top))
        yield points


def simplified(points: list[Point]) -> list[Point]:
    """Fewer points, none farther than _COARSE from the line they leave (Douglas and Peucker)."""
    if len(points) < 3:
        return points
    far, at = max((_distance(point, points[0], points[-1]), place) for place, point in enumerate(points))
    if far <= _COARSE:
        return [points[0], points[-1]]
    return [*simplified(points[: at + 1])[:-1], *simplified(points[at:])]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a stretch; to its start when it has no length."""
    run, rise = end[0] - start[0], end[1] - start[1]
    length = run * run + rise * rise
    along = 0.0 if length == 0 else ((point[0] - start[0]) * run + (point[1] - start[1]) * rise) / length
    near = min(1.0, max(0.0, along))
    return hypot(point[0] - start[0] - near * run, point[1] - start[1] - near * rise)


def _rings(shape: dict[str, Any], arcs: list[list[Point]]) -> Iterator[list[Point]]:
    for ring in _ring_numbers(shape):
        points: list[Point] = []
        for number in ring:
            points += arcs[number] if number >= 0 else arcs[~number][::-1]
        yield points


def _ring_numbers(shape: dict[str, Any]) -> Iterator[list[int]]:
    for part in shape["geometries"]:
        polygons = part["arcs"] if part["type"] == "MultiPolygon" else [part["arcs"]]
        for polygon in polygons:
            yield from polygon


def _shared(states: dict[str, Any]) -> Iterable[int]:
    """Arcs on which two states touch."""
    used = Counter(~number if number < 0 else number for ring in _ring_numbers(states) for number in ring)
    return sorted(number for number, times in used.items() if times > 1)


def _is_seen(ring: list[Point]) -> bool:
    across = max(x for x, _ in ring) - min(x for x, _ in ring)
    down = max(y for _, y in ring) - min(y for _, y in ring)
    return max(across, down) >= _SMALLEST


def _path(points: list[Point], end: str = "") -> str:
    """Whole numbers, each step from the last: the shortest way to write it."""
    whole = [(round(x), round(y)) for x, y in points]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(whole) if a != b]
    if not steps:
        return ""
    return f"M{_pair(whole[0])}l{' '.join(_pair(step) for step in steps)}{end}"


def _pair(point: tuple[int, int]) -> str:
    return f"{point[0]}{'' if point[1] < 0 else ' '}{point[1]}"
