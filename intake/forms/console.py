"""Forms of the console. Several answers a page: staff do this all day."""

import re
from collections.abc import Iterable
from datetime import date, time
from functools import cached_property
from typing import Any
from uuid import UUID

from markupsafe import Markup
from wtforms import HiddenField, StringField
from wtforms.validators import StopValidation

from intake.forms.base import DeskForm
from intake.forms.fields import Choice, Line, Pick, Tick, as_choices
from intake.forms.text import is_hidden
from intake.rules.facts import Language
from intake.rules.outcomes import Outcome

NOTES_LIMIT = 10_000
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
_SPOKEN = [(Language.SPANISH.value, "Spanish"), (Language.ENGLISH.value, "English"), ("other", "Another")]


class PressForm(DeskForm):
    """A button alone: it carries only the token against forged requests, written once for a page of them."""

    @cached_property
    def _tag(self) -> Markup:
        return Markup(super().hidden_tag())

    def hidden_tag(self, *fields: Any) -> Markup:
        return self._tag


class Notes(StringField):
    """Several lines of text. Control characters go, line breaks stay."""

    def __init__(self, label: str, *, limit: int = NOTES_LIMIT, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.limit = limit

    def process_formdata(self, valuelist: list[Any]) -> None:
        raw = "\n".join(dict.fromkeys(str(value) for value in valuelist))
        raw = raw.replace("\r\n", "\n").replace("\t", " ")
        self.data = "".join(letter for letter in raw if letter == "\n" or not is_hidden(letter)).strip()

    def pre_validate(self, form: Any) -> None:
        length = len(self.data or "")
        if length > self.limit:
            raise StopValidation(f"The notes have {length:,} letters. Use {self.limit:,} or fewer.")


class ReasonForm(DeskForm):
    reason = Line("Reason", noun="reason", missing="Say why: the reason is kept.", limit=300)


class TrackingForm(DeskForm):
    tracking = Line("Tracking number", noun="tracking number", missing="Type the tracking number.", limit=40)


class CallForm(DeskForm):
    """What came of a call. `version`, `page` and `attempt` say which call and which page it was."""

    version = HiddenField()
    page = HiddenField()
    attempt = HiddenField()
    number = HiddenField()
    outcome = Choice("What came of the call?", noun="what came of the call")
    again_on = Line("Day", noun="day", limit=10)
    again_at = Line("Time", noun="time", limit=8)
    in_person = Tick("I make the next call myself")
    language = Pick("Language", noun="the language")
    colleague = HiddenField()
    notes = Notes("Notes")

    def __init__(self, *, outcomes: Iterable[Outcome], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outcome.choices = as_choices((outcome.code, outcome.label) for outcome in outcomes)
        self.language.choices = as_choices([("", "Choose a language"), *_SPOKEN])

    def page_name(self) -> str:
        return _NOT_IN_A_NAME.sub("", self.page.data or "")[:40]

    def version_number(self) -> int:
        """0, which no row has, for anything that is not a number."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0

    def attempt_id(self) -> UUID | None:
        return _id(self.attempt.data)

    def number_of(self) -> UUID | None:
        """The request whose number was chosen, where the family gave several."""
        return _id(self.number.data)

    def colleague_id(self) -> UUID | None:
        return _id(self.colleague.data)

    def asked_time(self) -> tuple[date, time] | None:
        """The day and time typed, None when both are empty. Adds an error to the one that is wrong."""
        if not (self.again_on.data or self.again_at.data):
            return None
        day, hour = _day(self.again_on.data or ""), _hour(self.again_at.data or "")
        if day is None:
            self.add_error("again_on", "Write the day as year-month-day, like 2026-11-30.")
        if hour is None:
            self.add_error("again_at", "Write the time with hours and minutes, like 14:30.")
        return (day, hour) if day and hour is not None else None


def ids(texts: Iterable[str]) -> list[UUID]:
    """Those that are ids, of ticks and the like."""
    return [found for found in map(_id, texts) if found]


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        return None
