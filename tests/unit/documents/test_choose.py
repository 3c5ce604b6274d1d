"""Which sections and questions fit whom, for every answer a family can give."""

import itertools

import pytest

from intake.documents.articles import ARTICLES, load_article
from intake.documents.choose import Case, sections_for, sources_for
from intake.documents.content import BlockKind, Document, Kind, Question, Section
from intake.documents.data import Brand, Wanted, document_data
from intake.documents.load import load_document, load_questions, load_sources, parse_blocks
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus

GUIDE = load_document(Kind.GUIDE)
CHECKLIST = load_document(Kind.QUESTIONS)
AFTER = load_document(Kind.AFTER_TREATMENT)
CASES = [Case(*answers) for answers in itertools.product(Diagnosis, Stage, TreatmentStatus)]
FOR_EVERYBODY = {
    "start", "what", "cells", "specialist", "remission", "trials", "palliative", "veterans", "money",
    "families", "questions",
}  # fmt: skip


def ids(case: Case, document: Document = GUIDE) -> list[str]:
    return [section.id for section in sections_for(case, document)]


def questions(case: Case, document: Document = GUIDE) -> list[Question]:
    return [question for section in sections_for(case, document) for question in section.questions]


def case(diagnosis: str, stage: str = "unknown", status: str = "new") -> Case:
    return Case(Diagnosis(diagnosis), Stage(stage), TreatmentStatus(status))


@pytest.mark.parametrize("one", CASES, ids=str)
def test_every_case_gets_what_everybody_needs_and_what_is_its_own(one: Case) -> None:
    found = ids(one)
    assert set(found) >= FOR_EVERYBODY
    assert len(found) == len(set(found))
    assert len([name for name in found if name.startswith("treat_")]) == 1
    assert len([name for name in found if name.startswith("stage_")]) == 1
    assert len([name for name in found if name.startswith("status_")]) == 1
    assert found[0] == "start"
    assert found[-1] == "questions"


@pytest.mark.parametrize("one", CASES, ids=str)
def test_every_case_gets_a_short_list_of_questions(one: Case) -> None:
    assert 5 <= len(questions(one)) <= 12


@pytest.mark.parametrize("one", CASES, ids=str)
def test_the_checklist_has_what_the_guide_asks_and_more_and_no_head_without_questions(one: Case) -> None:
    asked = questions(one, CHECKLIST)
    assert {question.id for question in questions(one)} < {question.id for question in asked}
    assert len(asked) == len({question.id for question in asked}) <= 30
    assert all(section.questions for section in sections_for(one, CHECKLIST) if section.id != "how")


@pytest.mark.parametrize("status", ["full_remission", "partial_remission"])
def test_people_in_remission_are_asked_about_checkups_and_not_about_the_first_choice(status: str) -> None:
    found = {question.id for question in questions(case("pleural", "2", status), CHECKLIST)}
    assert {"checkups", "signs", "if_it_returns"} <= found
    assert not {"sure", "wait", "no_treatment"} & found


@pytest.mark.parametrize("diagnosis", ["pleural", "peritoneal", "pericardial", "testicular"])
def test_signs_of_return_are_those_of_the_own_type(diagnosis: str) -> None:
    found = [name for name in ids(case(diagnosis, "2", "full_remission"), AFTER) if "signs" in name]
    assert found == ["signs", f"signs_{diagnosis}"]


def test_the_page_on_checkups_has_its_questions_whoever_opens_it() -> None:
    """On the web nobody has said yet how things stand."""
    wanted = Wanted(kind=Kind.AFTER_TREATMENT, case=case("pleural", "2", "unsure"))
    assert document_data(wanted, Brand("Desk", "(555) 010-0142", sample=False))["sections"][-1]["questions"]


def test_every_question_belongs_to_a_head_of_the_checklist() -> None:
    assert {question.group for question in load_questions()} == {s.asks for s in CHECKLIST.sections} - {""}
    assert len({question.id for question in load_questions()}) == len(load_questions())


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
        unknown = Case(one.diagnosis, Stage.UNKNOWN, one.status)
        if one.stage not in (Stage.EARLY, Stage.ADVANCED):
            assert len(ids(unknown)) >= len(ids(one))


def test_the_lung_type_is_told_that_advice_on_surgery_has_changed() -> None:
    sections = sections_for(case("pleural", "2"), GUIDE)
    notices = [block.lines[0] for s in sections for block in s.blocks if block.kind is BlockKind.NOTICE]
    assert any("Advice on surgery has changed" in line for line in notices)


def test_people_in_treatment_are_told_first_not_to_stop_it() -> None:
    found = sections_for(case("pleural", "3", "treatment"), GUIDE)
    section = next(section for section in found if section.id == "status_treatment")
    assert section.blocks[0].kind is BlockKind.NOTICE
    assert section.blocks[0].lines[0].startswith("Do not stop")


def test_sources_are_listed_once_and_in_the_order_they_are_named() -> None:
    sections = sections_for(case("peritoneal", "2"), GUIDE)
    listed = [source.id for source in sources_for(sections)]
    assert len(listed) == len(set(listed))
    assert set(listed) == {source.id for section in sections for source in section.sources}


def every_section() -> list[Section]:
    return [section for kind in Kind for section in load_document(kind).sections]


def test_every_source_is_used() -> None:
    articles = [load_article(path.stem) for path in (ARTICLES / "en").glob("*.toml")]
    read = [*every_section(), *(part for article in articles for part in article.sections)]
    assert {source.id for section in read for source in section.sources} == load_sources().keys()


def test_facts_have_sources() -> None:
    """What is said without one is how to use a page, what to keep, and about ourselves."""
    own = {"start", "questions", "how", "team", "folder", "list", "none", "say", "choosing"}
    assert {section.id for section in every_section() if not section.sources} <= own


def test_a_body_becomes_paragraphs_lists_headings_and_notices() -> None:
    blocks = parse_blocks("One\ntwo.\n\n## Head\n\n- a - b\n- c\n  d\n\n! Mind\nthis.\n")
    assert [(block.kind.value, block.lines) for block in blocks] == [
        ("text", ("One two.",)),
        ("heading", ("Head",)),
        ("items", ("a - b", "c d")),
        ("notice", ("Mind this.",)),
    ]
