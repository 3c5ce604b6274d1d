"""Which sections and questions fit whom, for every answer a family can give."""

import itertools

import pytest

from intake.guides.choose import GuideCase, questions_for, sections_for, sources_for
from intake.guides.content import BlockKind, load_guide, parse_blocks
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus

CASES = [GuideCase(*answers) for answers in itertools.product(Diagnosis, Stage, TreatmentStatus)]
FOR_EVERYBODY = {
    "start", "what", "cells", "specialist", "remission", "trials", "palliative", "veterans", "money",
    "families", "questions",
}  # fmt: skip


def ids(case: GuideCase) -> list[str]:
    return [section.id for section in sections_for(case)]


def case(diagnosis: str, stage: str = "unknown", status: str = "new") -> GuideCase:
    return GuideCase(Diagnosis(diagnosis), Stage(stage), TreatmentStatus(status))


@pytest.mark.parametrize("one", CASES, ids=str)
def test_every_case_gets_what_everybody_needs_and_what_is_its_own(one: GuideCase) -> None:
    found = ids(one)
    assert set(found) >= FOR_EVERYBODY
    assert len(found) == len(set(found))
    assert len([name for name in found if name.startswith("treat_")]) == 1
    assert len([name for name in found if name.startswith("stage_")]) == 1
    assert len([name for name in found if name.startswith("status_")]) == 1
    assert found[0] == "start"
    assert found[-1] == "questions"


@pytest.mark.parametrize("one", CASES, ids=str)
def test_every_case_gets_a_short_list_of_questions(one: GuideCase) -> None:
    assert 5 <= len(questions_for(one)) <= 12


@pytest.mark.parametrize("diagnosis", ["pericardial", "testicular", "unsure"])
def test_the_stage_changes_nothing_when_the_type_has_none(diagnosis: str) -> None:
    assert len({tuple(ids(case(diagnosis, stage))) for stage in Stage}) == 1


def test_no_other_types_treatments_are_shown_when_the_type_is_known() -> None:
    for one in CASES:
        treatment = next(name for name in ids(one) if name.startswith("treat_"))
        assert treatment == f"treat_{one.diagnosis}"


@pytest.mark.parametrize(
    ("stage", "own"),
    [
        ("1", ["pleural_1"]),
        ("2", ["pleural_2"]),
        ("3", ["pleural_3"]),
        ("4", ["pleural_4"]),
        ("early", ["pleural_1", "pleural_2"]),
        ("advanced", ["pleural_3", "pleural_4"]),
        ("unknown", ["pleural_unknown"]),
    ],
)
def test_early_and_advanced_get_both_stages_they_may_be(stage: str, own: list[str]) -> None:
    assert [name for name in ids(case("pleural", stage)) if name.startswith("pleural_")] == own


@pytest.mark.parametrize("status", ["full_remission", "local_recurrence", "distant_recurrence"])
def test_first_choices_by_stage_are_left_out_when_treatment_is_behind(status: str) -> None:
    found = ids(case("pleural", "1", status))
    assert not [name for name in found if name.startswith("pleural_")]


def test_not_knowing_never_gives_fewer_sections_than_knowing() -> None:
    for one in CASES:
        unknown = GuideCase(one.diagnosis, Stage.UNKNOWN, one.status)
        if one.stage not in (Stage.EARLY, Stage.ADVANCED):
            assert len(ids(unknown)) >= len(ids(one))


def test_the_lung_type_is_told_that_advice_on_surgery_has_changed() -> None:
    sections = sections_for(case("pleural", "2"))
    notices = [block.lines[0] for s in sections for block in s.blocks if block.kind is BlockKind.NOTICE]
    assert any("Advice on surgery has changed" in line for line in notices)


def test_people_in_treatment_are_told_first_not_to_stop_it() -> None:
    section = next(s for s in sections_for(case("pleural", "3", "treatment")) if s.id == "status_treatment")
    assert section.blocks[0].kind is BlockKind.NOTICE
    assert section.blocks[0].lines[0].startswith("Do not stop")


def test_sources_are_listed_once_and_in_the_order_they_are_named() -> None:
    sections = sections_for(case("peritoneal", "2"))
    listed = [source.id for source in sources_for(sections)]
    assert len(listed) == len(set(listed))
    assert set(listed) == {name for section in sections for name in section.sources}


def test_every_source_of_the_guide_is_used() -> None:
    guide = load_guide()
    assert {name for section in guide.sections for name in section.sources} == guide.sources.keys()


def test_facts_have_sources_and_nothing_counts_as_reviewed_yet() -> None:
    for section in load_guide().sections:
        assert section.sources or section.id in {"start", "questions"}
        assert not section.reviewed


def test_a_body_becomes_paragraphs_lists_headings_and_notices() -> None:
    blocks = parse_blocks("One\ntwo.\n\n## Head\n\n- a - b\n- c\n  d\n\n! Mind\nthis.\n")
    assert [(block.kind.value, block.lines) for block in blocks] == [
        ("text", ("One two.",)),
        ("heading", ("Head",)),
        ("items", ("a - b", "c d")),
        ("notice", ("Mind this.",)),
    ]
