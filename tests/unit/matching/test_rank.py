"""What outranks what, the cap per centre, and what a line of the list carries."""

import itertools
import json
from datetime import timedelta
from math import inf

import pytest

from intake.rules.expertise import VolumeBand
from intake.rules.facts import CellType, Diagnosis, Language, Stage, Travel, TreatmentStatus
from intake.rules.weights import POINT, RULE_VERSION, WEIGHTS
from workers.matching.rank import MatchResult, match
from workers.matching.snapshot import DoctorRow, LocationRow

from .directories import TODAY, case, office, oncologist, snapshot, surgeon


def _match(*rows: DoctorRow | LocationRow, **facts: object) -> MatchResult:
    return match(case(**facts), snapshot(*rows), today=TODAY)


def _order(result: MatchResult) -> list[str]:
    return [ranked.doctor.id for ranked in result.matches]


@pytest.mark.parametrize(("better", "worse"), [("high", "some"), ("some", "few"), ("few", None)])
def test_more_experienced_surgeon_far_away_leads_when_the_case_is_surgical(
    better: str, worse: str | None
) -> None:
    result = _match(
        surgeon("near", volume_band=worse),
        office("near"),
        surgeon("far", volume_band=better),
        office("far", "Honolulu"),
    )
    assert result.guidance.surgical
    assert _order(result) == ["far", "near"]


def test_every_step_of_experience_outweighs_all_of_distance_when_surgical() -> None:
    balance = WEIGHTS.surgical
    steps = {v + d for v in (0, *balance.volume.values()) for d in (0, *balance.designation.values())}
    ordered = sorted(steps)
    gaps = [high - low for low, high in itertools.pairwise(ordered)]
    assert min(gaps) > balance.distance


def test_nearer_oncologist_leads_when_drugs_come_first() -> None:
    result = _match(
        oncologist("near", volume_band="some"),
        office("near"),
        oncologist("far", volume_band="high"),
        office("far", "Honolulu"),
        stage=Stage.FOUR,
    )
    assert _order(result) == ["near", "far"]


def test_equal_specialties_score_alike_when_the_guidance_ranks_them_together() -> None:
    codes = {"medical": "207RX0202X", "blood": "207RH0003X"}
    rows = [oncologist(id, taxonomy_codes=(code,)) for id, code in codes.items()]
    result = _match(*rows, office("medical"), office("blood"), stage=Stage.TWO)
    assert result.matches[0].score == result.matches[1].score


def test_lower_npi_leads_and_none_comes_last_when_scores_tie() -> None:
    rows = [surgeon("c"), surgeon("b", npi="1000000009"), surgeon("a", npi="1999999999")]
    result = _match(*rows, *(office(id) for id in "abc"))
    assert _order(result) == ["b", "a", "c"]


def test_third_doctor_of_a_centre_gives_way_when_the_centre_has_two() -> None:
    rows: list[DoctorRow | LocationRow] = []
    for id in "abcd":
        rows += [surgeon(id, volume_band="high"), office(id, centre="Sample centre A")]
    result = _match(*rows, surgeon("e"), office("e", "Boston"))
    assert _order(result) == ["a", "b", "e"]
    assert result.considered == 5


def test_cap_does_not_hold_when_doctors_work_at_no_centre() -> None:
    rows: list[DoctorRow | LocationRow] = []
    for id in "abcdefghijkl":
        rows += [surgeon(id), office(id)]
    assert _order(_match(*rows)) == list("abcdefghij")


def test_list_is_filled_when_hundreds_of_one_centre_stand_before_the_rest() -> None:
    rows: list[DoctorRow | LocationRow] = []
    for number in range(400):
        id = f"{number:03}"
        rows += [surgeon(id, volume_band="high"), office(id, centre="Sample centre A")]
    result = _match(*rows, surgeon("x"), office("x", "Boston"), surgeon("y"), office("y", "Chicago"))
    assert _order(result) == ["000", "001", "y", "x"]


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_list_is_as_long_as_asked_when_there_are_enough(limit: int) -> None:
    built = snapshot(surgeon("a"), office("a"), surgeon("b"), office("b"), surgeon("c"), office("c"))
    assert len(match(case(), built, today=TODAY, limit=limit).matches) == min(limit, 3)


@pytest.mark.parametrize(("days", "points"), [(0, 4), (180, 4), (181, 3), (365, 3), (366, 1), (731, 0)])
def test_stale_facts_earn_less_when_they_age(days: int, points: float) -> None:
    result = _match(surgeon("a", verified_on=TODAY - timedelta(days=days)), office("a"))
    assert result.matches[0].parts["freshness"] == points


def test_doctor_who_speaks_the_language_gains_when_it_is_spanish() -> None:
    rows = (surgeon("a"), office("a"), surgeon("b", languages=("es",)), office("b"))
    assert _order(_match(*rows, language=Language.SPANISH)) == ["b", "a"]
    assert _order(_match(*rows, language=Language.ENGLISH)) == ["a", "b"]


def test_full_marks_are_a_hundred_when_everything_fits() -> None:
    for balance in (WEIGHTS.general, WEIGHTS.surgical):
        most = WEIGHTS.by_priority[0] + WEIGHTS.type_shown + WEIGHTS.leading_treatment
        most += WEIGHTS.further_treatment * WEIGHTS.further_most + balance.distance
        most += max(balance.volume.values()) + max(balance.designation.values())
        most += WEIGHTS.accepting + WEIGHTS.video + WEIGHTS.spoken + WEIGHTS.taken + WEIGHTS.freshness[0][1]
        assert most == 100 * POINT


def test_travel_wishes_are_miles_when_they_have_a_limit() -> None:
    assert dict(WEIGHTS.travel) == {Travel.HOUR: 60, Travel.HALF_DAY: 250}
    assert set(WEIGHTS.general.volume) == {*VolumeBand}


def test_summary_has_the_contract_of_the_command_when_printed_as_json() -> None:
    result = _match(surgeon("a", npi="1000000001"), office("a", centre="Sample centre A"))
    summary = json.loads(json.dumps(result.matches[0].summary()))
    assert {"npi", "name", "score", "parts", "distance_miles", "location", "centre"} <= set(summary)
    assert {"taxonomy_codes", "reasons"} <= set(summary)
    assert set(summary["location"]) >= {"lat", "lon"}
    assert summary["centre"] == "Sample centre A"
    assert result.rule_version == RULE_VERSION
    assert -inf < summary["score"] < inf


def test_chest_surgeon_is_nowhere_in_the_list_when_peritoneal() -> None:
    everything = ("pleural_mesothelioma", "peritoneal_mesothelioma", "crs_hipec")
    rows = (
        surgeon("a", expertise=everything, volume_band="high"),
        office("a"),
        surgeon("b", expertise=everything, taxonomy_codes=("2086X0206X",)),
        office("b", "Boston"),
    )
    for stage in Stage:
        for status in TreatmentStatus:
            result = _match(*rows, diagnosis=Diagnosis.PERITONEAL, stage=stage, status=status)
            assert "a" not in _order(result)


@pytest.mark.parametrize("cell_type", [CellType.SARCOMATOID, CellType.BIPHASIC])
def test_oncologist_leads_the_surgeon_when_cells_are_not_epithelioid(cell_type: CellType) -> None:
    rows = (surgeon("a"), office("a"), oncologist("b"), office("b"))
    assert _order(_match(*rows)) == ["a", "b"]
    assert _order(_match(*rows, cell_type=cell_type)) == ["b", "a"]
