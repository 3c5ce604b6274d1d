"""What holds for every directory and every family, held on invented ones."""

from dataclasses import fields, replace
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.rules.expertise import Designation
from workers.matching.case import MatchCase, Question
from workers.matching.choose import Choice
from workers.matching.explain import parts_of
from workers.matching.rank import MatchResult, _seen, match
from workers.matching.rules import field_of
from workers.matching.score import PARTS, Scores
from workers.matching.snapshot import DoctorRow, LocationRow, Snapshot

from .brute import brute_match
from .directories import TODAY, random_case, random_rows

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
SIZES = st.sampled_from([0, 1, 2, 7, 40, 150, 500])
WHERE = {"too_far", "no_location"}


def _draw(seed: int, size: int) -> tuple[MatchCase, list[DoctorRow], list[LocationRow], Snapshot]:
    chance = Random(seed)
    doctors, locations = random_rows(chance, size)
    return random_case(chance), doctors, locations, Snapshot.build(doctors, locations, version=1)


def _matched(seed: int, size: int) -> tuple[MatchCase, Snapshot, MatchResult]:
    case, _, _, snapshot = _draw(seed, size)
    return case, snapshot, match(case, snapshot, today=TODAY)


@given(SEEDS, SIZES)
@settings(max_examples=150, deadline=None)
def test_list_equals_the_brute_force_when_directory_and_case_are_random(seed: int, size: int) -> None:
    case, doctors, locations, snapshot = _draw(seed, size)
    result = match(case, snapshot, today=TODAY)
    expected, excluded, widened = brute_match(case, doctors, locations, today=TODAY)
    assert [(ranked.doctor.id, ranked.score) for ranked in result.matches] == expected
    assert result.excluded == excluded
    assert result.widened == widened


@given(SEEDS, SIZES)
@settings(max_examples=60, deadline=None)
def test_explanation_equals_the_vectorised_pass_when_every_doctor_left_is_explained(
    seed: int, size: int
) -> None:
    case, _, _, snapshot = _draw(seed, size)
    question = Question.of(case, today=TODAY)
    near = field_of(question, snapshot).near
    exact = Scores(question, near).exact(np.arange(len(near)))
    for at in range(len(near)):
        explained = parts_of(question, _seen(question, Choice(int(near.doctors[at]), near, at)))
        assert tuple(explained) == PARTS
        assert sum(explained.values()) == exact[at]


@given(SEEDS, SIZES, st.sampled_from([1, 3, 10, 60]))
@settings(max_examples=60, deadline=None)
def test_first_ones_are_those_of_a_full_sort_when_only_a_bound_was_computed(
    seed: int, size: int, look: int
) -> None:
    case, _, _, snapshot = _draw(seed, size)
    question = Question.of(case, today=TODAY)
    scores = Scores(question, field_of(question, snapshot).near)
    everybody = np.arange(len(scores.group))
    full = everybody[np.argsort(-scores.exact(everybody), kind="stable")]
    assert scores.first(look).tolist() == full[:look].tolist()


@given(SEEDS, SIZES)
@settings(max_examples=60, deadline=None)
def test_parts_sum_to_score_and_nobody_is_lost_when_anything_is_matched(seed: int, size: int) -> None:
    _, snapshot, result = _matched(seed, size)
    for ranked in (*result.matches, *result.beside):
        assert abs(sum(ranked.parts.values()) - ranked.score) < 1e-9
        assert 0 <= ranked.score <= 100
    assert result.considered + sum(result.excluded.values()) == len(snapshot)


@given(SEEDS, SIZES)
@settings(max_examples=60, deadline=None)
def test_order_is_by_score_then_npi_and_centres_are_capped_when_listed(seed: int, size: int) -> None:
    _, _, result = _matched(seed, size)
    assert [ranked.rank for ranked in (*result.matches, *result.beside)] == list(
        range(1, len(result.matches) + len(result.beside) + 1)
    )
    for better, worse in pairwise(result.matches):
        key = (-better.score, better.doctor.npi is None, better.doctor.npi or "", better.doctor.id)
        assert key < (-worse.score, worse.doctor.npi is None, worse.doctor.npi or "", worse.doctor.id)
    centres = [ranked.centre for ranked in result.matches if ranked.centre]
    assert all(centres.count(centre) <= 2 for centre in centres)


@given(SEEDS, SIZES)
@settings(max_examples=40, deadline=None)
def test_same_list_when_rows_arrive_in_another_order(seed: int, size: int) -> None:
    case, doctors, locations, snapshot = _draw(seed, size)
    shuffled = Snapshot.build(reversed(doctors), sorted(locations, key=lambda row: row.city), version=2)
    first, second = match(case, snapshot, today=TODAY), match(case, shuffled, today=TODAY)
    assert first.matches == second.matches
    assert first.excluded == second.excluded


@given(SEEDS, st.sampled_from([2, 7, 40]))
@settings(max_examples=60, deadline=None)
def test_doctor_never_falls_when_she_moves_to_the_family(seed: int, size: int) -> None:
    case, doctors, locations, snapshot = _draw(seed, size)
    before = match(case, snapshot, today=TODAY, limit=size)
    if case.place is None or not before.matches:
        return
    mover = before.matches[-1]
    moved = [
        replace(row, lat=case.lat, lon=case.lon) if row.id == mover.location.id else row for row in locations
    ]
    after = match(case, Snapshot.build(doctors, moved, version=2), today=TODAY, limit=size)
    now = next(ranked for ranked in after.matches if ranked.doctor.id == mover.doctor.id)
    assert now.score >= mover.score
    if set(before.excluded) & WHERE == set(after.excluded) & WHERE:
        assert now.rank <= mover.rank


@given(SEEDS, SIZES)
@settings(max_examples=60, deadline=None)
def test_veterans_hospitals_stand_beside_and_move_nobody_when_the_patient_is_a_veteran(
    seed: int, size: int
) -> None:
    case, _, _, snapshot = _draw(seed, size)
    civilian = match(replace(case, veteran=False), snapshot, today=TODAY)
    veteran = match(replace(case, veteran=True), snapshot, today=TODAY)
    assert not {"beside_va"} & _codes(civilian)
    assert [r.doctor.id for r in veteran.matches] == [r.doctor.id for r in civilian.matches]
    for_veterans = veteran.beside[len(civilian.beside) :]
    assert len(for_veterans) <= 2
    assert len({ranked.doctor.id for ranked in veteran.everybody}) == len(veteran.everybody)
    for ranked in for_veterans:
        assert {"veterans", "beside_va"} <= {reason.code for reason in ranked.reasons}


def _codes(result: MatchResult) -> set[str]:
    return {reason.code for ranked in result.everybody for reason in ranked.reasons}


def test_rows_hold_no_payment_when_their_fields_are_listed() -> None:
    names = {field.name for row in (DoctorRow, LocationRow) for field in fields(row)}
    words = ("pay", "fee", "sponsor", "paid", "price", "amount", "bid", "referral", "tier")
    assert not [name for name in names for word in words if word in name]
    assert {field.name for field in fields(DoctorRow)} == {
        "id", "npi", "name", "sample", "taxonomy_codes", "expertise", "languages", "accepts_new",
        "video", "verified_on", "volume_band", "insurance",
    }  # fmt: skip


def test_every_designation_is_weighed_or_left_out_on_purpose_when_one_is_added() -> None:
    from intake.rules.weights import WEIGHTS

    for balance in (WEIGHTS.general, WEIGHTS.surgical):
        assert set(balance.designation) == {*Designation} - {Designation.VA}
