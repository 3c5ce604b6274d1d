"""The catalogs of translations: gathered from the code by `make translations`, checked by the tests.

A string waits as long as it is missing or fuzzy.
"""

import tomllib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from intake.language import TRANSLATIONS
from intake.rules.facts import Language

ROOT = Path(__file__).resolve().parent.parent
TRANSLATED = (Language.SPANISH,)
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
# What stands above the strings. Babel would count Spanish with a third plural, for millions.
HEADER = """\
# Formal usted, the words of the National Cancer Institute's Spanish pages.
# Awaiting review by a medical translator.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def extract_toml(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: dict[str, str]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extractor for TOML tables: the values of the keys that the mapping names."""
    keys = options["keys"].split()
    for value in dict.fromkeys(_values(tomllib.load(file), keys)):
        yield 1, "gettext", value, []


def _values(table: Any, keys: list[str]) -> Iterator[str]:
    if isinstance(table, list):
        for row in table:
            yield from _values(row, keys)
    elif isinstance(table, dict):
        for key, value in table.items():
            if key in keys and isinstance(value, str):
                yield value
            yield from _values(value, keys)


def marked() -> Catalog:
    """Every string that is marked in the code, with the files in which it stands."""
    with (TRANSLATIONS / "extract.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    template = Catalog(project="Advocate Desk", charset="utf-8")
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_is_ours)
    for path, _line, message, comments, context in sorted(found, key=lambda row: (row[0], row[1])):
        template.add(message, locations=[(path, 1)], auto_comments=comments, context=context)
    return template


def _is_ours(folder: str | Path) -> bool:
    return Path(folder).name not in {"node_modules", ".venv", "static", "tests", ".advocate", ".git"}


def load(language: Language) -> Catalog:
    with (TRANSLATIONS / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def written(catalog: Catalog) -> bytes:
    """As it is kept: by file, without line numbers, so that a change elsewhere leaves it alone."""
    out = BytesIO()
    write_po(out, catalog, width=100, omit_header=True, include_lineno=False, ignore_obsolete=True)
    return HEADER.format(language=catalog.locale_identifier).encode() + out.getvalue()


def updated(language: Language) -> Catalog:
    """The catalog with every marked string and no other; translations are kept by their English."""
    catalog = load(language)
    catalog.update(marked(), no_fuzzy_matching=True)
    return catalog


def waiting(catalog: Catalog) -> list[Message]:
    """What is missing or fuzzy."""
    return [message for message in catalog if message.id and (message.fuzzy or not all(_forms(message)))]


def faults(catalog: Catalog) -> Iterable[str]:
    """Translations whose placeholders are not those of the English."""
    for message in catalog:
        if message.id and all(_forms(message)):
            yield from (f"{message.id}: {wrong}" for wrong in message.check(catalog))


def _forms(message: Message) -> tuple[str, ...]:
    said = message.string
    return tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said or ""),)


if __name__ == "__main__":
    for spoken in TRANSLATED:
        catalog = updated(spoken)
        (TRANSLATIONS / f"{spoken}.po").write_bytes(written(catalog))
        for message in waiting(catalog):
            print(f"{spoken}: {message.locations[0][0]}: {message.id}")
        print(f"{spoken}: {len(catalog)} strings, {len(waiting(catalog))} to translate")
