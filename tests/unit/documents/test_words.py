"""How the documents are written: plain, and without promises."""

import re

import pytest

from intake.documents.content import Kind, Section
from intake.documents.load import load_document
from tests.grades import GATE, main, words
from tests.reading_grade import grade, syllables

SECTIONS = [section for kind in Kind for section in load_document(kind).sections]
PROMISES = re.compile(
    r"guarantee|miracle|best doctor|top doctor|best hospital|proven|cure[sd]|will (?:heal|cure|save)"
    r"|breakthrough|hope is|life-extending|survival|months to live|percent|%",
    re.IGNORECASE,
)
# The study of surgery is the one place that speaks of how long people lived.
LIVED_LONGER = re.compile(r"live longer|longer lives|lived longer|survive", re.IGNORECASE)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.id)
def test_a_section_reads_at_grade_seven_or_below(section: Section) -> None:
    found = grade(words(section))
    print(f"{section.id}: raw {found.raw}, masked {found.masked}")
    assert found.masked <= GATE


@pytest.mark.parametrize("kind", list(Kind))
def test_a_whole_document_reads_at_grade_seven_even_with_its_hard_words(kind: Kind) -> None:
    everything = "\n\n".join(map(words, load_document(kind).sections))
    assert grade(everything).raw <= GATE


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.id)
def test_a_section_promises_nothing(section: Section) -> None:
    assert not PROMISES.search(words(section))
    if section.id != "treat_pleural":
        assert not LIVED_LONGER.search(words(section))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.id)
def test_a_section_uses_short_sentences_and_typographic_quotes(section: Section) -> None:
    text = words(section)
    assert '"' not in text
    longest = max(len(part.split()) for part in re.split(r"[.!?:]\s|\n\n", text))
    assert longest <= 30


def test_the_scorer_counts_the_hard_words_as_they_are_spoken() -> None:
    assert [syllables(word) for word in ("mesothelioma", "peritoneal", "immunotherapy")] == [6, 5, 6]


def test_the_table_names_every_part_and_fails_above_the_gate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main() == 0
    printed = capsys.readouterr().out
    assert all(section.id in printed for section in SECTIONS)
    monkeypatch.setattr("tests.grades.GATE", 1.0)
    assert main() == 1
