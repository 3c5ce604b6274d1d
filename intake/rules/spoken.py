"""Small pieces of a sentence in the language that is spoken."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_skeleton

from intake.language import current, gettext
from intake.rules.facts import Language

LOCALES = {Language.ENGLISH: "en_US", Language.SPANISH: "es_US"}


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    said = [str(word) for word in words]
    if len(said) == 1:
        return said[0]
    return gettext("%(first)s and %(last)s", first=", ".join(said[:-1]), last=said[-1])


def capital(sentence: str) -> str:
    """With a capital at its beginning; the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def month_of(day: date) -> str:
    """ "June 2026"."""
    return format_skeleton("MMMMy", day, locale=LOCALES[current()])
