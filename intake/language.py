"""Which language is spoken now, and our words in it.

Knows no web: the pages, the mails and the rules all say their words through this module. English is
what is written in the code; `translations/<language>.po` holds the rest and is read when it is first
needed, so that there is no compiled file that could be old.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, NullTranslations, Translations

from intake.rules.facts import Language

TRANSLATIONS = Path(__file__).with_name("translations")
# How a language is named to those who speak it.
OWN_NAMES = {Language.ENGLISH: "English", Language.SPANISH: "Español"}

_current: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)


def current() -> Language:
    return _current.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """All words said inside are in this language."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def prefix(language: Language) -> str:
    """What stands before the path of a public page: nothing for English, `/es` for Spanish."""
    return "" if language is Language.ENGLISH else f"/{language}"


def gettext(message: str, **values: object) -> str:
    """The message in the current language, with `%(name)s` filled in."""
    said: str = translations(current()).ugettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """As gettext, for one or many; `%(num)s` is the number."""
    said: str = translations(current()).ungettext(one, many, num)
    return said % {"num": num, **values}


def lazy_gettext(message: str, **values: object) -> str:
    """As gettext, but said anew whenever it is read: for tables and forms made at import."""
    return cast(str, LazyProxy(gettext, message, enable_cache=False, **values))


@cache
def translations(language: Language) -> NullTranslations:
    """The catalog; for English an empty one, which gives back what it is asked."""
    if language is Language.ENGLISH:
        return NullTranslations()
    return Translations(_compiled(language))


def _compiled(language: Language) -> Any:
    with (TRANSLATIONS / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return compiled
