"""The series as data: the rows of series.toml, checked when they are read. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from intake.errors import ConfigError
from intake.rules.facts import Diagnosis, Relation, RequestKind, Stage, TreatmentStatus
from intake.rules.hours import read_day
from intake.rules.intervals import Window

_Word = TypeVar("_Word", bound=StrEnum)


class Anchor(StrEnum):
    """What a step's days are counted from."""

    ASKED = "asked"
    SPOKEN = "spoken"
    PACKET = "packet"
    APPOINTMENT = "appointment"
    BY_HAND = "by_hand"
    CALL_LATE = "call_late"
    CHOSEN = "chosen"


# Mails that a person sends: no brake holds them, and they do not call themselves automatic.
BY_A_PERSON = frozenset({Anchor.BY_HAND, Anchor.CHOSEN})
# What somebody waits for at that moment, so that it may be answered at once.
_AWAITED = frozenset({Anchor.ASKED, Anchor.CALL_LATE, Anchor.CHOSEN})


class Part(StrEnum):
    """AT_ONCE answers somebody who has just asked or waits for our call; the others are local hours."""

    AT_ONCE = "at_once"
    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"


class Need(StrEnum):
    MATCH = "match"
    SPOKEN = "spoken"
    PACKET = "packet"


class Ending(StrEnum):
    """What ends a series."""

    STOPPED = "stopped"
    BOUNCED = "bounced"
    DIED = "died"
    CLOSED = "closed"
    ENDED = "ended"


# What a step may ask of a lead: the column and the values there are.
ANSWERS: dict[str, type[StrEnum]] = {
    "kind": RequestKind,
    "relation": Relation,
    "diagnosis": Diagnosis,
    "stage": Stage,
    "treatment_status": TreatmentStatus,
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series. `consent` is the key in consents.toml that it rests on."""

    name: str
    label: str
    consent: str
    ends_on: frozenset[Ending]
    waits_for_packet: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One mail. `attaches` names the document that travels with it, or is empty; `late` bounds its delay."""

    series: str
    name: str
    label: str
    after: Anchor
    part: Part
    late: timedelta
    days: int = 0
    needs: frozenset[Need] = frozenset()
    only: Mapping[str, frozenset[str]]
    attaches: str = ""
    by_post: bool = False

    @property
    def template(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Brake:
    """When too many complain. Counts below `least_complaints` are chance, not a rate."""

    complaints_per_thousand: float
    least_complaints: int
    within_days: int

    def is_due(self, *, complaints: int, sent: int) -> bool:
        too_often = complaints * 1000 > self.complaints_per_thousand * sent
        return complaints >= self.least_complaints and too_often


@dataclass(frozen=True, kw_only=True)
class SeriesTable:
    """The whole file. `windows` are minutes of the local day, by part."""

    version: str
    reviewed: str
    windows: Mapping[Part, Window]
    apart: timedelta
    brake: Brake
    series: tuple[Series, ...]
    steps: tuple[Step, ...]

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    def step(self, key: str) -> Step | None:
        """The step of a mailing's key such as `guide`, `guide.2`; None when the file has it no more."""
        return self._by_name.get(key.partition(".")[0])

    @cached_property
    def _series_by_name(self) -> dict[str, Series]:
        return {series.name: series for series in self.series}

    def named(self, series: str) -> Series:
        return self._series_by_name[series]

    def series_of(self, step: Step) -> Series:
        return self.named(step.series)

    def steps_of(self, series: str) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.series == series)


def load_series(path: Path) -> SeriesTable:
    """Read the file. Raises ConfigError naming the row that is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    limits = raw["limits"]
    series = tuple(_series(row) for row in raw["series"])
    steps = tuple(_step(row, timedelta(days=limits["late_days"])) for row in raw["step"])
    table = SeriesTable(
        version=raw["version"],
        reviewed=raw["reviewed"],
        windows={_member("parts", Part, name): _window(name, text) for name, text in raw["parts"].items()},
        apart=timedelta(days=limits["apart_days"]),
        brake=Brake(**raw["brake"]),
        series=series,
        steps=steps,
    )
    _check(table)
    return table


def _window(name: str, text: str) -> Window:
    windows = read_day(text, f"parts.{name}")
    if len(windows) != 1:
        raise ConfigError(f"parts.{name}: write one stretch of hours.")
    return windows[0]


def _series(raw: Mapping[str, Any]) -> Series:
    where = f"series {raw.get('name', '?')}"
    _check_entries(where, raw, Series, without={"waits_for_packet"})
    return Series(**{**raw, "ends_on": _members(where, Ending, raw["ends_on"])})


def _step(raw: Mapping[str, Any], late: timedelta) -> Step:
    where = f"step {raw.get('name', '?')}"
    given = {**raw, "only": raw.get("only", {})}
    _check_entries(where, given, Step, without={"late", "days", "needs", "attaches", "by_post"})
    late_days = given.pop("late_days", None)
    return Step(
        **{
            **given,
            "after": _member(where, Anchor, raw["after"]),
            "part": _member(where, Part, raw["part"]),
            "needs": _members(where, Need, raw.get("needs", ())),
            "only": _only(where, given["only"]),
            "late": late if late_days is None else timedelta(days=late_days),
        }
    )


def _only(where: str, raw: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    odd = raw.keys() - ANSWERS.keys()
    if odd:
        raise ConfigError(f"{where}: only.{min(odd)} is none of {', '.join(ANSWERS)}.")
    return {name: frozenset(_members(where, ANSWERS[name], values)) for name, values in raw.items()}


def _check_entries(where: str, raw: Mapping[str, Any], kind: type, *, without: set[str]) -> None:
    known = {field.name for field in fields(kind)}
    odd = (known - without - raw.keys()) | (raw.keys() - known - {"late_days"})
    if odd:
        raise ConfigError(f"{where}: missing or unknown entries: {', '.join(sorted(odd))}.")


def _member(where: str, kind: type[_Word], word: str) -> _Word:
    try:
        return kind(word)
    except ValueError:
        raise ConfigError(f"{where}: {word!r} is none of {', '.join(kind)}.") from None


def _members(where: str, kind: type[_Word], words: list[str] | tuple[str, ...]) -> frozenset[_Word]:
    return frozenset(_member(where, kind, word) for word in words)


def _check(table: SeriesTable) -> None:
    names = [step.name for step in table.steps]
    known = {series.name for series in table.series}
    told = {
        "every part of the day but at_once has its hours": table.windows.keys() != {*Part} - {Part.AT_ONCE},
        "a step has a name of its own, without a dot": len(set(names)) < len(names) or "." in "".join(names),
        "a step belongs to a series of the file": any(step.series not in known for step in table.steps),
        "at once answers somebody who has just asked or waits for us": any(
            step.part is Part.AT_ONCE and (step.after not in _AWAITED or step.days) for step in table.steps
        ),
    }
    broken = [rule for rule, wrong in told.items() if wrong]
    if broken:
        raise ConfigError(f"series.toml: {'; '.join(broken)}.")


SERIES = load_series(Path(__file__).with_suffix(".toml"))
