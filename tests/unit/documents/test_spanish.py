"""The documents and letters in Spanish: whole, of the same shape as the English, and as plain."""

import re

import pytest

from intake.documents.content import Kind, Section
from intake.documents.load import load_document, load_letters, load_questions
from intake.rules.facts import Language
from tests.grades import words
from tests.ux.words import fernandez_huerta

PAIRS = [
    pytest.param(english, spanish, id=f"{kind}.{english.id}")
    for kind in Kind
    for english, spanish in zip(
        load_document(kind).sections, load_document(kind, Language.SPANISH).sections, strict=True
    )
]
NUMBER = re.compile(r"\d[\d,-]*\d|\d")


@pytest.mark.parametrize(("english", "spanish"), PAIRS)
def test_a_part_is_in_spanish_with_the_same_blocks_and_numbers(english: Section, spanish: Section) -> None:
    assert spanish.language is Language.SPANISH
    assert [(one.kind, len(one.lines)) for one in spanish.blocks] == [
        (one.kind, len(one.lines)) for one in english.blocks
    ]
    assert set(NUMBER.findall(words(english))) <= set(NUMBER.findall(words(spanish)))


@pytest.mark.parametrize(("english", "spanish"), PAIRS)
def test_a_part_reads_easily_in_spanish(english: Section, spanish: Section) -> None:
    sentences = [part for part in re.split(r"[.!?:]\s|\n\n", words(spanish)) if len(part.split()) > 1]
    assert fernandez_huerta(sentences) >= 65, english.id
    assert max(len(part.split()) for part in sentences) <= 33


def test_every_title_and_question_is_in_spanish() -> None:
    assert {load_document(kind, Language.SPANISH).language for kind in Kind} == {Language.SPANISH}
    assert {question.language for question in load_questions(Language.SPANISH)} == {Language.SPANISH}


def test_every_letter_is_in_spanish() -> None:
    english, spanish = load_letters(), load_letters(Language.SPANISH)
    assert spanish["letter"].keys() == english["letter"].keys()
    assert all(spanish["letter"][step]["body"] != row["body"] for step, row in english["letter"].items())
    assert all(spanish[name] != english[name] for name in ("greeting", "closing", "call", "stop"))
