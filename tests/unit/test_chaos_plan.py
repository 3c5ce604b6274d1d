"""A whole run of `make chaos` ends within its minutes, and what it leaves comes first in the next."""

from pathlib import Path

from tests.chaos import __main__ as chaos
from tests.chaos import plan
from tests.chaos.experiment import EXPERIMENTS
from tests.chaos.plan import FIRST, MINUTES, Took, expected, planned, remember, remembered


def run_one(known: dict[str, Took], day: int) -> tuple[list[str], dict[str, Took]]:
    fits, _ = planned(list(EXPERIMENTS), known, MINUTES)
    ran = {name: Took(expected(name, known), f"2026-12-{day:02}T12:00") for name in fits}
    return fits, {**known, **ran}


def test_every_run_fits_and_four_see_everything() -> None:
    assert chaos.MODULES
    known: dict[str, Took] = {}
    seen: set[str] = set()
    for day in (1, 2, 3, 4):
        before = dict(known)
        fits, known = run_one(known, day)
        assert fits[0] == FIRST
        assert sum(expected(name, before) for name in fits) <= 60 * MINUTES < 20 * 60
        seen |= set(fits)
    assert seen == set(EXPERIMENTS)


def test_what_was_left_out_is_told_and_comes_next() -> None:
    known = {name: Took(300.0, "2026-12-01") for name in ("kill_storm", "a", "b")}
    assert planned(["a", "b", "kill_storm", "new"], known, 12) == (["kill_storm", "new", "a"], ["b"])
    assert planned(["a", "b", "kill_storm"], known, 0) == (["kill_storm", "a", "b"], [])


def test_times_are_remembered_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "took.json"
    remember("zombies", Took(190.0, "2026-12-01"), path)
    remember("poison", Took(80.0, "2026-12-02"), path)
    assert remembered(path) == {"zombies": Took(190.0, "2026-12-01"), "poison": Took(80.0, "2026-12-02")}


def test_guesses_name_experiments_that_exist() -> None:
    assert plan._GUESSES.keys() <= EXPERIMENTS.keys()
