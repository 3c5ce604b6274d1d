"""Specialties and their taxonomy codes: whole codes only, never substrings of names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from intake.rules.tables import read_table


@dataclass(frozen=True, slots=True)
class Specialty:
    """One row of taxonomy.toml. `bit` is its place in a mask of specialties."""

    short: str
    codes: frozenset[str]
    label: str
    plain: str
    bit: int
    surgical: bool = False
    requires: str | None = None
    any_type_with: str | None = None


def _specialty(row: dict[str, Any], place: int) -> Specialty:
    return Specialty(
        short=row["short"],
        codes=frozenset(row["codes"]),
        label=row["label"],
        plain=row["plain"],
        bit=1 << place,
        surgical=row.get("surgical", False),
        requires=row.get("requires"),
        any_type_with=row.get("any_type_with"),
    )


TABLE = read_table("taxonomy.toml")
SPECIALTIES: Mapping[str, Specialty] = MappingProxyType(
    {row["short"]: _specialty(row, place) for place, row in enumerate(TABLE.data["specialty"])}
)
ORGANISATIONS: Mapping[str, str] = MappingProxyType(
    {row["code"]: row["label"] for row in TABLE.data["organisation"]}
)
PAEDIATRIC: frozenset[str] = frozenset(TABLE.data["paediatric"])
TRAINEE: frozenset[str] = frozenset(TABLE.data["trainee"])

_SHORT_BY_CODE: dict[str, str] = {code: s.short for s in SPECIALTIES.values() for code in s.codes}


def short_of(code: str) -> str | None:
    """The short code of a taxonomy code, or None; stray blanks of crosswalk files are allowed."""
    return _SHORT_BY_CODE.get(code.strip().upper())


def shorts_of(codes: Iterable[str], expertise: Iterable[str]) -> frozenset[str]:
    """Short codes of the specialties that `codes` give, less those whose required expertise is absent."""
    known = set(expertise)
    found = {short for code in codes if (short := short_of(code))}
    return frozenset(s for s in found if SPECIALTIES[s].requires in (None, *known))


def any_type_shorts(shorts: Iterable[str], expertise: Iterable[str]) -> frozenset[str]:
    """Those of `shorts` in which the doctor's expertise serves every type of mesothelioma."""
    known = set(expertise)
    return frozenset(s for s in shorts if SPECIALTIES[s].any_type_with in known)


def specialty_mask(shorts: Iterable[str]) -> int:
    """Bits of the short codes, one per row of taxonomy.toml. Raises KeyError on an unknown one."""
    mask = 0
    for short in shorts:
        mask |= SPECIALTIES[short].bit
    return mask


def has_any(codes: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether one of a doctor's taxonomy codes is in `wanted`."""
    return any(code.strip().upper() in wanted for code in codes)
