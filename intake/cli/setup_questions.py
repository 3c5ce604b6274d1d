"""What `advocate setup` asks, and how each answer is checked. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from intake.directory import repair
from intake.errors import BadInput
from intake.rules.hours import WEEKDAYS, read_day
from intake.rules.zones import is_zone

_LONGEST = 300
_DAYS = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\S+)")


@dataclass(frozen=True)
class Question:
    """`check` returns the value to write or raises BadInput; `default` may name another answer as {name}."""

    option: str
    prompt: str
    check: Callable[[str], Any]
    default: str | None = None

    @property
    def name(self) -> str:
        return self.option.removeprefix("--").replace("-", "_")


def text(answer: str) -> str:
    """One line that is not empty."""
    answer = " ".join(answer.split())
    if not answer or len(answer) > _LONGEST or not answer.isprintable():
        raise BadInput(f"write one line of at most {_LONGEST} characters")
    return answer


def phone(answer: str) -> str:
    """+1 and ten digits."""
    found = repair.phone(answer)
    if not found.value:
        raise BadInput("write a US number with its area code, such as 312 555 0199")
    return found.value


def zone(answer: str) -> str:
    """A name of the time zone database."""
    if "/" not in answer or not is_zone(answer.strip()):
        raise BadInput("write a time zone such as America/New_York, America/Chicago or America/Los_Angeles")
    return answer.strip()


def hours(answer: str) -> dict[str, Any]:
    """`mon-fri 09:00-17:00; sat 10:00-13:00`, or `always`, as the office table of organisation.toml."""
    if answer.strip().lower() == "always":
        return {"round_the_clock": True}
    week: dict[str, list[str]] = {}
    for part in filter(None, map(str.strip, answer.lower().split(";"))):
        found = _DAYS.fullmatch(part)
        if found is None:
            raise BadInput(f"{part!r}: write hours as mon-fri 09:00-17:00; sat 10:00-13:00, or always")
        for day in _span(found[1], found[2] or found[1]):
            # "mon-fri 09:00-17:00; wed closed" takes the Wednesday out again.
            week[day] = [] if found[3] == "closed" else [*week.get(day, []), found[3]]
    for day, spans in week.items():
        read_day(spans, day)
    if not any(week.values()):
        raise BadInput("the office must be open at some time, such as mon-fri 09:00-17:00")
    return {day: week[day] for day in WEEKDAYS if week.get(day)}


def _span(first: str, last: str) -> tuple[str, ...]:
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise BadInput(f"write days as {', '.join(WEEKDAYS)}")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    if start > end:
        raise BadInput(f"{first}-{last} runs backwards; the week begins with mon")
    return WEEKDAYS[start : end + 1]


def email(answer: str) -> str:
    """An address that can be written to."""
    try:
        return validate_email(answer.strip(), check_deliverability=False).normalized
    except EmailNotValidError as wrong:
        raise BadInput(f"{answer!r} is not an email address: {wrong}") from wrong


def postal_address(answer: str) -> str:
    """Lines parted by semicolons, with a ZIP code: every mail must carry it (CAN-SPAM, 16 CFR 316)."""
    lines = [text(line) for line in answer.split(";") if line.strip()]
    if len(lines) < 2 or not re.search(r"\b\d{5}(-\d{4})?$", lines[-1]):
        raise BadInput("write street; town, state and ZIP, such as 100 Main Street; Springfield, IL 62701")
    return "\n".join(lines)


def minutes(answer: str) -> int:
    """Whole minutes from five to a day."""
    if not (answer.strip().isascii() and answer.strip().isdigit() and 5 <= int(answer) <= 1440):
        raise BadInput("write whole minutes from 5 to 1440")
    return int(answer)


QUESTIONS = (
    Question("--name", "Name of your organization", text),
    Question("--phone", "Phone number that families call", phone),
    Question("--zone", "Time zone of your office", zone),
    Question("--hours", "Office hours, or always", hours, "mon-fri 09:00-17:00"),
    Question("--sender-name", "Name on your mails", text, "{name}"),
    Question("--sender-address", "Address your mails come from", email),
    Question("--postal-address", "Postal address, lines parted by ;", postal_address),
    Question("--who-pays", "Who pays for your service, in one sentence that families read", text),
    Question("--promise-minutes", "Minutes within which you promise a first call", minutes, "30"),
    Question("--admin-email", "Email of your first administrator", email),
)
