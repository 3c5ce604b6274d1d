"""Who a family should not have to miss, who stands beside the list, and why the nearer are not on it."""

from datetime import timedelta
from math import degrees

import numpy as np
import pytest

from intake.rules.facts import Insurance, Relation, Stage, Travel
from intake.rules.nearer_words import nearer_texts
from intake.rules.relations import words_for
from workers.matching.case import Question
from workers.matching.geo import EARTH_MILES
from workers.matching.rank import MatchResult, match
from workers.matching.rules import field_of
from workers.matching.score import Scores
from workers.matching.snapshot import DoctorRow, LocationRow

from .directories import TODAY, case, office, oncologist, snapshot, surgeon

Rows = list[DoctorRow | LocationRow]
YOU = words_for(Relation.SELF)


def _match(*rows: DoctorRow | LocationRow, limit: int = 10, **facts: object) -> MatchResult:
    return match(case(**facts), snapshot(*rows), today=TODAY, limit=limit)


def _ids(result: MatchResult) -> list[str]:
    return [ranked.doctor.id for ranked in result.matches]


def _codes(result: MatchResult, id: str) -> set[str]:
    ranked = next(ranked for ranked in result.everybody if ranked.doctor.id == id)
    return {reason.code for reason in ranked.reasons}


def _crowd(city: str, size: int, **facts: object) -> Rows:
    rows: Rows = []
    for number in range(size):
        id = f"{city}{number:02}"
        rows += [surgeon(id, **facts), office(id, city)]
    return rows


def test_nearest_surgeon_is_listed_when_a_dozen_with_more_experience_work_far_away() -> None:
    rows = [*_crowd("Boston", 12, volume_band="high"), surgeon("near"), office("near")]
    result = _match(*rows)
    assert _ids(result)[-1] == "near"
    assert "nearest" in _codes(result, "near")
    assert len(result.matches) == 10


def test_most_experienced_oncologist_is_listed_when_a_dozen_work_nearer() -> None:
    rows: Rows = [oncologist("far", volume_band="high"), office("far", "Honolulu")]
    for number in range(12):
        rows += [oncologist(f"n{number:02}"), office(f"n{number:02}")]
    result = _match(*rows, stage=Stage.TWO)
    assert "far" in _ids(result)
    assert "most_experienced" in _codes(result, "far")


def test_nobody_is_called_most_experienced_when_no_experience_is_known() -> None:
    assert "most_experienced" not in _codes(_match(surgeon("a"), office("a")), "a")


def test_palliative_doctor_is_listed_when_guidance_names_her_and_others_would_fill_the_list() -> None:
    rows: Rows = [
        surgeon("p", taxonomy_codes=("207RH0002X",), expertise=("palliative_care",), accepts_new=None),
        office("p", "Boston"),
    ]
    for number in range(12):
        rows += [oncologist(f"n{number:02}", volume_band="high"), office(f"n{number:02}")]
    late = _match(*rows, stage=Stage.FOUR)
    assert "supportive" in _codes(late, "p")
    assert len(late.matches) == 10
    assert "p" not in _ids(_match(*rows, stage=Stage.TWO))


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_best_by_score_is_never_pushed_out_when_the_list_is_short(limit: int) -> None:
    rows = [*_crowd("Boston", 5, volume_band="high"), surgeon("near"), office("near")]
    result = _match(*rows, limit=limit)
    assert _ids(result)[0] == "Boston00"
    assert len(result.matches) == limit


def test_nearer_of_two_alike_leads_when_the_other_has_every_small_advantage() -> None:
    rows = (
        surgeon("near", volume_band="high", verified_on=None),
        office("near"),
        surgeon("far", volume_band="high", video=True),
        office("far", "New York"),
    )
    for travel in (Travel.UNSURE, Travel.ANYWHERE):
        assert _ids(_match(*rows, travel=travel)) == ["near", "far"]


def test_video_opinion_stands_beside_when_the_wish_is_an_hour_and_nobody_near_gives_one() -> None:
    rows = (
        surgeon("near"),
        office("near"),
        surgeon("far", video=True, volume_band="high"),
        office("far", "Boston"),
    )
    result = _match(*rows, travel=Travel.HOUR)
    assert _ids(result) == ["near"]
    assert [(ranked.rank, ranked.doctor.id) for ranked in result.beside] == [(2, "far")]
    assert "beside_video" in _codes(result, "far")
    assert _match(*rows, travel=Travel.UNSURE).beside == ()


def test_no_video_option_is_added_when_the_list_has_one() -> None:
    rows = (surgeon("near", video=True), office("near"), surgeon("far", video=True), office("far", "Boston"))
    assert _match(*rows, travel=Travel.HOUR).beside == ()


