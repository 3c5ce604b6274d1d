"""The PDF: tagged, Letter, one for each case, and never a word of markup from data."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from intake.documents.choose import Case, sections_for
from intake.documents.content import Kind, Review
from intake.documents.data import Brand, DoctorEntry, Wanted, document_data
from intake.documents.load import load_document
from intake.documents.render import _pdf_of, document_pages_png, document_pdf, guide_pdf, warm
from intake.errors import PermanentError
from intake.rules.facts import Diagnosis, Stage, TreatmentStatus
from tests.unit.documents.test_choose import CASES, GUIDE, questions

BRAND = Brand("Sample Advocates", "(555) 010-0199", sample=True)
REAL = Brand("Lakeside Family Help", "(555) 010-0142", sample=False)
CASE = Case(Diagnosis.PLEURAL, Stage.TWO, TreatmentStatus.NEW)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def test_the_pdf_is_tagged_for_screen_readers() -> None:
    pdf = guide_pdf(CASE, BRAND)
    root: Any = read(pdf).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_every_heading_is_a_bookmark_and_in_the_contents() -> None:
    pdf = guide_pdf(CASE, BRAND)
    titles = [section.title for section in sections_for(CASE, GUIDE)]
    marks = [mark.title for mark in read(pdf).outline if not isinstance(mark, list)]
    assert marks == [*titles, "Where the facts come from"]
    contents = " ".join(read(pdf).pages[1].extract_text().split())
    assert all(title in contents for title in titles)


def test_pages_are_letter_paper_and_numbered() -> None:
    pages = read(guide_pdf(CASE, BRAND)).pages
    assert {(float(page.mediabox.width), float(page.mediabox.height)) for page in pages} == {(612.0, 792.0)}
    assert f"Page 3 of {len(pages)}" in pages[2].extract_text()


def test_the_words_sources_and_questions_of_the_case_are_in_it() -> None:
    found = text(guide_pdf(CASE, BRAND))
    assert "Advice on surgery has changed." in found
    assert "awaiting clinical review" in found
    assert "Version 2026-11-1" in found
    assert "National Cancer Institute." in found
    assert all(question.text in found for question in questions(CASE))
    assert "HIPEC" not in found.replace("learn CRS with HIPEC", "")


def distinct_cases() -> list[Case]:
    """One of each pair that differ in no word."""
    shown = {sections_for(one, GUIDE): one for one in CASES}
    return list(shown.values())


@pytest.mark.parametrize("case", distinct_cases(), ids=str)
def test_every_case_that_differs_renders(case: Case) -> None:
    pages = read(guide_pdf(case, REAL)).pages
    assert 12 <= len(pages) <= 22


def test_the_cover_names_the_organisation_its_phone_and_that_it_is_a_sample() -> None:
    cover = read(guide_pdf(CASE, BRAND)).pages[0].extract_text()
    assert "Sample Advocates" in cover
    assert "(555) 010-0199" in cover
    assert "sample organization" in cover
    assert "sample" not in read(guide_pdf(CASE, REAL)).pages[0].extract_text().lower()


def test_nothing_in_a_name_is_read_as_markup() -> None:
    odd = Brand('#strong[x] $a$ *b* _c_ @d <e> \\ "q" // f', "(555) 010-0199", sample=False)
    cover = read(guide_pdf(CASE, odd)).pages[0].extract_text()
    assert '#strong[x] $a$ *b* _c_ @d <e> \\ "q" // f' in " ".join(cover.split())


@pytest.mark.parametrize("name", ["😀 Help", "x\x00y"])
def test_a_name_that_the_font_cannot_show_is_a_permanent_error(name: str) -> None:
    with pytest.raises(PermanentError, match="cannot be printed"):
        guide_pdf(CASE, Brand(name, "(555) 010-0199", sample=False))


def test_a_pdf_is_packed_and_the_same_words_give_the_same_bytes() -> None:
    first = guide_pdf(CASE, REAL)
    assert b"/ObjStm" in first
    _pdf_of.cache_clear()
    assert guide_pdf(CASE, REAL) == first


def test_large_print_is_eighteen_points_and_has_the_same_words() -> None:
    large = guide_pdf(CASE, REAL, large_print=True)
    assert len(read(large).pages) > len(read(guide_pdf(CASE, REAL)).pages)
    assert "Advice on surgery has changed." in text(large)
    sizes: list[float] = []
    read(large).pages[2].extract_text(visitor_text=lambda _text, _cm, _tm, _font, size: sizes.append(size))
    assert sizes.count(18.0) > len(sizes) / 3


@pytest.mark.parametrize("large_print", [False, True])
def test_the_cover_fits_one_page_when_the_name_is_long(large_print: bool) -> None:
    long = Brand("A Rather Long Name of a Desk for Families of the Great Lakes", "(555) 010-0199", True)
    pages = read(guide_pdf(CASE, long, large_print=large_print)).pages
    assert pages[1].extract_text().startswith("What is inside")


def test_the_same_case_is_rendered_once() -> None:
    assert guide_pdf(CASE, BRAND) is guide_pdf(Case(*("pleural", "2", "new")), BRAND)  # type: ignore[arg-type]


def test_cases_that_differ_in_no_word_share_one_guide() -> None:
    stages = [Case(Diagnosis.TESTICULAR, stage, TreatmentStatus.NEW) for stage in Stage]
    assert len({id(guide_pdf(case, BRAND)) for case in stages}) == 1


def test_warming_renders_every_guide_there_is() -> None:
    assert warm(BRAND) == len(distinct_cases())


def test_threads_may_render_at_once() -> None:
    brands = [Brand(f"Desk {number}", "(555) 010-0199", sample=True) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda brand: guide_pdf(CASE, brand), brands))
    for brand, pdf in zip(brands, made, strict=True):
        assert brand.name in read(pdf).pages[0].extract_text()


def test_pages_can_be_looked_at_as_pictures() -> None:
    pages = document_pages_png(Wanted(kind=Kind.GUIDE, case=CASE), BRAND)
    assert len(pages) == len(read(guide_pdf(CASE, BRAND)).pages)
    assert all(page.startswith(b"\x89PNG") for page in pages)


DOCTOR = DoctorEntry(
    key="1234567893",
    name="Ana Sample, MD",
    centre="Sample Center",
    place="Houston, TX",
    distance="about 12 miles",
    phone="(555) 010-0177",
    phone_link="+15550100177",
    reasons=("Treats this type often.",),
    sample=True,
)


def test_the_doctor_list_has_reasons_phone_and_what_to_have_ready() -> None:
    found = text(document_pdf(Wanted(kind=Kind.DOCTORS, case=CASE, doctors=(DOCTOR,)), REAL))
    for words in ("1. Ana Sample, MD", "about 12 miles away", "Phone: (555) 010-0177", "Treats this type"):
        assert words in found
    assert "What to have ready when you call" in found
    assert "We have no doctor for you yet" not in found


def test_the_doctor_list_on_paper_says_whom_a_nurse_spoke_about() -> None:
    chosen = replace(DOCTOR, key="2", name="Bea Sample, MD", chosen=True)
    off_list = replace(chosen, key="3", name="Cara Sample, MD", off_list=True)
    found = text(document_pdf(Wanted(kind=Kind.DOCTORS, case=CASE, doctors=(off_list, chosen, DOCTOR)), REAL))
    assert found.count("You spoke about this doctor with a nurse.") == 2
    assert found.count("Our newest list does not name this doctor.") == 1


def test_a_list_without_doctors_says_so() -> None:
    found = text(document_pdf(Wanted(kind=Kind.DOCTORS, case=CASE), REAL))
    assert "We have no doctor for you yet" in found
    assert "Offices move" not in found


def test_a_part_that_a_clinician_signed_names_her_and_the_rest_awaits_review() -> None:
    reviews = (("how", Review("Dr. Ana Example", date(2026, 11, 20))),)
    data = document_data(Wanted(kind=Kind.QUESTIONS, case=CASE, reviews=reviews), REAL)
    notes = {section["id"]: section["note"] for section in data["sections"]}
    assert notes["how"] == "Version 1, reviewed by Dr. Ana Example on 2026-11-20."
    assert notes["team"] == "Version 1, awaiting clinical review."
    assert "awaiting clinical review" in data["review"]


def test_a_document_is_called_reviewed_when_every_part_of_it_is() -> None:
    review = Review("Dr. Ana Example", date(2026, 11, 20))
    signed = tuple((section.id, review) for section in load_document(Kind.QUESTIONS).sections)
    data = document_data(Wanted(kind=Kind.QUESTIONS, case=CASE, reviews=signed), REAL)
    assert data["review"] == "Each part names the clinician who reviewed it."
