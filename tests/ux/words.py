"""How hard the words of a page are: what stands in its main part, without names, addresses and sources."""

import re
from dataclasses import dataclass
from html import unescape

from tests.reading_grade import GLOSSARY, grade, syllables

# Parts that nobody reads as text: navigation, fields, the sources, what only repeats a name.
_LEFT_OUT = re.compile(
    r"<(nav|svg|select|script|style|address)\b.*?</\1>|<section class=\"sources\".*?</section>|"
    r"<div class=\"trap\".*?</div>|<span class=\"source-address\">.*?</span>",
    re.DOTALL,
)
_BLOCK_END = re.compile(r"</(p|li|h\d|dt|dd|legend|label|summary|figcaption|button|a)>|<br>")
_TAG = re.compile(r"<[^>]+>")
_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_SPANISH_WORD = re.compile(r"[A-Za-zÁÉÍÓÚÜÑáéíóúüñ]+")
_WEAK = re.compile(r"[iu](?=[aeoáéó])|(?<=[aeoáéó])[iu]")


@dataclass(frozen=True)
class Words:
    """`grade` is Flesch-Kincaid with glossary words made light, in English; `index` is for Spanish."""

    grade: float | None
    index: float | None
    sentence: float


def main_text(html: str) -> str:
    main = html.partition("<main")[2].partition("</main>")[0]
    main = main.partition(">")[2]
    blocks = _BLOCK_END.sub(".\n\n", _LEFT_OUT.sub(" ", main))
    lines = (re.sub(r"\s+", " ", line).strip(" .") for line in unescape(_TAG.sub("", blocks)).split("\n\n"))
    # A label or a heading of one or two words is no sentence.
    return ".\n\n".join(line for line in lines if len(line.split()) > 3)


def measured(html: str, language: str) -> Words:
    text = main_text(html)
    sentences = [part for part in re.split(r"[.!?:;]+\s+|\n\n", text) if len(part.split()) > 1]
    words = sum(len(part.split()) for part in sentences)
    mean = round(words / max(1, len(sentences)), 1)
    if language == "es":
        return Words(None, fernandez_huerta(sentences), mean)
    return Words(grade(text).masked if text else 0.0, None, mean)


def fernandez_huerta(sentences: list[str]) -> float:
    """Fernández Huerta (1959): 206.84 - 60 syllables a word - 1.02 words a sentence. Higher is easier."""
    words = _SPANISH_WORD.findall(" ".join(sentences))
    if not words:
        return 100.0
    spoken = sum(spanish_syllables(word) for word in words)
    return round(206.84 - 60 * spoken / len(words) - 1.02 * len(words) / max(1, len(sentences)), 1)


def spanish_syllables(word: str) -> int:
    """Vowel groups, an i or u beside another vowel counting with it; two strong vowels part."""
    plain = _WEAK.sub("", word.lower().replace("qu", "q").replace("gue", "ge").replace("gui", "gi"))
    return max(1, sum(len(group) for group in _VOWELS.findall(plain)))


__all__ = ["GLOSSARY", "Words", "fernandez_huerta", "main_text", "measured", "spanish_syllables", "syllables"]
