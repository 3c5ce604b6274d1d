"""The rows of call_rules.toml: when the law of each state lets a phone ring."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from intake.errors import ConfigError
from intake.rules.holidays import holiday_dates
from intake.rules.hours import WEEKDAYS, Week, read_week
from intake.rules.intervals import Window
from intake.rules.zones import STATES

EVERYWHERE = "*"
UNKNOWN = "?"


@dataclass(frozen=True)
class CallRule:
    """One dated row. `requested` rows bind even a call that the family asked for."""

    id: str
    state: str
    requested: bool
    week: Week
    holidays: tuple[str, ...]
    cap: tuple[int, timedelta] | None
    effective_from: date
    effective_to: date
    source: str
    confidence: str
    reviewed: str

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
    """Limits the house keeps everywhere, whether a state asks for them or not."""

    cap_attempts: int
    cap_hours: int
    ladder_attempts: int
    ladder_days: int
    ladder_wait_hours: tuple[int, ...]
    search_days: int
    min_room_minutes: int


@dataclass(frozen=True)
class CallRules:
    """The whole table."""

    version: str
    house: House
    rows: tuple[CallRule, ...]

    def binding(self, state: str | None, day: date, *, requested: bool) -> tuple[CallRule, ...]:
        """The rows that bind a call on a local day. A call nobody asked for meets the state's, too."""
        wanted = {EVERYWHERE, state if state in STATES else UNKNOWN}
        rows = (row for row in self.rows if row.state in wanted and row.in_force(day))
        return tuple(row for row in rows if row.requested or not requested)


def load_call_rules(path: Path) -> CallRules:
    """Read the table. Raises ConfigError naming the row that is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = tuple(_row(row) for row in raw["rule"])
    if len({row.id for row in rows}) < len(rows):
        raise ConfigError(f"{path.name}: two rules have the same id.")
    house = {**raw["house"], "ladder_wait_hours": tuple(raw["house"]["ladder_wait_hours"])}
    return CallRules(version=raw["version"], house=House(**house), rows=rows)


_REQUIRED = {"id", "state", "hours", "source", "confidence", "reviewed"}
_OPTIONAL = {
    "requested",
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
        requested=raw.get("requested", False),
        week=read_week(raw, where),
        holidays=tuple(raw.get("holidays", ())),
        cap=_cap(raw),
        effective_from=raw.get("effective_from", date.min),
        effective_to=raw.get("effective_to", date.max),
        source=raw["source"],
        confidence=raw["confidence"],
        reviewed=raw["reviewed"],
    )
    _check(row, where)
    return row


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
    holiday_dates(row.holidays, 2026)


CALL_RULES = load_call_rules(Path(__file__).with_suffix(".toml"))
