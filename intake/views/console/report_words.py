"""The figures of the reports in words, and what each of them means."""

from collections.abc import Sequence
from datetime import timedelta

from intake.rules.promises import SAY_BREACH_REASON
from intake.services.reports import PERCENTS, By, Days, Group, Leg, Report, Times
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
        return f"{int(key):02}:00"
    if by is By.KIND:
        return _KINDS.get(key, key)
    return _SOURCES.get(key, key) if by is By.SOURCE else key


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else _NO_FIGURE


def days(asked: Days) -> str:
    return f"{asked.first:%b} {asked.first.day} to {asked.last:%b} {asked.last.day}, {asked.last.year}"


def tables(report: Report, by: By) -> dict[str, tuple[Sequence[str], list[Sequence[Cell]]]]:
    """Header and rows of each table, as a CSV file has them: times in seconds."""
    percents = [f"p{percent} seconds" for percent in PERCENTS]
    waited, workable = ([f"{name} {one}" for one in percents] for name in ("waited", "when we could"))
    return {
        "times": (
            ["Stretch", "Requests", *percents],
            [[LEGS[leg][0], found.count, *_cells(found)] for leg, found in report.legs.items()],
        ),
        "groups": (
            [BY[by].capitalize(), "Requests", *waited, *workable, "Promises kept", "Promises"],
            [_group_cells(one, by) for one in report.groups],
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


def _group_cells(one: Group, by: By) -> list[Cell]:
    return [
        group(one.key, by),
        one.requests,
        *_cells(one.waited),
        *_cells(one.workable),
        one.kept,
        one.promises,
    ]


def _cells(found: Times) -> list[Cell]:
    return [round(one, 3) for one in found.percentiles] if found.percentiles else [None] * len(PERCENTS)
