"""A batch as one file: each letter on its own sheets, its address alone on the first page."""

import io

import pytest
from pypdf import PdfReader

from intake.documents.choose import Case
from intake.documents.content import Kind
from intake.documents.data import Brand, Wanted
from intake.documents.paper import PaperLetter, Printed, letters_pdf
from intake.errors import PermanentError
from intake.rules.facts import Diagnosis, Language, Stage, TreatmentStatus
from intake.rules.post import can_be_printed, names_illness
from tests.letters import address

BRAND = Brand("Mesothelioma Help Desk", "(555) 010-0142", sample=False)
SENDER = ("100 Sample Street", "Springfield, IL 62701")
CASE = Case(Diagnosis.PLEURAL, Stage.TWO, TreatmentStatus.NEW)


def letter(position: int = 1, **changes: object) -> PaperLetter:
    usual: dict[str, object] = {
        "position": position,
        "address": address().lines,
        "step": "questions",
        "first_name": "Ada",
        "language": Language.ENGLISH,
        "large_print": False,
        "encloses": (Wanted(kind=Kind.QUESTIONS, case=CASE),),
    }
    return PaperLetter(**{**usual, **changes})  # type: ignore[arg-type]


def printed(*letters: PaperLetter) -> Printed:
    return letters_pdf(letters, BRAND, sender=SENDER, batch=7)


def pages(file: Printed) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(file.pdf)).pages]


def test_each_letter_begins_on_a_fresh_sheet_with_its_own_address() -> None:
    file = printed(letter(1), letter(2, address=address(recipient="Bea Other").lines, large_print=True))
    found = pages(file)
    second = file.pages[0] + file.pages[0] % 2
    assert second % 2 == 0
    assert "Ada Example 12 Example Street Houston, TX 77030" in found[0]
    assert "Bea Other" in found[second]
    assert (found[0].count("7-1"), found[second].count("7-2")) == (1, 1)
    assert len(found) == sum(count + count % 2 for count in file.pages)
    assert "Dear Ada," in found[1]
    assert "Questions to ask your doctor" in found[2]


def test_nothing_on_an_address_page_names_the_illness() -> None:
    first = pages(printed(letter()))[0]
    assert not names_illness(first)
    assert "100 Sample Street" in first


def test_the_same_letters_give_the_same_bytes() -> None:
    assert printed(letter(1), letter(2)).sha256 == printed(letter(1), letter(2)).sha256


@pytest.mark.parametrize("name", ["李明", "😀", ""])
def test_a_name_that_no_font_of_ours_has_is_left_out_of_the_greeting(name: str) -> None:
    assert "Hello," in pages(printed(letter(first_name=name)))[1]


def test_the_widest_address_stays_on_four_lines_inside_the_window() -> None:
    wide = address(recipient="W" * 40, line_1="M" * 40, line_2="W" * 40, city="W" * 30).lines
    boxes: list[tuple[float, float]] = []

    def note(text: str, at: list[float], _tm: object, _font: object, _size: float) -> None:
        if "WWWW" in text or "MMMM" in text:
            boxes.append((at[4], at[5]))

    page = PdfReader(io.BytesIO(printed(letter(address=wide)).pdf)).pages[0]
    page.extract_text(visitor_text=note)
    assert len(boxes) == 4
    # A US #10 window shows 0.875 to 4.4 inches from the left, 2.3 to 3.2 from the top, wherever it slips.
    assert all(x >= 0.9 * 72 and 792 - 3.2 * 72 <= y <= 792 - 2.3 * 72 for x, y in boxes)


def test_two_sides_never_carry_two_families() -> None:
    file = printed(letter(1, encloses=()), letter(2, encloses=()), letter(3, encloses=()))
    starts = [at for at, words in enumerate(pages(file)) if "Houston, TX" in words]
    assert [at % 2 for at in starts] == [0, 0, 0]


def test_every_character_that_the_form_lets_through_is_printed() -> None:
    every = [chr(code) for code in range(0x20, 0x2200) if can_be_printed(chr(code))]
    assert len(every) > 300
    lines = ["".join(every[at : at + 40]) for at in range(0, len(every), 40)]
    assert printed(letter(address=tuple(lines), encloses=())).pages == (2,)


def test_a_letter_that_cannot_be_printed_is_named_by_its_number() -> None:
    with pytest.raises(PermanentError, match="Letter 2 stops the file"):
        printed(letter(1), letter(2, address=("李明",)))
