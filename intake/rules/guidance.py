"""Which kinds of doctor a family may want to see, in order, and what to look for.

A pure function over the rows of guidance.toml. Every row carries its source, version and
standing; all of them await clinical review. General guidance, never advice for one person.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from intake.errors import ConfigError
from intake.rules.expertise import Expertise
from intake.rules.facts import CellType, Diagnosis, Stage, TreatmentStatus
from intake.rules.tables import read_table
from intake.rules.taxonomy import SPECIALTIES

AWAITING = "awaiting clinical review"
Tiers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GuidanceRow:
    """One row as it stands in the file; an empty set of facts means any."""

    id: str
    kind: str
    diagnoses: frozenset[str]
    cell_types: frozenset[str]
    stages: frozenset[str]
    statuses: frozenset[str]
    order: str
    specialties: tuple[str, ...]
    opinions: tuple[str, ...]
    treatments: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    version: int
    review: str
    dated: date
    digest: str

    @property
    def reviewed(self) -> bool:
        return self.review != AWAITING


@dataclass(frozen=True, slots=True)
class Guidance:
    """The answer for one cell: tiers of equal specialties (short codes), best first."""

    tiers: Tiers
    treatments: tuple[str, ...]
    opinions: tuple[str, ...]
    notes: tuple[str, ...]
    row_ids: tuple[str, ...]
    reviewed: bool

    @property
    def specialties(self) -> tuple[str, ...]:
        return tuple(short for tier in self.tiers for short in tier)

    @property
    def surgical(self) -> bool:
        """Whether a surgeon comes first: then a centre's experience weighs more than distance."""
        return any(SPECIALTIES[short].surgical for short in self.tiers[0])


TABLE = read_table("guidance.toml")
NOTES: Mapping[str, str] = MappingProxyType(TABLE.data["notes"])
UNSTAGED: frozenset[str] = frozenset(TABLE.data["unstaged"])
_BY_TYPE: dict[str, dict[str, list[str]]] = TABLE.data["by_type"]
_PLACEHOLDERS = {"surgeon", "systemic", "surgery"}


def _row(kind: str, raw: dict[str, Any]) -> GuidanceRow:
    diagnoses = [raw["diagnosis"]] if "diagnosis" in raw else raw.get("diagnoses", [])
    standing = raw["standing"]
    return GuidanceRow(
        id=raw["id"],
        kind=kind,
        diagnoses=frozenset(diagnoses),
        cell_types=frozenset(raw.get("cell_types", [])),
        stages=frozenset(raw.get("stages", [])),
        statuses=frozenset(raw.get("statuses", [])),
        order=raw.get("order", "keep"),
        specialties=tuple(raw["specialties"]),
        opinions=tuple(raw.get("opinions", [])),
        treatments=tuple(raw.get("treatments", [])),
        notes=tuple(raw.get("notes", [])),
        sources=tuple(TABLE.data["sources"][key] for key in raw["sources"]),
        version=standing["version"],
        review=standing["review"],
        dated=standing["dated"],
        digest=_digest(kind, raw),
    )


