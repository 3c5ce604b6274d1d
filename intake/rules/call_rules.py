"""Dated rows that say when a family may be contacted: call_rules.toml, and its like for mail and post."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from intake.errors import ConfigError
from intake.rules.holidays import holiday_dates
from intake.rules.hours import WEEKDAYS, Week, read_week
from intake.rules.intervals import Window
from intake.rules.zones import STATES

EVERYWHERE = "*"
UNKNOWN = "?"
AWAITING = "awaiting counsel"


class Binds(StrEnum):
    """Which contacts a row binds: those at a time the family chose, those it did not choose, or all."""

    ALL = "all"
    REQUESTED = "requested"
    UNREQUESTED = "unrequested"


@dataclass(frozen=True)
class CallRule:
    """One dated row. `seen_on`: when its source was read; `reviewed_on`: when a lawyer signed it."""

    id: str
    state: str
    binds: Binds
    hours: str
    week: Week
    holidays: tuple[str, ...]
    cap: tuple[int, timedelta] | None
    effective_from: date
    effective_to: date
    source: str
    confidence: str
    seen_on: date
    reviewed_by: str
    reviewed_on: date | None

    @property
    def awaits_counsel(self) -> bool:
        return self.reviewed_by == AWAITING

    def in_force(self, day: date) -> bool:
        return self.effective_from <= day < self.effective_to

    def is_holiday(self, day: date) -> bool:
        return bool(self.holidays) and day in holiday_dates(self.holidays, day.year)

    def window(self, day: date) -> Window | None:
        """Minutes since local midnight, or None when nobody may be called that day."""
        hours = self.week[day.weekday()]
        return hours[0] if hours and not self.is_holiday(day) else None


@dataclass(frozen=True)
class House:
    """Limits the house keeps everywhere, whether a state asks for them or not. 0: no such limit."""

    search_days: int
    inquiry_days: int = 0
    cap_attempts: int = 0
    cap_hours: int = 0
    ladder_attempts: int = 0
    ladder_days: int = 0
    ladder_wait_hours: tuple[int, ...] = ()
    min_room_minutes: int = 0


@dataclass(frozen=True)
class CallRules:
    """The whole table."""

    version: str
    house: House
    rows: tuple[CallRule, ...]

    def binding(self, state: str | None, day: date, *, requested: bool) -> tuple[CallRule, ...]:
        """The rows that bind a contact on a local day. One that nobody asked for meets the state's, too."""
        kinds = (Binds.ALL, Binds.REQUESTED if requested else Binds.UNREQUESTED)
        return tuple(row for row in self.of_place(state, day) if row.binds in kinds)

    def of_place(self, state: str | None, day: date) -> tuple[CallRule, ...]:
        """Every row of a state that is in force on a local day."""
        wanted = {EVERYWHERE, state if state in STATES else UNKNOWN}
        return tuple(row for row in self.rows if row.state in wanted and row.in_force(day))


def load_call_rules(path: Path) -> CallRules:
    """Read the table. Raises ConfigError naming the row that is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = tuple(_row(row) for row in raw["rule"])
    if len({row.id for row in rows}) < len(rows):
        raise ConfigError(f"{path.name}: two rules have the same id.")
    house = {**raw["house"], "ladder_wait_hours": tuple(raw["house"].get("ladder_wait_hours", ()))}
    return CallRules(version=raw["version"], house=House(**house), rows=rows)


_REQUIRED = {"id", "state", "hours", "source", "confidence", "seen_on", "reviewed_by"}
_OPTIONAL = {
    "binds",
    "reviewed_on",
    "holidays",
    "cap_attempts",
    "cap_hours",
    "effective_from",
    "effective_to",
    *WEEKDAYS,
}


def _row(raw: Mapping[str, Any]) -> CallRule:
    where = f"rule {raw.get('id', '?')}"
    odd = (_REQUIRED - raw.keys()) | (raw.keys() - _REQUIRED - _OPTIONAL)
    if odd:
        raise ConfigError(f"{where}: missing or unknown entries: {', '.join(sorted(odd))}.")
    row = CallRule(
        id=raw["id"],
        state=raw["state"],
        binds=_binds(raw, where),
        hours=_said_hours(raw),
        week=read_week(raw, where),
        holidays=tuple(raw.get("holidays", ())),
        cap=_cap(raw),
        effective_from=raw.get("effective_from", date.min),
        effective_to=raw.get("effective_to", date.max),
        source=raw["source"],
        confidence=raw["confidence"],
        seen_on=raw["seen_on"],
        reviewed_by=raw["reviewed_by"],
        reviewed_on=raw.get("reviewed_on"),
    )
    _check(row, where)
    return row


def _binds(raw: Mapping[str, Any], where: str) -> Binds:
    try:
        return Binds(raw.get("binds", Binds.UNREQUESTED))
    except ValueError:
        raise ConfigError(f"{where}: binds is one of {', '.join(Binds)}.") from None


def _said_hours(raw: Mapping[str, Any]) -> str:
    """The hours as the table has them: "08:00-20:00, sun closed"."""
    days = [f"{day} {raw[day]}" for day in WEEKDAYS if day in raw]
    holidays = ["no holidays"] if raw.get("holidays") else []
    return ", ".join([str(raw["hours"]), *days, *holidays])


def _cap(raw: Mapping[str, Any]) -> tuple[int, timedelta] | None:
    attempts = raw.get("cap_attempts")
    return (attempts, timedelta(hours=raw["cap_hours"])) if attempts else None


def _check(row: CallRule, where: str) -> None:
    if row.state not in STATES and row.state not in (EVERYWHERE, UNKNOWN):
        raise ConfigError(f"{where}: no state is called {row.state!r}.")
    if any(len(day) > 1 for day in row.week):
        raise ConfigError(f"{where}: a rule has one window a day; write two rows instead.")
    if not row.source or row.confidence not in ("A", "B", "C"):
        raise ConfigError(f"{where}: name its source, and A, B or C for how sure it is.")
    if row.awaits_counsel != (row.reviewed_on is None):
        raise ConfigError(
            f"{where}: a lawyer who signed it has a name and a date, reviewed_by and reviewed_on."
        )
    holiday_dates(row.holidays, 2026)


CALL_RULES = load_call_rules(Path(__file__).with_suffix(".toml"))
MAIL_RULES = load_call_rules(Path(__file__).with_name("mail_rules.toml"))
POST_RULES = load_call_rules(Path(__file__).with_name("post_rules.toml"))
