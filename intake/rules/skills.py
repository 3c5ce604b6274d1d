"""What a family may need that not every advocate can do, from skills.toml. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from intake.errors import ConfigError
from intake.rules.tables import Table, read_table

_KEYS = {"label", "when", "after_minutes", "otherwise"}
_HEAD = {"version", "reviewed"}
# Answers that may ask for a skill.
_FACTS = {"language", "veteran"}


@dataclass(frozen=True, kw_only=True)
class Skill:
    """One row. `after` past its due time a call that needs the skill is open to everybody."""

    name: str
    label: str
    when: Mapping[str, object]
    after: timedelta
    otherwise: str

    def is_needed(self, answers: Mapping[str, object]) -> bool:
        return all(answers.get(fact) == value for fact, value in self.when.items())


def read_skills(table: Table) -> dict[str, Skill]:
    """The rows in the order of the file. Raises ConfigError naming the row that is wrong."""
    rows = {name: row for name, row in table.data.items() if name not in _HEAD}
    return {name: _skill(name, row) for name, row in rows.items()}


def _skill(name: str, row: dict[str, Any]) -> Skill:
    if set(row) != _KEYS:
        odd = ", ".join(sorted(set(row) ^ _KEYS))
        raise ConfigError(f"skill {name}: missing or unknown entries: {odd}.")
    if not row["when"] or set(row["when"]) - _FACTS:
        raise ConfigError(f"skill {name}: when names one or more of {', '.join(sorted(_FACTS))}.")
    if type(row["after_minutes"]) is not int or row["after_minutes"] < 0:
        raise ConfigError(f"skill {name}: after_minutes is a whole number, 0 or more.")
    after = timedelta(minutes=row["after_minutes"])
    return Skill(name=name, label=row["label"], when=row["when"], after=after, otherwise=row["otherwise"])


SKILLS: dict[str, Skill] = read_skills(read_table("skills.toml"))


def skills_needed(answers: Mapping[str, object]) -> list[str]:
    """Names of the skills that a request asks for, in the order of the table."""
    return [name for name, skill in SKILLS.items() if skill.is_needed(answers)]


def labels(names: Iterable[str]) -> list[str]:
    """Words for staff; a skill that has left the table keeps its name."""
    return [SKILLS[name].label if name in SKILLS else name for name in names]