def test_veterans_doctor_stands_beside_when_two_of_each_kind_are_better() -> None:
    rows = [*_crowd("Houston", 12, volume_band="high"), surgeon("v")]
    place = office("v", "Austin", centre="Sample VA", designation="va")
    veteran = _match(*rows, place, veteran=True)
    assert [ranked.doctor.id for ranked in veteran.beside] == ["v"]
    assert {"beside_va", "veterans"} <= _codes(veteran, "v")
    assert "v" not in _ids(veteran)
    assert _match(*rows, place).beside == ()


def test_insurance_moves_points_but_leaves_nobody_out_when_named() -> None:
    rows = (
        surgeon("a", insurance=("private",)),
        office("a"),
        surgeon("b"),
        office("b"),
        surgeon("c", insurance=("medicare", "private")),
        office("c"),
    )
    result = _match(*rows, insurance=Insurance.MEDICARE)
    assert _ids(result) == ["c", "b", "a"]
    assert [ranked.parts["insurance"] for ranked in result.matches] == [2, 1, 0]
    assert "takes_insurance" in _codes(result, "c")
    assert "insurance_not_known" in _codes(result, "a")
    assert _ids(_match(*rows)) == ["a", "b", "c"]


def test_nearer_doctors_are_told_by_reason_when_the_first_is_far() -> None:
    centre = {"centre": "Sample centre A"}
    rows: Rows = [surgeon("far", volume_band="high"), office("far", "Boston")]
    for id in ("x1", "x2"):
        rows += [surgeon(id, expertise=("staging",)), office(id)]
    rows += [oncologist("o", expertise=()), office("o"), surgeon("full", accepts_new=False), office("full")]
    for id in ("c1", "c2", "c3"):
        rows += [surgeon(id), office(id, **centre)]
    texts = nearer_texts(_Stored(_match(*rows)), YOU)
    assert texts == [
        "Two nearer surgeons do not treat mesothelioma in the lining of the lung, as far as we know.",
        "One nearer doctor does not treat mesothelioma in the lining of the lung, as far as we know.",
        "One nearer surgeon was not taking new patients when we last checked.",
        "One nearer doctor works at a center from which we already name two.",
    ]


class _Stored:
    def __init__(self, result: MatchResult) -> None:
        self.nearer = [reason.to_json() for reason in result.nearer]


def test_nearer_doctors_who_fit_are_counted_when_the_list_is_full_without_them() -> None:
    rows = [*_crowd("Boston", 12, volume_band="high"), *_crowd("Houston", 3)]
    result = _match(*rows)
    assert {reason.code: reason.params["count"] for reason in result.nearer} == {"nearer_lower": 2}


def test_nearer_doctor_counts_once_when_both_her_offices_are_near() -> None:
    rows = (surgeon("a"), office("a", "Boston"), surgeon("x", expertise=()))
    (reason,) = _match(*rows, office("x"), office("x", id="x2", lat=29.8)).nearer
    assert reason.params["count"] == 1


def test_nothing_is_said_of_nearer_doctors_when_the_first_is_the_nearest_or_no_place_is_known() -> None:
    rows = (surgeon("a"), office("a"), surgeon("x", expertise=()), office("x", "Austin"))
    assert _match(*rows).nearer == ()
    assert _match(*rows, lat=None, lon=None).nearer == ()


def test_nearer_doctor_is_found_across_the_date_line_and_beyond_the_box_edge() -> None:
    rows = (
        surgeon("far"),
        office("far", "Honolulu"),
        surgeon("x", expertise=()),
        office("x", "Hagatna", lat=0.5, lon=-179.9),
    )
    result = _match(*rows, lat=0.5, lon=179.9)
    assert [reason.code for reason in result.nearer] == ["nearer_no_experience"]


@pytest.mark.parametrize("miles", [0.0, 3.0])
def test_neighbour_of_the_first_is_not_called_nearer_when_as_far_or_farther(miles: float) -> None:
    north = 29.9 + degrees(miles / EARTH_MILES)
    rows = (surgeon("a"), office("a", lat=29.9), surgeon("x", expertise=()), office("x", lat=north))
    assert _match(*rows).nearer == ()


def test_best_is_found_when_the_straight_line_flatters_one_who_is_very_far() -> None:
    north = 29.7604 + degrees(1890 / EARTH_MILES)
    rows = (
        oncologist("flattered"),
        office("flattered", "Hagatna"),
        oncologist("better", verified_on=TODAY - timedelta(days=181)),
        office("better", lat=north),
    )
    question = Question.of(case(stage=Stage.FOUR), today=TODAY)
    scores = Scores(question, field_of(question, snapshot(*rows)).near)
    exact = scores.exact(np.arange(2))
    assert int(scores.first(1)[0]) == int(exact.argmax())
    assert int(exact.argmax()) == 0