def _digest(kind: str, raw: dict[str, Any]) -> str:
    """Of all that the row says, lists and notes that it names written out: what a clinician signs."""
    named = {word: _BY_TYPE[word] for word in _PLACEHOLDERS if word in _words(raw)}
    notes = {code: NOTES.get(code) for code in raw.get("notes", [])}
    sources = [TABLE.data["sources"][key] for key in raw["sources"]]
    said = {key: value for key, value in raw.items() if key != "standing"}
    text = json.dumps([kind, said, named, notes, sources], sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _words(raw: dict[str, Any]) -> set[str]:
    return {*raw["specialties"], *raw.get("treatments", [])}


def _unknown_words(row: GuidanceRow) -> set[str]:
    shorts = {short for tier in row.specialties for short in tier.split("/")} | set(row.opinions)
    facts = row.diagnoses | row.cell_types | row.stages | row.statuses
    known_facts = {*Diagnosis, *CellType, *Stage, *TreatmentStatus}
    return (
        (shorts - set(SPECIALTIES) - _PLACEHOLDERS)
        | (set(row.treatments) - set(Expertise) - _PLACEHOLDERS)
        | (set(row.notes) - set(NOTES))
        | (facts - known_facts)
        | ({row.order} - {"first", "only", "keep"})
    )


def _rows(kind: str) -> tuple[GuidanceRow, ...]:
    rows = tuple(_row(kind, raw) for raw in TABLE.data[kind])
    for row in rows:
        if words := _unknown_words(row):
            raise ConfigError(
                f"guidance.toml, row {row.id}: unknown {', '.join(sorted(words))}. Mend the row."
            )
    return rows


BASE_ROWS, STATUS_ROWS, ADD_ROWS = _rows("base"), _rows("status"), _rows("add")
ROWS: tuple[GuidanceRow, ...] = BASE_ROWS + STATUS_ROWS + ADD_ROWS
ROWS_BY_ID: Mapping[str, GuidanceRow] = MappingProxyType({row.id: row for row in ROWS})


def shown_by(diagnosis: Diagnosis) -> tuple[str, ...]:
    """Expertise codes that show experience with the type; with any type when it is unsure."""
    lists = _BY_TYPE["shown_by"]
    if diagnosis is Diagnosis.UNSURE:
        return tuple(code for codes in lists.values() for code in codes)
    return tuple(lists[diagnosis])


@lru_cache(maxsize=2048)
def guidance_for(
    diagnosis: Diagnosis, cell_type: CellType, stage: Stage, status: TreatmentStatus
) -> Guidance:
    """The guidance of one cell. Raises ConfigError when the file gives none or two base rows for it."""
    if diagnosis in UNSTAGED:
        stage = Stage.UNKNOWN
    facts = (diagnosis, cell_type, stage, status)
    guidance = _from_base(_only_base(facts), diagnosis)
    for row in STATUS_ROWS:
        if _applies(row, facts):
            guidance = _with_status(guidance, row, diagnosis=diagnosis)
    for row in ADD_ROWS:
        if _applies(row, facts):
            guidance = _joined(guidance, row, diagnosis=diagnosis, order="keep")
    return guidance


def _applies(row: GuidanceRow, facts: tuple[str, str, str, str]) -> bool:
    wanted = (row.diagnoses, row.cell_types, row.stages, row.statuses)
    return all(not values or fact in values for values, fact in zip(wanted, facts, strict=True))


def _only_base(facts: tuple[str, str, str, str]) -> GuidanceRow:
    found = [row for row in BASE_ROWS if _applies(row, facts)]
    if len(found) != 1:
        raise ConfigError(
            f"guidance.toml: {len(found)} base rows for {'/'.join(facts)}, one is needed. Mend the rows."
        )
    return found[0]


def _from_base(row: GuidanceRow, diagnosis: Diagnosis) -> Guidance:
    return Guidance(
        tiers=_tiers(row.specialties, diagnosis),
        treatments=_treatments(row.treatments, diagnosis),
        opinions=row.opinions,
        notes=row.notes,
        row_ids=(row.id,),
        reviewed=row.reviewed,
    )


def _with_status(guidance: Guidance, row: GuidanceRow, *, diagnosis: Diagnosis) -> Guidance:
    joined = _joined(guidance, row, diagnosis=diagnosis, order=row.order)
    asked = row.opinions if row.order == "only" else joined.opinions + row.opinions
    return replace(joined, opinions=tuple(short for short in asked if short in joined.specialties))


def _joined(guidance: Guidance, row: GuidanceRow, *, diagnosis: Diagnosis, order: str) -> Guidance:
    tiers, treatments = _tiers(row.specialties, diagnosis), _treatments(row.treatments, diagnosis)
    return replace(
        guidance,
        tiers=_distinct_tiers(_ordered(guidance.tiers, tiers, order=order)),
        treatments=_distinct(_ordered(guidance.treatments, treatments, order=order)),
        notes=_distinct(guidance.notes + row.notes),
        row_ids=(*guidance.row_ids, row.id),
        reviewed=guidance.reviewed and row.reviewed,
    )


def _ordered(old: tuple[Any, ...], new: tuple[Any, ...], *, order: str) -> tuple[Any, ...]:
    return {"first": new + old, "only": new, "keep": old + new}[order]


def _distinct(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _distinct_tiers(tiers: Tiers) -> Tiers:
    seen: set[str] = set()
    kept = []
    for tier in tiers:
        if fresh := tuple(short for short in tier if short not in seen):
            kept.append(fresh)
        seen.update(tier)
    return tuple(kept)


def _tiers(entries: tuple[str, ...], diagnosis: Diagnosis) -> Tiers:
    words = _resolved(entries, diagnosis)
    return _distinct_tiers(tuple(tuple(word.split("/")) for word in words))


def _treatments(entries: tuple[str, ...], diagnosis: Diagnosis) -> tuple[str, ...]:
    return _distinct(_resolved(entries, diagnosis))


def _resolved(entries: tuple[str, ...], diagnosis: Diagnosis) -> list[str]:
    return [
        word
        for entry in entries
        for word in (_BY_TYPE[entry][diagnosis] if entry in _PLACEHOLDERS else [entry])
    ]
