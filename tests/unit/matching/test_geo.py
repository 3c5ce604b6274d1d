"""Distances against published values, and the two forms against each other."""

from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.matching.geo import (
    EARTH_KM,
    EARTH_MILES,
    half_chords,
    haversine,
    miles_of,
    place_of,
    unit_vectors,
)

LYON, PARIS = (45.7597, 4.8422), (48.8567, 2.3508)

LATITUDES = st.floats(min_value=-90, max_value=90)
LONGITUDES = st.floats(min_value=-180, max_value=180)
# 0/0 stands for no place at all.
PLACES = st.tuples(LATITUDES, LONGITUDES).filter(any)


def _vectorised(a: tuple[float, float], b: tuple[float, float]) -> float:
    vectors = unit_vectors(np.array([a[0]]), np.array([a[1]]))
    return float(miles_of(half_chords(vectors, b))[0])


def test_distance_is_the_published_one_when_lyon_to_paris() -> None:
    assert haversine(LYON, PARIS, radius=EARTH_KM) == pytest.approx(392.2172595594006, abs=1e-9)
    assert haversine(LYON, PARIS) == pytest.approx(243.71250609539814, abs=2e-5)
    assert _vectorised(LYON, PARIS) * EARTH_KM / EARTH_MILES == pytest.approx(392.2172595594006, abs=1e-9)


def test_distance_is_a_degree_of_the_equator_when_one_degree_apart() -> None:
    assert haversine((0, 10), (0, 11)) == pytest.approx(EARTH_MILES * pi / 180, abs=1e-9)
    assert haversine((90, 0), (-90, 0)) == pytest.approx(EARTH_MILES * pi, abs=1e-9)


def test_distance_crosses_the_date_line_when_guam_to_hawaii() -> None:
    assert _vectorised((13.4745, 144.7504), (21.3069, -157.8583)) == pytest.approx(3800, abs=20)
    assert _vectorised((0.5, 179.9), (0.5, -179.9)) == pytest.approx(
        haversine((0.5, 0), (0.5, 0.2)), abs=1e-9
    )


@given(PLACES, PLACES)
@settings(deadline=None)
def test_chord_form_equals_haversine_when_places_are_random(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    # Near an antipode the arcsine loses half its digits in either form; no two US places are.
    assert _vectorised(a, b) == pytest.approx(haversine(a, b), abs=1e-9 if haversine(a, b) < 12_000 else 1e-3)


@given(PLACES)
def test_distance_is_nothing_when_the_place_is_the_same(a: tuple[float, float]) -> None:
    # numpy's sine and math's may differ in the last digit; it is less than a hair.
    assert _vectorised(a, a) < 1e-9


def test_distance_keeps_its_digits_when_very_small() -> None:
    assert _vectorised((40.0, -75.0), (40.00001, -75.0)) == pytest.approx(
        EARTH_MILES * pi / 180 * 1e-5, rel=1e-7
    )


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (None, 1.0),
        (1.0, None),
        (0.0, 0.0),
        (91.0, 0.0),
        (1.0, -181.0),
        (float("nan"), 1.0),
        (1.0, float("inf")),
    ],
)
def test_there_is_no_place_when_coordinates_are_absent_or_broken(
    lat: float | None, lon: float | None
) -> None:
    assert place_of(lat, lon) is None


def test_distance_is_infinite_when_the_location_has_no_place() -> None:
    miles = miles_of(half_chords(unit_vectors(np.array([np.nan, LYON[0]]), np.array([0.0, LYON[1]])), PARIS))
    assert np.isinf(miles[0])
    assert np.isfinite(miles[1])
