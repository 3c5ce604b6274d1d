"""A pin stands in its own state: projected points against the outlines that the map is drawn from."""

import json
from typing import Any

import pytest

from assets import build, us_map
from intake.places import built_in_places
from intake.rules.albers import HEIGHT, LEFT, OFF_THE_MAP, TOP, WIDTH, on_map
from intake.rules.zones import STATES

Ring = list[tuple[float, float]]


@pytest.fixture(scope="module")
def outlines() -> dict[str, list[Ring]]:
    """Rings of each state, by name, from the atlas."""
    topology: dict[str, Any] = json.loads(build.ATLAS.read_text())
    arcs = list(us_map._arcs(topology))
    return {
        shape["properties"]["name"]: list(us_map._rings({"geometries": [shape]}, arcs))
        for shape in topology["objects"]["states"]["geometries"]
    }


def _inside(x: float, y: float, rings: list[Ring]) -> bool:
    """Even-odd rule."""
    crossed = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            crossed += (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    return crossed % 2 == 1


def test_zip_codes_stand_in_their_own_state(outlines: dict[str, list[Ring]]) -> None:
    seen, inside = 0, 0
    for place in list(built_in_places())[::97]:
        if place.lat is None or place.lon is None or place.state in OFF_THE_MAP:
            continue
        spot = on_map(place.lat, place.lon, place.state)
        assert spot is not None
        seen += 1
        inside += _inside(*spot, outlines[STATES[place.state].name])
    assert seen > 300
    # Coasts are drawn coarsely, and a few points of the table are wrong.
    assert inside / seen > 0.97


@pytest.mark.parametrize(
    ("lat", "lon", "state"), [(61.2, -149.9, "AK"), (21.3, -157.9, "HI"), (25.8, -80.2, "FL")]
)
def test_the_corners_of_the_country_are_inside_the_frame(lat: float, lon: float, state: str) -> None:
    spot = on_map(lat, lon, state)
    assert spot is not None
    assert LEFT < spot[0] < LEFT + WIDTH
    assert TOP < spot[1] < TOP + HEIGHT


@pytest.mark.parametrize("state", ["PR", "GU", "VI"])
def test_a_territory_is_not_on_the_map(state: str) -> None:
    assert on_map(18.4, -66.1, state) is None


def test_the_drawing_has_the_frame_that_pins_are_placed_in() -> None:
    assert f"{LEFT} {TOP} {WIDTH} {HEIGHT}" == us_map.VIEW_BOX
    drawing = (build.BUILT / "us.svg").read_text()
    assert f'viewBox="{us_map.VIEW_BOX}"' in drawing
    assert len(drawing) < 12_000


def test_simplifying_keeps_the_ends_and_what_stands_out() -> None:
    line = [(0.0, 0.0), (4.0, 3.8), (10.0, 9.0), (16.0, 3.8), (20.0, 0.0)]
    assert us_map.simplified(line) == [(0.0, 0.0), (10.0, 9.0), (20.0, 0.0)]
