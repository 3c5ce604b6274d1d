"""The sources of the directory, and who is believed where two speak of the same thing."""

from dataclasses import dataclass
from datetime import date

CURATED, NPPES, CMS, NPPES_LOCATIONS = "curated", "nppes", "cms", "nppes-locations"
# What people checked comes first. NPPES is the register of names and codes; Medicare's file follows it.
_RANKS = {source: rank for rank, source in enumerate((CURATED, NPPES, CMS, NPPES_LOCATIONS))}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the facts of an import come from, and the day on which the source said so."""

    source: str
    seen_on: date


def rank(source: str) -> int:
    """Lower is believed first; a source of another kind, such as an editor, before all registries."""
    return _RANKS.get(source, 0)


def may_name(source: str, owner: str) -> bool:
    """Whether `source` may change the name of a doctor whose name came from `owner`."""
    return rank(source) <= rank(owner)
