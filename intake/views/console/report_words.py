"""The figures of the reports in words, and what each of them means."""

from collections.abc import Sequence
from datetime import timedelta

from intake.rules.promises import SAY_BREACH_REASON, BreachReason
from intake.services.reports import PERCENTS, By, Days, Group, Leg, Report, Split, Times
from intake.views.console import words
from intake.views.csv_file import Cell

LEGS = {
    Leg.STORED: ("Sent to stored", "From the moment they pressed Send until the request was safe."),
    Leg.MATCHED: ("Stored to matched", "Until the list of doctors was there."),
    Leg.QUEUED: ("Stored to in the queue", "Until the call stood in the queue with its hour."),
    Leg.CLAIMED: ("Due to taken", "From the hour they asked for until an advocate took the call."),
    Leg.RUNG: ("Taken to first ring", "Until the advocate pressed Start call."),
    Leg.SPOKEN: ("First ring to a talk", "Until somebody was reached; 0 when the first ring reached them."),
    Leg.WAITED: ("Sent to first ring", "What the family waited, nights and holidays included."),
    Leg.WORKABLE: (
        "Of it, when we could",
        "Only the time from the hour they asked for in which the office was open and their phone might ring.",
    ),
    Leg.HEARD: ("Sent to a talk", "From Send to a nurse's voice."),
}
FUNNEL = {
    "asked": "Asked for a call",
    "matched": "Matched",
    "queued": "In the queue",
    "claimed": "Taken",
    "rung": "Rung",
    "spoken": "Spoken",
}
BY = {
    By.KIND: "type of request",
    By.HOUR: "hour of sending",
    By.ADVOCATE: "advocate who rang first",
    By.SOURCE: "source",
}
LEGEND = (
    "Circle: half of the requests took no longer (p50). Square: nine of ten (p90). Stroke: nineteen of "
    "twenty (p95); of fewer than twenty requests it is close to the longest. The axis is stretched, so that "
    "seconds and days are both seen."
)
_KINDS = {"match": "Doctor match", "guide": "Guide alone"}
_SOURCES = {"web": "Our pages", "phone": "By phone"}
_NO_FIGURE = "–"


def seconds(length: float) -> str:
    """ "0 s", "0.4 s", "12 s", "3 min", "2 h 10 min", "4 days"."""
    if 0 < length < 0.1:
        return "<0.1 s"
    if 0 < length < 10:
        return f"{length:.1f} s"
    return f"{length:.0f} s" if length < 60 else words.span(timedelta(seconds=length))


def times(found: Times) -> list[str]:
    """The three percentiles in words."""
    return [seconds(one) for one in found.percentiles] if found.percentiles else [_NO_FIGURE] * len(PERCENTS)


def group(key: str, by: By) -> str:
    if by is By.HOUR:
        return f"{int(key) % 12 or 12} {'am' if int(key) < 12 else 'pm'}"
    if by is By.KIND:
        return _KINDS.get(key, key)
    return _SOURCES.get(key, key) if by is By.SOURCE else key


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else _NO_FIGURE


def stretches() -> list[tuple[Leg, str]]:
    return [(leg, said) for leg, (said, _) in LEGS.items()]


def reason(code: BreachReason) -> str:
    return SAY_BREACH_REASON[code]


def most(reasons: Sequence[tuple[BreachReason, int, int]]) -> int:
    """The longest bar: what was given and what was seen, together."""
    return max(given + seen for _, given, seen in reasons)


def days(asked: Days) -> str:
    """ "Nov 18 to Nov 24, 2026, Central Time": a figure always names its days and their clock."""
    years = (asked.first.year, asked.last.year)
    first_year = f", {years[0]}" if years[0] != years[1] else ""
    first, last = (f"{day:%b} {day.day}" for day in (asked.first, asked.last))
    return f"{first}{first_year} to {last}, {years[1]}, {words.zone_name(asked.zone)}"


def tables(report: Report, split: Split) -> dict[str, tuple[Sequence[str], list[Sequence[Cell]]]]:
    """Header and rows of each table, as a CSV file has them: times in seconds."""
    percents = [f"p{percent} seconds" for percent in PERCENTS]
    stretch = LEGS[split.leg][0]
    return {
        "times": (
            ["Stretch", "Requests", *percents],
            [[LEGS[leg][0], found.count, *_cells(found)] for leg, found in report.legs.items()],
        ),
        "groups": (
            [BY[split.by].capitalize(), "Requests", "Promises kept", "Promises", "Stretch", *percents],
            [_group_cells(one, split.by, stretch) for one in report.groups],
        ),
        "funnel": (["Step", "Requests"], [[FUNNEL[step.name], step.count] for step in report.funnel]),
        "outcomes": (
            ["Outcome", "Calls"],
            [[words.outcome(code), count] for code, count in report.outcomes],
        ),
        "reasons": (
            ["Reason", "Given by a supervisor", "Seen by the desk"],
            [[SAY_BREACH_REASON[code], said, guessed] for code, said, guessed in report.reasons],
        ),
    }


def _group_cells(one: Group, by: By, stretch: str) -> list[Cell]:
    return [group(one.key, by), one.requests, one.kept, one.promises, stretch, *_cells(one.times)]


def _cells(found: Times) -> list[Cell]:
    return [round(one, 3) for one in found.percentiles] if found.percentiles else [None] * len(PERCENTS)
