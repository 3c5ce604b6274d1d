"""Exclusions in their order, the travel wish and how it widens, places that are not known."""

from math import degrees

import pytest

from intake.rules.facts import Diagnosis, Stage, Travel
from workers.matching.geo import EARTH_MILES
from workers.matching.rank import MatchResult, match
from workers.matching.snapshot import DoctorRow, LocationRow

from .directories import TODAY, case, office, oncologist, snapshot, surgeon


def _match(*rows: DoctorRow | LocationRow, **facts: object) -> MatchResult:
    return match(case(**facts), snapshot(*rows), today=TODAY)


def _codes(result: MatchResult, at: int = 0) -> set[str]:
    return {reason.code for reason in result.matches[at].reasons}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"taxonomy_codes": ("2080P0207X",)}, "paediatric"),
        ({"taxonomy_codes": ("390200000X",)}, "trainee"),
        ({"taxonomy_codes": ("208800000X",)}, "not_relevant_specialty"),
        ({"taxonomy_codes": ()}, "not_relevant_specialty"),
        ({"expertise": ()}, "no_mesothelioma_expertise_for_type"),
        ({"expertise": ("peritoneal_mesothelioma",)}, "no_mesothelioma_expertise_for_type"),
        ({"accepts_new": False}, "not_accepting"),
        ({"taxonomy_codes": ("2080P0207X",), "accepts_new": False}, "paediatric"),
        ({"expertise": (), "accepts_new": False}, "no_mesothelioma_expertise_for_type"),
    ],
)
def test_doctor_is_left_out_for_the_first_reason_when_several_hold(
    facts: dict[str, object], code: str
) -> None:
    result = _match(surgeon("a", **facts), office("a"))
    assert result.matches == ()
    assert result.excluded == {code: 1}


def test_doctor_is_left_out_when_she_has_no_location_at_all() -> None:
    assert _match(surgeon("a")).excluded == {"no_location": 1}


def test_adult_specialty_counts_when_a_paediatric_code_is_beside_it() -> None:
    result = _match(oncologist("a", taxonomy_codes=("2080P0207X", "207RX0202X")), office("a"))
    assert len(result.matches) == 1


def test_palliative_doctor_is_listed_when_her_expertise_is_not_tied_to_a_type() -> None:
    doctor = surgeon("a", taxonomy_codes=("207RH0002X",), expertise=("palliative_care",))
    result = _match(doctor, office("a"), stage=Stage.FOUR)
    assert _codes(result) >= {"any_type", "offers"}


def test_oncologist_with_palliative_code_counts_as_palliative_when_type_is_another() -> None:
    doctor = surgeon(
        "a",
        taxonomy_codes=("207RX0202X", "207RH0002X"),
        expertise=("palliative_care", "peritoneal_mesothelioma"),
    )
    result = _match(doctor, office("a"), stage=Stage.FOUR)
    assert result.matches[0].reasons[0].params["short"] == "PC"


def test_far_doctor_is_left_out_when_the_wish_is_an_hour_and_another_is_near() -> None:
    result = _match(surgeon("a"), office("a"), surgeon("b"), office("b", "Boston"), travel=Travel.HOUR)
    assert [ranked.doctor.id for ranked in result.matches] == ["a"]
    assert result.excluded == {"too_far": 1}
    assert (result.widened, result.limit_miles) == (False, 60)


@pytest.mark.parametrize(("city", "limit"), [("Austin", 250), ("Boston", None)])
def test_wish_widens_and_says_so_when_nobody_is_near(city: str, limit: int | None) -> None:
    result = _match(surgeon("a"), office("a", city), travel=Travel.HOUR)
    assert (result.widened, result.limit_miles) == (True, limit)
    assert "beyond_wish" in _codes(result)


def test_wish_is_not_said_to_widen_when_nobody_is_left_to_find() -> None:
    result = _match(surgeon("a", accepts_new=False), office("a"), travel=Travel.HOUR)
    assert (result.widened, result.matches) == (False, ())


def test_nearest_location_counts_when_a_doctor_has_several() -> None:
    result = _match(surgeon("a"), office("a", "Boston"), office("a", "Austin"), travel=Travel.HALF_DAY)
    assert result.matches[0].location.city == "Austin"
    assert result.matches[0].distance_miles == pytest.approx(146.4, abs=1)


def test_doctor_without_coordinates_is_left_out_only_when_the_wish_has_a_limit() -> None:
    rows = (surgeon("a"), office("a"), surgeon("b"), office("b", lat=None, lon=None))
    assert _match(*rows, travel=Travel.HOUR).excluded == {"no_location": 1}
    anywhere = _match(*rows, travel=Travel.ANYWHERE)
    assert [ranked.doctor.id for ranked in anywhere.matches] == ["a", "b"]
    assert anywhere.matches[1].distance_miles is None
    assert "distance_not_known" in _codes(anywhere, 1)


def test_own_state_comes_first_when_the_place_is_not_known() -> None:
    rows = (surgeon("a"), office("a", "Boston"), surgeon("b"), office("b", "Austin"))
    result = _match(*rows, lat=None, lon=None, state="tx", travel=Travel.HOUR)
    assert [ranked.doctor.id for ranked in result.matches] == ["b", "a"]
    assert [ranked.parts["distance"] for ranked in result.matches] == [7.0, 1.75]
    assert [ranked.distance_miles for ranked in result.matches] == [None, None]
    assert "same_state" in _codes(result, 0)
    assert "other_state" in _codes(result, 1)
    assert result.limit_miles is None


@pytest.mark.parametrize(("lat", "lon"), [(None, None), (0.0, 0.0)])
def test_distance_counts_for_nobody_when_neither_place_nor_state_is_known(
    lat: float | None, lon: float | None
) -> None:
    result = _match(surgeon("a"), office("a"), lat=lat, lon=lon, state=None)
    assert result.matches[0].parts["distance"] == 0
    assert result.matches[0].distance_miles is None
    assert "distance_not_known" in _codes(result)


def test_nothing_matches_when_the_directory_is_empty() -> None:
    for diagnosis in Diagnosis:
        result = _match(diagnosis=diagnosis)
        assert (result.matches, result.excluded, result.considered) == ((), {}, 0)


@pytest.mark.parametrize(
    ("travel", "miles", "listed"),
    [
        (Travel.HOUR, 59.9, True),
        (Travel.HOUR, 60.1, False),
        (Travel.HALF_DAY, 249.9, True),
        (Travel.HALF_DAY, 250.1, False),
        (Travel.UNSURE, 250.1, True),
    ],
)
def test_doctor_is_listed_up_to_the_limit_when_the_wish_has_one(
    travel: Travel, miles: float, listed: bool
) -> None:
    north = 29.7604 + degrees(miles / EARTH_MILES)
    result = _match(surgeon("a"), office("a"), surgeon("b"), office("b", lat=north), travel=travel)
    assert ("b" in {ranked.doctor.id for ranked in result.matches}) is listed
