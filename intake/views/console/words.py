"""Short words for staff, and times as the family's clock shows them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask import g
from phonenumbers import PhoneNumberFormat, format_number, parse

from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.rules.calling_hours import local_time
from intake.rules.differences import difference_texts
from intake.rules.distances import distance_text
from intake.rules.facts import Language, Relation
from intake.rules.may_contact import SAY_CALL_REASON
from intake.rules.nearer_words import nearer_texts
from intake.rules.outcomes import OUTCOMES
from intake.rules.reason_words import text_for
from intake.rules.reasons import EXCLUSION_WORDS, Reason
from intake.rules.relations import words_for
from intake.rules.skills import labels
from intake.rules.wishes import SAY_DUE_BECAUSE, DueBecause
from intake.services.call_plans import whereabouts
from intake.services.queue_page import QueueRow
from intake.services.timeline import Entry, Happened
from intake.views.public.site import settings

__all__ = ["EXCLUSION_WORDS", "difference_texts", "distance_text"]

RELATION = {
    "self": "the patient",
    "partner": "husband, wife or partner of the patient",
    "parent": "son or daughter of the patient",
    "other": "relative or friend of the patient",
    "health_worker": "health worker of the patient",
}
DIAGNOSIS = {
    "pleural": "Pleural",
    "peritoneal": "Peritoneal",
    "pericardial": "Pericardial",
    "testicular": "Testicular",
    "unsure": "Type not known",
}
CELL_TYPE = {
    "epithelioid": "Epithelioid",
    "sarcomatoid": "Sarcomatoid",
    "biphasic": "Biphasic",
    "unknown": "Not known",
}
STAGE = {
    "1": "stage 1",
    "2": "stage 2",
    "3": "stage 3",
    "4": "stage 4",
    "early": "told “early”",
    "advanced": "told “advanced”",
    "unknown": "stage not known",
}
TREATMENT = {
    "new": "Newly diagnosed",
    "treatment": "In treatment",
    "full_remission": "Full remission",
    "partial_remission": "Partial remission",
    "local_recurrence": "Came back near the same place",
    "distant_recurrence": "Came back elsewhere",
    "unsure": "Not sure",
}
# What the desk knows of a family's email; any other code is a stop of theirs.
EMAIL = {
    "works": "Given",
    "none": "None given",
    "bounced": "Does not work: a mail came back. Ask for another",
    "refused": "The last mail was refused by their mail server. Ask for another",
    "complained": "No mail: they marked one of ours as spam",
    "reply": "They answered a mail, which a supervisor reads",
}
EMAIL_STOPPED = "No mail: they said stop"
TRAVEL = {
    "hour": "About 1 hour",
    "half_day": "Up to half a day",
    "anywhere": "Anywhere in the country",
    "unsure": "Not sure",
}
LANGUAGE = {"en": "English", "es": "Spanish"}
INSURANCE = {
    "medicare": "Medicare",
    "medicaid": "Medicaid",
    "private": "Private",
    "tricare": "TRICARE",
    "va": "VA",
}
BY = {"reference": "reference", "phone": "phone", "email": "email", "last_name": "last name"}
SOURCE = {"web": "Request sent from the site", "phone": "Request made by phone"}
MAIL = {"accepted": "sent", "failed": "could not be delivered", "unknown": "perhaps sent"}
LETTER = {"posted": "posted", "returned": "came back"}
CONSENT = {
    "collect": "Keep the answers",
    "automated_calls": "Automated calls and texts",
    "guide_and_follow_ups": "Guide and follow-up mails",
    "share": "Tell a centre about them",
}
BASIS = {
    "requested_callback": "They asked to be called at this time",
    "open_request": "They asked for help and we rang within the hours of their state",
}


def local(instant: datetime, lead: Lead) -> str:
    """ "today 2:15 pm CST", "Tue Nov 24, 2:15 pm CST": on the family's clock."""
    there, today = local_time(whereabouts(lead), instant), local_time(whereabouts(lead), g.now)
    days = (there.date() - today.date()).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    day = day or f"{there:%a} {there:%b} {there.day},"
    return f"{day} {wall(there)}"


def wall(there: datetime) -> str:
    """ "2:15 pm CST" of a time that has its zone."""
    return f"{there.hour % 12 or 12}:{there:%M} {'am' if there.hour < 12 else 'pm'} {there:%Z}"


