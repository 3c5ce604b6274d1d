"""The board in the words of staff."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import g

from intake.rules.promises import SAY_BREACH_REASON, BreachReason
from intake.rules.rota import SAY_PAUSE, PauseReason
from intake.services.board import COUNTED, Row
from intake.services.presence import Doing, Member
from intake.views.console import words

DOING = {
    Doing.ON_CALL: "On the phone",
    Doing.HAS_CALL: "Has a call",
    Doing.FREE: "Free",
    Doing.PAUSED: "Paused",
    Doing.MISSING: "Not signed in, on shift",
    Doing.AWAY: "Away",
    Doing.OFF: "Off",
}


def count(number: int) -> str:
    return f"{number:,}" if number < COUNTED else f"{COUNTED:,}+"


def span(length: timedelta) -> str:
    return words.span(length)


def doing(member: Member) -> str:
    """ "On the phone since 2:05 pm", "Paused for 12 min: Meeting"."""
    said = DOING[member.doing]
    if member.since is not None:
        said = f"{said} for {words.span(g.now - member.since)}"
    if member.doing is Doing.PAUSED and member.pause:
        said = f"{said}: {SAY_PAUSE[PauseReason(member.pause.reason)].lower()}"
    if member.absence:
        said = f"{said} until {member.absence.last_day:%b} {member.absence.last_day.day}"
    return said


def choice(member: Member) -> str:
    return f"{member.staff.name} ({DOING[member.doing].lower()})"


def whose(row: Row) -> str:
    """Who has the call, or promised it in person, or nobody."""
    if row.name is None:
        return "Nobody yet"
    return row.name if row.callback.claimed_by else f"{row.name}, in person"


def clock_time(instant: datetime, zone: str) -> str:
    """ "2:05 pm CST" of the office."""
    return words.wall(instant.astimezone(ZoneInfo(zone)))


def reason(code: str) -> str:
    return SAY_BREACH_REASON[BreachReason(code)]


REASONS = [(str(code), text) for code, text in SAY_BREACH_REASON.items()]
