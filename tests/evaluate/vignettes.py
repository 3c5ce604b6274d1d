"""Run the vignettes and the rules; say for each what was found and what is wrong."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from intake.places import find_place
from intake.rules.facts import (
    CellType,
    Diagnosis,
    Insurance,
    Language,
    Stage,
    Travel,
    TreatmentStatus,
)
from intake.rules.taxonomy import SPECIALTIES
from tests.evaluate.sample import TODAY, sample_snapshot
from workers.matching.case import MatchCase
from workers.matching.rank import MatchResult, Ranked, match

FILE = Path(__file__).with_name("vignettes.toml")
_FACTS = {
    "diagnosis", "cell_type", "stage", "status", "zip", "travel", "language", "veteran", "insurance",
}  # fmt: skip
_ASKED = {
    "first", "must", "never", "never_first", "within", "least", "widened", "beside", "reasons",
}  # fmt: skip
_NAMES = {"id", "says", "stages", "statuses"}


@dataclass(frozen=True)
class Finding:
    """One line of the table. `wrong` is empty when all is as it should be."""

    name: str
    says: str
    shown: str
    wrong: tuple[str, ...]


@cache
def read_file(path: Path = FILE) -> dict[str, Any]:
    """The file, with every word of it checked. Raises ValueError that names the block."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    for block in (*raw["vignette"], *raw["rule"]):
        if unknown := set(block) - _FACTS - _ASKED - _NAMES:
            raise ValueError(f"{block['says']!r}: unknown {', '.join(sorted(unknown))}. Mend the name.")
        kinds = {s for key in ("first", "must", "never", "never_first") for s in block.get(key, [])}
        if strange := {short for kind in kinds for short in kind.split("/")} - set(SPECIALTIES):
            raise ValueError(f"{block['says']!r}: no such kind {', '.join(sorted(strange))}.")
    return raw


def case_of(facts: Mapping[str, Any]) -> MatchCase:
    """A family from the facts of a block; a ZIP without a place goes by nothing."""
    place = find_place(facts["zip"])
    return MatchCase(
        diagnosis=Diagnosis(facts["diagnosis"]),
        cell_type=CellType(facts.get("cell_type", "unknown")),
        stage=Stage(facts.get("stage", "unknown")),
        status=TreatmentStatus(facts.get("status", "unsure")),
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        state=place.state if place else None,
        travel=Travel(facts.get("travel", "unsure")),
        language=Language(facts.get("language", "en")),
        veteran=facts.get("veteran", False),
        insurance=Insurance(facts["insurance"]) if "insurance" in facts else None,
    )


def run_vignettes() -> Iterator[Finding]:
    for block in read_file()["vignette"]:
        result = match(case_of(block), sample_snapshot(), today=TODAY)
        yield Finding(block["id"], block["says"], _shown(result), tuple(_faults(block, result)))


def run_rules(
    *, places: Sequence[str] = (), cell_types: Sequence[CellType] = tuple(CellType)
) -> Iterator[Finding]:
    """Each rule over every cell it speaks of, at these ZIPs, else at every place of the file."""
    for block in read_file()["rule"]:
        faults: list[str] = []
        count = 0
        for facts in _cells(block, places or [*read_file()["places"].values()], cell_types):
            count += 1
            found = _matched(tuple(facts.items()))
            faults += [f"{_say(facts)}: {fault}" for fault in _faults(block, found)]
        name = block.get("diagnosis", "every type")
        yield Finding(name, block["says"], f"{count:,} families", tuple(faults))


@cache
def _matched(facts: tuple[tuple[str, str], ...]) -> MatchResult:
    return match(case_of(dict(facts)), sample_snapshot(), today=TODAY)


def _cells(
    block: Mapping[str, Any], places: Sequence[str], cell_types: Sequence[CellType]
) -> Iterator[dict[str, str]]:
    diagnoses = [block["diagnosis"]] if "diagnosis" in block else [*Diagnosis]
    stages, statuses = block.get("stages", [*Stage]), block.get("statuses", [*TreatmentStatus])
    names = ("diagnosis", "cell_type", "stage", "status", "zip")
    for values in product(diagnoses, cell_types, stages, statuses, places):
        yield dict(zip(names, map(str, values), strict=True))


def _say(facts: Mapping[str, str]) -> str:
    return " ".join(facts.values())


def _shown(result: MatchResult) -> str:
    if not result.matches:
        return "nobody"
    first = result.matches[0]
    miles = "" if first.distance_miles is None else f" at {first.distance_miles:.0f} miles"
    beside = f" + {len(result.beside)} beside" if result.beside else ""
    return f"{len(result.matches)}{beside}, first {_kind(first)}{miles}"


def _kind(ranked: Ranked) -> str:
    return next(str(reason.params["short"]) for reason in ranked.reasons if reason.code == "specialty")


def _codes(lines: tuple[Ranked, ...]) -> set[str]:
    return {reason.code for ranked in lines for reason in ranked.reasons}


def _faults(block: Mapping[str, Any], result: MatchResult) -> Iterator[str]:
    if len(result.matches) < block.get("least", 1):
        yield f"{len(result.matches)} doctors are too few"
    if result.matches:
        yield from _faults_of_kinds(block, [_kind(ranked) for ranked in result.matches])
        yield from _faults_of_first(block, result.matches[0])
    if "widened" in block and result.widened != block["widened"]:
        yield "the wish was widened" if result.widened else "the wish was not widened"
    for key, lines in (("beside", result.beside), ("reasons", result.matches)):
        for code in block.get(key, []):
            if code not in _codes(lines):
                yield f"nobody with {code}"


def _faults_of_kinds(block: Mapping[str, Any], kinds: list[str]) -> Iterator[str]:
    if "first" in block and kinds[0] not in block["first"]:
        yield f"{kinds[0]} leads"
    if kinds[0] in block.get("never_first", []):
        yield f"{kinds[0]} leads"
    for wanted in block.get("must", []):
        if not set(wanted.split("/")) & set(kinds):
            yield f"no {wanted}"
    for kind in block.get("never", []):
        if kind in kinds:
            yield f"{kind} is on the list"


def _faults_of_first(block: Mapping[str, Any], first: Ranked) -> Iterator[str]:
    limit = block.get("within")
    if limit is not None and (first.distance_miles is None or first.distance_miles > limit):
        yield f"the first is farther than {limit} miles"
