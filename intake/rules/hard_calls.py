"""A small guard of those who listen: after a run of hard calls, suggest a break. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.errors import ConfigError
from intake.rules.outcomes import OUTCOMES
from intake.rules.tables import Table, read_table


@dataclass(frozen=True)
class Guard:
    """`run` hard calls within `within`, with no break as long as `rest` between, are enough for anybody."""

    outcomes: frozenset[str]
    run: int
    within: timedelta
    rest: timedelta


@dataclass(frozen=True)
class Made:
    """A call somebody made today: when it ended and what came of it."""

    ended_at: datetime
    outcome: str


def read_guard(table: Table) -> Guard:
    """Raises ConfigError naming the entry that is wrong."""
    raw = table.data
    unknown = sorted(set(raw["outcomes"]) - set(OUTCOMES))
    if unknown:
        raise ConfigError(f"{table.name}: {unknown[0]!r} is no outcome of a call.")
    wrong = [name for name in ("in_a_row", "within_minutes", "rest_minutes") if not raw.get(name, 0) > 0]
    if wrong:
        raise ConfigError(f"{table.name}: {wrong[0]} is a whole number of 1 or more.")
    return Guard(
        outcomes=frozenset(raw["outcomes"]),
        run=raw["in_a_row"],
        within=timedelta(minutes=raw["within_minutes"]),
        rest=timedelta(minutes=raw["rest_minutes"]),
    )


GUARD = read_guard(read_table("hard_calls.toml"))


def hard_run(
    calls: Sequence[Made], breaks: Sequence[tuple[datetime, datetime]], *, now: datetime, guard: Guard = GUARD
) -> int:
    """How many hard calls in a row somebody has behind her, 0 when a break is not called for.

    `breaks`: (start, end) of her breaks. Tries that reached nobody count for nothing.
    """
    rested = max((end for start, end in breaks if end - start >= guard.rest), default=None)
    since = max(now - guard.within, rested or now - guard.within)
    run = 0
    for call in sorted(calls, key=lambda made: made.ended_at, reverse=True):
        if call.ended_at <= since or (is_reached(call) and call.outcome not in guard.outcomes):
            break
        run += call.outcome in guard.outcomes
    return run if run >= guard.run else 0


def is_reached(call: Made) -> bool:
    return call.outcome in OUTCOMES and OUTCOMES[call.outcome].reached
