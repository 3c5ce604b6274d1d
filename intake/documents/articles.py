"""The pages to read on the site: sections of the documents, so that nothing is said twice, and their own.

Each is a file of templates/articles/<language>. The English one names the parts in their order:
`guide.what` is a section of the guide, a plain name is a [section.<name>] below. Another language has
the words alone, under the same names. [titles] gives a borrowed section another heading.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from intake.documents.content import Fits, Kind, Section, Source
from intake.documents.load import load_document, load_sources, parse_blocks
from intake.rules.facts import Language

ARTICLES = Path(__file__).resolve().parents[2] / "templates" / "articles"
Words = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Article:
    """`lead` is the one thing to know, `card` what the list of articles says, `then` where to go on."""

    name: str
    title: str
    lead: str
    card: str
    sections: tuple[Section, ...]
    then: tuple[str, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """First named, first listed."""
        return tuple(dict.fromkeys(source for section in self.sections for source in section.sources))


@lru_cache(maxsize=64)
def load_article(name: str, language: Language = Language.ENGLISH) -> Article:
    """Raises KeyError or FileNotFoundError when a part, a source or a translation is not there."""
    plan, words = _read(name, Language.ENGLISH), _read(name, language)
    return Article(
        name=name,
        title=words["title"],
        lead=words["lead"],
        card=words.get("card", ""),
        sections=tuple(_part(part, plan, words, language) for part in plan["parts"]),
        then=tuple(plan["then"]),
    )


def _part(part: str, plan: Words, words: Words, language: Language) -> Section:
    kind, _, name = part.rpartition(".")
    if kind:
        document = load_document(Kind(kind), language)
        section = next(section for section in document.sections if section.id == name)
        # Two documents may have a section of the same name; on one page each name stands once.
        return replace(section, id=f"{kind}-{name}", title=words.get("titles", {}).get(part, section.title))
    planned, said = plan["section"][name], words["section"][name]
    sources = load_sources()
    return Section(
        id=name,
        title=said["title"],
        fits=Fits(),
        sources=tuple(sources[source] for source in planned.get("sources", ())),
        version=planned.get("version", ""),
        language=language,
        blocks=parse_blocks(said["body"]),
    )


def _read(name: str, language: Language) -> Words:
    return tomllib.loads((ARTICLES / language / f"{name}.toml").read_text(encoding="utf-8"))
