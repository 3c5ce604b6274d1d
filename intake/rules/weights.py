"""The weights of a score, read from weights.toml. Points are held as whole thousandths.

Whole numbers make the parts of a score add up exactly, in numpy and in plain Python alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from intake.errors import ConfigError
from intake.rules import guidance, taxonomy
from intake.rules.expertise import Designation, VolumeBand
from intake.rules.facts import Travel
from intake.rules.guidance import Guidance
from intake.rules.tables import read_table

POINT = 1000


@dataclass(frozen=True, slots=True)
class Balance:
    """Distance against experience: one balance for surgical cases, one for the others."""

    distance: int
    volume: Mapping[str, int]
    designation: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Weights:
    """Every figure of weights.toml; points in thousandths, travel in miles."""

    limit: int
    per_centre: int
    nearer_within: int
    beside: int
    travel: Mapping[str, int]
    by_priority: tuple[int, ...]
    opinion: int
    type_shown: int
    leading_treatment: int
    further_treatment: int
    further_most: int
    general: Balance
    surgical: Balance
    half_at_miles: int
    other_state_percent: int
    accepting: int
    accepting_unknown: int
    video: int
    spoken: int
    taken: int
    taken_unknown: int
    freshness: tuple[tuple[int, int], ...]

    def for_priority(self, priority: int) -> int:
        """Points of the specialty at this place (0 = first) in the guidance."""
        return self.by_priority[min(priority, len(self.by_priority) - 1)]

    def for_kinds(self, guidance: Guidance) -> dict[str, int]:
        """Points of each kind (short code) that the guidance names."""
        return {
            short: self.opinion if short in guidance.opinions else self.for_priority(place)
            for place, tier in enumerate(guidance.tiers)
            for short in tier
        }

    def balance(self, *, surgical: bool) -> Balance:
        return self.surgical if surgical else self.general


def _balance(raw: dict[str, Any]) -> Balance:
    return Balance(
        distance=raw["distance"] * POINT,
        volume=_points(raw["volume"], {*VolumeBand}),
        designation=_points(raw["designation"], {*Designation}),
    )


def _points(raw: dict[str, int], known: set[str]) -> Mapping[str, int]:
    if unknown := set(raw) - known:
        raise ConfigError(f"weights.toml: unknown {', '.join(sorted(unknown))}. Mend the name.")
    return MappingProxyType({key: value * POINT for key, value in raw.items()})


def _travel(raw: dict[str, int]) -> Mapping[str, int]:
    if unknown := set(raw) - {*Travel}:
        raise ConfigError(f"weights.toml, travel: unknown {', '.join(sorted(unknown))}. Mend the name.")
    return MappingProxyType(dict(raw))


def _weights(data: dict[str, Any]) -> Weights:
    return Weights(
        **data["list"],
        travel=_travel(data["travel"]),
        by_priority=tuple(points * POINT for points in data["specialty"]["by_priority"]),
        opinion=data["specialty"]["opinion"] * POINT,
        type_shown=data["expertise"]["type_shown"] * POINT,
        leading_treatment=data["expertise"]["leading_treatment"] * POINT,
        further_treatment=data["expertise"]["further_treatment"] * POINT,
        further_most=data["expertise"]["further_most"],
        general=_balance(data["general"]),
        surgical=_balance(data["surgical"]),
        **data["distance"],
        **{key: points * POINT for key, points in data["availability"].items()},
        spoken=data["language"]["spoken"] * POINT,
        **{key: points * POINT for key, points in data["insurance"].items()},
        freshness=tuple((days, points * POINT) for days, points in data["freshness"]["steps"]),
    )


TABLE = read_table("weights.toml")
WEIGHTS = _weights(TABLE.data)


def _rule_version() -> str:
    tables = (guidance.TABLE, TABLE, taxonomy.TABLE)
    digest = sha256("".join(table.digest for table in tables).encode()).hexdigest()[:8]
    named = "-".join(f"{table.name[0]}{table.version}" for table in tables)
    return f"{named}-{digest}"


# Names the versions for people; the digest notices a changed line whose version was left alone.
RULE_VERSION: str = _rule_version()
