"""Every document in both sizes keeps the rules of PDF/UA that can be seen without veraPDF."""

import pytest
import typst

from intake.documents.choose import Case
from intake.documents.content import Kind
from intake.documents.data import Brand, Wanted
from intake.documents.render import document_pdf
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus
from tests.pdf_structure import problems
from tests.unit.documents.test_render import DOCTOR

BRAND = Brand("Lakeside Family Help", "(555) 010-0142", sample=False)
CASE = Case(Diagnosis.PERITONEAL, Stage.ADVANCED, TreatmentStatus.FULL_REMISSION)


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", list(Kind))
def test_document_keeps_the_rules_of_tagged_files(kind: Kind, language: Language, large_print: bool) -> None:
    wanted = Wanted(kind=kind, case=CASE, language=language, doctors=(DOCTOR,))
    assert problems(document_pdf(wanted, BRAND, large_print=large_print)) == []


def test_english_that_stands_in_for_spanish_is_tagged_as_english() -> None:
    wanted = Wanted(kind=Kind.QUESTIONS, case=CASE, language=Language.SPANISH)
    pdf = document_pdf(wanted, BRAND)
    assert problems(pdf) == []


def test_an_untagged_file_and_one_that_skips_a_level_are_found() -> None:
    page = b'#set document(title: "x")\n= One\n=== Three\n'
    assert problems(typst.compile(page, pdf_tags=False)) == ["7.1: no structure tree"]
    found = problems(typst.compile(page))
    assert "7.4: a heading of level 3 follows one of level 1" in found
    assert "5: no PDF/UA identification" in found
