"""Every mail in Spanish: written, of the same shape as the English, and as plain and neutral."""

import re
from datetime import date

import pytest

from intake.mails.compose import render
from intake.mails.words import TEMPLATES, english, load_words
from intake.rules.facts import Language
from intake.rules.series import SERIES
from tests.unit.mailings.samples import Desk, mail
from tests.ux.words import fernandez_huerta

STEPS = [step.name for step in SERIES.steps]
ILLNESS = re.compile(r"mesotel|asbesto|cáncer|tumor|oncol|médico|quimio", re.IGNORECASE)
TAGS = re.compile(r"<(p|h1|ol|ul|li|a|table)\b")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("for_another", [False, True])
def test_a_mail_is_spoken_in_spanish_and_built_as_the_english_one(step: str, for_another: bool) -> None:
    ours = render(mail(step, language=Language.SPANISH, for_another=for_another), Desk(sample=True))
    theirs = render(mail(step, for_another=for_another), Desk(sample=True))
    assert '<html lang="es"' in ours.html
    assert TAGS.findall(ours.html) == TAGS.findall(theirs.html)
    assert ours.subject != theirs.subject
    same = {*ours.text.splitlines()} & {*theirs.text.splitlines()}
    assert not [line for line in same if re.search(r"\b(the|you|your|and|we|of)\b", line)]


def test_every_template_and_every_word_around_it_is_there() -> None:
    spanish = load_words(TEMPLATES / "es")
    assert spanish is not None
    assert spanish.steps.keys() == english().steps.keys()
    assert spanish.layout.keys() == english().layout.keys()
    written, wanted = ({path.name for path in (TEMPLATES / code).iterdir()} for code in ("es", "en"))
    assert written == wanted


@pytest.mark.parametrize("step", STEPS)
def test_subject_and_preheader_in_spanish_never_name_the_illness(step: str) -> None:
    words = (load_words(TEMPLATES / "es") or english()).steps[step]
    assert not ILLNESS.search(f"{words.subject} {words.preheader}")
    assert len(words.subject) <= 50


@pytest.mark.parametrize("step", STEPS)
def test_a_spanish_mail_reads_easily(step: str) -> None:
    text = render(mail(step, language=Language.SPANISH), Desk()).text.partition("----------")[0]
    sentences = [part for part in re.split(r"[.!?:]\s|\n\n", text) if len(part.split()) > 1]
    assert fernandez_huerta(sentences) >= 65


def test_a_reminder_in_spanish_names_the_day_in_spanish() -> None:
    again = mail("appointment_after", language=Language.SPANISH, next_appointment=date(2027, 5, 11))
    assert "martes, 11 de mayo" in render(again, Desk()).text
