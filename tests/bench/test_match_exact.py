"""Ten thousand random families over random directories: the same list as the plain loops, each time."""

from random import Random

import pytest

from tests.unit.matching.brute import brute_match
from tests.unit.matching.directories import TODAY, random_case, random_rows
from workers.matching.rank import match
from workers.matching.snapshot import Snapshot

SIZES = (0, 1, 3, 10, 40, 150, 500)
PER_DIRECTORY = 40


@pytest.mark.long
def test_list_equals_the_brute_force_ten_thousand_times() -> None:
    chance, cases, directories = Random(20261124), 0, 0
    while cases < 10_000:
        doctors, locations = random_rows(chance, SIZES[directories % len(SIZES)])
        snapshot = Snapshot.build(doctors, locations, version=1)
        for _ in range(PER_DIRECTORY):
            case = random_case(chance)
            result = match(case, snapshot, today=TODAY)
            expected, excluded, widened = brute_match(case, doctors, locations, today=TODAY)
            assert [(ranked.doctor.id, ranked.score) for ranked in result.matches] == expected
            assert (result.excluded, result.widened) == (excluded, widened)
        cases, directories = cases + PER_DIRECTORY, directories + 1
    print(f"\n{cases:,} families over {directories} directories of up to {max(SIZES)} doctors: all equal")
