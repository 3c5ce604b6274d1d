"""How old a checked fact may be, read from freshness.toml. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from intake.rules.tables import read_table

TABLE = read_table("freshness.toml")
LIMITS: Mapping[str, int] = MappingProxyType(dict(TABLE.data["days"]))


@dataclass(frozen=True, slots=True)
class StaleFact:
    """A fact older than its limit: `since` is the day of the last check, ages are in days."""

    name: str
    since: date
    age: int
    limit: int

    @property
    def overdue(self) -> int:
        return self.age - self.limit


def stale_facts(checked: Mapping[str, date], today: date) -> tuple[StaleFact, ...]:
    """Those of `checked` (name -> day of the last check) that are past their limit, the worst first."""
    aged = (
        StaleFact(name, since, (today - since).days, LIMITS[name])
        for name, since in checked.items()
        if name in LIMITS
    )
    return tuple(sorted((fact for fact in aged if fact.overdue > 0), key=lambda f: (-f.overdue, f.name)))
