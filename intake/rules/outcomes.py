"""How a call can end and what follows, from outcomes.toml. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from intake.errors import ConfigError
from intake.rules.facts import Channel

_Word = TypeVar("_Word", bound=StrEnum)


class OutcomeCode(StrEnum):
    SPOKE = "spoke"
    LEFT_MESSAGE = "left_message"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    ASKED_TIME = "asked_time"
    NOT_READY = "not_ready"
    ASKED_TO_STOP = "asked_to_stop"
    PATIENT_DIED = "patient_died"
    OTHER_LANGUAGE = "other_language"
    DISTRESSED = "distressed"


class NextStep(StrEnum):
    NONE = "none"
    RETRY = "retry"
    AT_TIME = "at_time"
    LATER_DAYS = "later_days"


class SeriesStep(StrEnum):
    """What becomes of the mails that are still to come."""

    CONTINUE = "continue"
    PAUSE_DAYS = "pause_days"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One row. `later_days` counts with LATER_DAYS, `pause_days` with PAUSE_DAYS, else they are 0.

    `key`: the key that chooses it. `suppress` names the channels that fall silent; `closes_callback` says
    that no call is owed any more, unless it `tries_other_number` and the family gave one.
    """

    code: OutcomeCode
    key: str
    label: str
    hint: str
    next: NextStep
    later_days: int
    wait_minutes: int
    other_part: bool
    closes_callback: bool
    reached: bool
    suppress: frozenset[Channel]
    series: SeriesStep
    pause_days: int
    tell_supervisor: bool
    asks_language: bool
    tries_other_number: bool


_REQUIRED: dict[str, type] = {"key": str, "label": str, "hint": str, "next": str, "series": str}
_OPTIONAL: dict[str, type] = {
    "wait_minutes": int,
    "other_part": bool,
    "closes_callback": bool,
    "reached": bool,
    "suppress": list,
    "tell_supervisor": bool,
    "asks_language": bool,
    "tries_other_number": bool,
}
_TABLE_KEYS = {"version", "reviewed"}


def load_outcomes(path: Path) -> dict[str, Outcome]:
    """Read the table, in its order. Raises ConfigError naming the row that is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = {code: row for code, row in raw.items() if code not in _TABLE_KEYS}
    if set(rows) != set(OutcomeCode):
        odd = ", ".join(sorted(set(rows) ^ set(OutcomeCode)))
        raise ConfigError(f"{path.name}: every outcome has one row; missing or unknown: {odd}.")
    outcomes = {code: _outcome(code, row) for code, row in rows.items()}
    _check_keys(path.name, outcomes)
    return outcomes


def _check_keys(name: str, outcomes: Mapping[str, Outcome]) -> None:
    keys = [outcome.key for outcome in outcomes.values()]
    if len(set(keys)) < len(keys) or any(len(key) != 1 for key in keys):
        raise ConfigError(f"{name}: every outcome has a key of its own, one sign each.")


def _outcome(code: str, raw: Mapping[str, Any]) -> Outcome:
    _check_entries(code, raw)
    step, later_days = _with_days(code, raw["next"], NextStep.LATER_DAYS)
    series, pause_days = _with_days(code, raw["series"], SeriesStep.PAUSE_DAYS)
    outcome = Outcome(
        code=OutcomeCode(code),
        key=raw["key"],
        label=raw["label"],
        hint=raw["hint"],
        next=_member(code, NextStep, step),
        later_days=later_days,
        wait_minutes=raw.get("wait_minutes", 0),
        other_part=raw.get("other_part", False),
        closes_callback=raw.get("closes_callback", False),
        reached=raw.get("reached", False),
        suppress=frozenset(_member(code, Channel, name) for name in raw.get("suppress", ())),
        series=_member(code, SeriesStep, series),
        pause_days=pause_days,
        tell_supervisor=raw.get("tell_supervisor", False),
        asks_language=raw.get("asks_language", False),
        tries_other_number=raw.get("tries_other_number", False),
    )
    _check(outcome)
    return outcome


def _check_entries(code: str, raw: Mapping[str, Any]) -> None:
    known = _REQUIRED | _OPTIONAL
    odd = (_REQUIRED.keys() - raw.keys()) | (raw.keys() - known.keys())
    if odd:
        raise ConfigError(f"outcome {code}: missing or unknown entries: {', '.join(sorted(odd))}.")
    wrong = [f"{key} must be {known[key].__name__}" for key in raw if type(raw[key]) is not known[key]]
    if wrong:
        raise ConfigError(f"outcome {code}: {', '.join(wrong)}.")


def _with_days(code: str, text: str, counted: StrEnum) -> tuple[str, int]:
    """`later_days=7` -> ("later_days", 7); a word without a number -> (word, 0)."""
    word, equals, number = text.partition("=")
    if (word == counted) != (bool(equals) and number.isascii() and number.isdigit() and int(number) > 0):
        raise ConfigError(f"outcome {code}: {text!r} is wrong; write {counted}=N with N of 1 or more.")
    return word, int(number or 0)


def _member(code: str, kind: type[_Word], word: str) -> _Word:
    try:
        return kind(word)
    except ValueError:
        raise ConfigError(f"outcome {code}: {word!r} is none of {', '.join(kind)}.") from None


def _check(outcome: Outcome) -> None:
    told = {
        "closes_callback goes with next = none": outcome.closes_callback != (outcome.next is NextStep.NONE),
        "a retry waits at least one minute": (outcome.next is NextStep.RETRY) != (outcome.wait_minutes > 0),
        "other_part goes with next = retry": outcome.other_part and outcome.next is not NextStep.RETRY,
        "a call on a silent channel cannot follow": Channel.CALL in outcome.suppress
        and not outcome.closes_callback,
        "mails cannot follow when email is silent": Channel.EMAIL in outcome.suppress
        and outcome.series is not SeriesStep.END,
        "label and hint say something": not (outcome.label.strip() and outcome.hint.strip()),
    }
    broken = [rule for rule, wrong in told.items() if wrong]
    if broken:
        raise ConfigError(f"outcome {outcome.code}: {'; '.join(broken)}.")


OUTCOMES: dict[str, Outcome] = load_outcomes(Path(__file__).with_suffix(".toml"))
