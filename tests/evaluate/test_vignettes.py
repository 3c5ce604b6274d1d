"""The vignettes hold; the whole grid of rules is for `make evaluate`."""

from pathlib import Path

import pytest

from intake.rules.facts import CellType, Stage
from tests.evaluate.sample import TODAY, sample_snapshot
from tests.evaluate.vignettes import case_of, read_file, run_rules, run_vignettes
from workers.matching.rank import match

FINDINGS = {finding.name: finding for finding in run_vignettes()}
EDGES = ("77030", "99501", "96813", "00901", "09012")


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_list_has_what_it_must_when_the_family_is_a_vignette(name: str) -> None:
    assert FINDINGS[name].wrong == ()


@pytest.mark.parametrize("zip_code", EDGES)
def test_rules_hold_when_a_family_lives_at_an_edge(zip_code: str) -> None:
    findings = run_rules(places=[zip_code], cell_types=[CellType.UNKNOWN])
    assert {finding.says: finding.wrong for finding in findings if finding.wrong} == {}


@pytest.mark.parametrize("diagnosis", ["pericardial", "testicular"])
def test_list_is_the_same_at_any_stage_when_the_type_has_none(diagnosis: str) -> None:
    lists = set()
    for stage in Stage:
        case = case_of({"diagnosis": diagnosis, "stage": stage.value, "status": "new", "zip": "59715"})
        result = match(case, sample_snapshot(), today=TODAY)
        lists.add(tuple((ranked.doctor.id, ranked.score) for ranked in result.everybody))
    assert len(lists) == 1


def test_misspelt_word_is_named_when_a_block_is_read(tmp_path: Path) -> None:
    wrong = tmp_path / "vignettes.toml"
    wrong.write_text('rule = []\n[[vignette]]\nsays = "A family"\nmusst = ["TS"]\n')
    with pytest.raises(ValueError, match="musst"):
        read_file(wrong)
