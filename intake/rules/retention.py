"""How long each table is kept, from retention.toml. Pure."""

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from intake.errors import ConfigError

_SETTINGS = {"version", "reviewed_by", "backup_days", "erasure_days"}


class Keep(StrEnum):
    REQUEST = "request"
    ALWAYS = "always"
    DAYS = "days"


@dataclass(frozen=True, kw_only=True)
class KeepRule:
    """One table. `days`, `since`, `only` and `without` (a column that is empty) count with Keep.DAYS."""

    table: str
    keep: Keep
    why: str = ""
    days: int = 0
    since: str = ""
    only: dict[str, list[str]] = field(default_factory=dict)
    without: str = ""

    @property
    def age(self) -> timedelta:
        return timedelta(days=self.days)


@dataclass(frozen=True)
class Retention:
    """The table of tables. `backup_days` and `erasure_days` are what families are told."""

    version: str
    backup_days: int
    erasure_days: int
    rules: dict[str, KeepRule]

    def days(self, table: str) -> int:
        return self.rules[table].days


def load_retention(path: Path) -> Retention:
    """Raises ConfigError naming the table whose rule is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = {table: _rule(table, row) for table, row in raw.items() if table not in _SETTINGS}
    return Retention(raw["version"], raw["backup_days"], raw["erasure_days"], rules)


def _rule(table: str, row: dict[str, Any]) -> KeepRule:
    try:
        rule = KeepRule(table=table, **{**row, "keep": Keep(row["keep"])})
    except (KeyError, TypeError, ValueError) as wrong:
        raise ConfigError(f"retention of {table}: {wrong}") from wrong
    if (rule.keep is Keep.DAYS) != bool(rule.since):
        raise ConfigError(f"retention of {table}: days and since go with keep = days, and with nothing else.")
    if rule.keep is not Keep.REQUEST and not rule.why:
        raise ConfigError(f"retention of {table}: say why.")
    return rule


RETENTION = load_retention(Path(__file__).with_suffix(".toml"))
