"""Will a promised call be late, and what kept it from being made in time? Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Before this much of the promise is left nobody is told: much can still happen.
NOTICE = timedelta(minutes=10)
# How long a call with its notes takes; the desk's own median takes its place once there are enough.
TYPICAL_CALL = timedelta(minutes=20)


@dataclass(frozen=True)
class Crew:
    """Who makes calls at this moment: `at_work` in all, `free` of them without a call."""

    at_work: int
    free: int


def expected_wait(ahead: int, crew: Crew, *, call: timedelta = TYPICAL_CALL) -> timedelta | None:
    """How long until somebody is free for a call that has `ahead` others before it; None when nobody works.

    Those who are busy are, on average, half way through.
    """
    if crew.at_work == 0:
        return None
    if ahead < crew.free:
        return timedelta(0)
    rounds = (ahead - crew.free) // crew.at_work
    return call / 2 + rounds * call


def will_be_missed(left: timedelta, ahead: int, crew: Crew, *, call: timedelta = TYPICAL_CALL) -> bool:
    """Whether a call that nobody has taken comes later than promised. `left`: until the promise ends."""
    if left <= timedelta(0):
        return True
    wait = expected_wait(ahead, crew, call=call)
    return left <= NOTICE and (wait is None or wait > left)


class BreachReason(StrEnum):
    """Why a promise was broken; SAY_BREACH_REASON has the words for staff."""

    NOBODY_AT_WORK = "nobody_at_work"
    ALL_BUSY = "all_busy"
    NOT_TAKEN = "not_taken"
    HELD = "held"
    NO_SKILL = "no_skill"
    OWNER_AWAY = "owner_away"
    NOT_ALLOWED = "not_allowed"
    OFFICE_CLOSED = "office_closed"
    NO_LINE = "no_line"
    FAMILY_MOVED = "family_moved"
    OTHER = "other"


SAY_BREACH_REASON: dict[BreachReason, str] = {
    BreachReason.NOBODY_AT_WORK: "Nobody was at work",
    BreachReason.ALL_BUSY: "Everybody was on other calls",
    BreachReason.NOT_TAKEN: "Somebody was free, and nobody took it",
    BreachReason.HELD: "It was taken, and not rung in time",
    BreachReason.NO_SKILL: "It waited for somebody with the skill it needs",
    BreachReason.OWNER_AWAY: "It waited for the one who had promised it in person",
    BreachReason.NOT_ALLOWED: "The calling rules did not allow it",
    BreachReason.OFFICE_CLOSED: "The office was closed after all",
    BreachReason.NO_LINE: "Phones or computers did not work",
    BreachReason.FAMILY_MOVED: "The family asked for another time",
    BreachReason.OTHER: "Another reason",
}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """How things stood when the promise ended (or when it was foreseen that it would be missed)."""

    due_at: datetime
    promise_by: datetime
    due_because: str
    claimed: bool
    owned: bool
    skilled_at_work: bool
    crew: Crew


def likely_reason(seen: Circumstances) -> BreachReason:
    """What the desk itself can see; a supervisor may know better."""
    moved = {"calling_rules": BreachReason.NOT_ALLOWED, "office_closed": BreachReason.OFFICE_CLOSED}
    if seen.due_at >= seen.promise_by and seen.due_because in moved:
        return moved[seen.due_because]
    if seen.claimed:
        return BreachReason.HELD
    if seen.owned:
        return BreachReason.OWNER_AWAY
    if seen.crew.at_work == 0:
        return BreachReason.NOBODY_AT_WORK
    if not seen.skilled_at_work:
        return BreachReason.NO_SKILL
    return BreachReason.NOT_TAKEN if seen.crew.free else BreachReason.ALL_BUSY