def there_now(lead: Lead) -> str:
    return wall(local_time(whereabouts(lead), g.now))


def promise(callback: Callback) -> str:
    """How the promise stands, as a span that needs no zone."""
    left = callback.promise_by - g.now
    return f"late by {span(-left)}" if left < timedelta(0) else f"{span(left)} left"


def is_late(callback: Callback) -> bool:
    return bool(callback.promise_by < g.now)


def span(length: timedelta) -> str:
    """ "3 min", "2 h 10 min", "4 days"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    days = minutes // (24 * 60)
    return f"{days} day{'' if days == 1 else 's'}"


def facts(lead: Lead) -> str:
    return f"{DIAGNOSIS[lead.diagnosis]}, {STAGE[lead.stage]}"


def because(callback: Callback) -> str:
    return say(callback.due_because)


def say(reason: str) -> str:
    return SAY_DUE_BECAUSE[DueBecause(reason)] if reason in set(DueBecause) else ""


def at_zone(instant: datetime, zone: str) -> str:
    """ "Tue Nov 24, 2:15 pm CST" on the clock of a zone."""
    there = instant.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there:%b} {there.day}, {wall(there)}"


def zone_name(zone: str) -> str:
    """ "Central Time" of "America/Chicago"."""
    return get_timezone_name(zone, locale="en_US")


def phone(e164: str) -> str:
    """The number as people write it here: (555) 010-0199."""
    number = parse(e164)
    style = PhoneNumberFormat.NATIONAL if number.country_code == 1 else PhoneNumberFormat.INTERNATIONAL
    return format_number(number, style)


def outcome(code: str | None) -> str:
    if not code:
        return "Under way"
    return OUTCOMES[code].label if code in OUTCOMES else "No outcome was written down"


def clock(instant: datetime) -> str:
    """ "2:30 pm" on the office's clock."""
    return wall(instant.astimezone(ZoneInfo(settings().organisation.office.zone)))


def happened(entry: Entry) -> str:
    """What an entry of the timeline says before its time."""
    step = entry.code.partition(".")[0]
    return {
        Happened.CALL: outcome(entry.code),
        Happened.SENT: SOURCE.get(entry.code, "Request"),
        Happened.UNDONE: f"“{outcome(entry.code)}” was taken back",
        Happened.NOTE: "Note of somebody who had lost the call",
        Happened.CORRECTED: f"The {entry.code} was corrected",
        Happened.REFUSED: f"A call was refused: {entry.text}",
        Happened.LETTER: f"Letter “{step.replace('_', ' ')}”: {LETTER.get(entry.text or '', '')}",
        Happened.MAIL: f"Mail “{step.replace('_', ' ')}”: {MAIL.get(entry.text or '', '')}",
    }[entry.kind]


def answer(field: Any, value: str) -> str:
    """A stored answer as its question offers it."""
    choices = (
        {choice[0]: str(choice[1]) for choice in field.iter_choices()} if hasattr(field, "choices") else {}
    )
    return choices.get(value, value) or "Not known"


def reasons(match: Match, lead: Lead) -> list[tuple[str, str]]:
    """Each reason as its sentence and its code."""
    who = words_for(Relation(lead.relation))
    return [(text_for(Reason.from_json(raw), who), raw["code"]) for raw in match.reasons]


def nearer(match_set: MatchSet, lead: Lead) -> list[str]:
    """Why nearer doctors are not on the list, as the family reads it."""
    return nearer_texts(match_set, words_for(Relation(lead.relation)))


def skills(names: list[str]) -> str:
    """ "Spanish, Veterans": what the caller must be able to do."""
    return ", ".join(labels(names))


def waits(row: QueueRow) -> str:
    """Why the reader cannot take this call now, or nothing."""
    if row.owner and row.callback.owner_id != g.staff.id:
        return f"{row.owner} promised to call"
    if row.lacks and row.opens_at > g.now:
        return f"For {', '.join(labels(row.lacks))} until {local(row.opens_at, row.lead)}"
    if row.may.allowed or row.callback.due_at > g.now:
        return ""
    if row.may.never:
        return f"No call: {SAY_CALL_REASON[row.may.reason]}"
    opens = row.may.next_open
    return f"Not before {local(opens, row.lead) if opens else 'we know where they are'}"


def speaks(lead: Lead) -> str:
    return LANGUAGE[Language(lead.language)]
