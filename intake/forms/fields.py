"""The four kinds of question: a line of text, a choice, a pick from a list, a tick.

Every sentence a field can answer with names the field, and what was typed is kept.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import StopValidation

from intake.errors import BadInput
from intake.forms import text
from intake.forms.widgets import ChoiceInput, LineInput, PickInput, TickInput
from intake.language import gettext

# More than any honest answer; enough to show again what was typed.
KEPT = 2000
Read = Callable[[str], str]


class Line(StringField):
    """One line of text. `missing` is the sentence for an empty answer; None makes it optional."""

    widget = LineInput()

    def __init__(
        self,
        label: str,
        *,
        noun: str,
        missing: str | None = None,
        limit: int = 100,
        read: Read | None = None,
        **kwargs: Any,
    ) -> None:
        self.look: dict[str, Any] = kwargs.pop("look", {})
        super().__init__(label, **kwargs)
        self.noun, self.missing, self.limit, self.read = noun, missing, limit, read
        self.clean = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        raw = str(valuelist[0]) if valuelist else ""
        self.data = text.tidy(raw[: KEPT * 10])[:KEPT]
        if len(set(valuelist)) > 1:
            raise ValueError(
                gettext("We got two answers for the %(noun)s. Check it, then go on.", noun=self.noun)
            )
        if text.has_hidden(raw[: KEPT * 10]):
            raise ValueError(
                gettext("The %(noun)s had a hidden character in it. Check it, then go on.", noun=self.noun)
            )

    def pre_validate(self, form: Any) -> None:
        typed = self.data or ""
        if self.process_errors:
            raise StopValidation()
        if not typed:
            raise StopValidation(str(self.missing or ""))
        if len(typed) > self.limit:
            raise StopValidation(
                gettext(
                    "The %(noun)s is too long. Use %(limit)s letters or fewer.",
                    noun=self.noun,
                    limit=self.limit,
                )
            )
        self.clean = self._read(typed)

    def _read(self, typed: str) -> str:
        if self.read is None:
            return typed
        try:
            return self.read(typed)
        except BadInput as wrong:
            raise StopValidation(str(wrong)) from wrong


class Pick(SelectField):
    """A list that opens: for dates, states and time zones. `noun` is said in errors."""

    widget = PickInput()

    def __init__(
        self,
        label: str,
        *,
        noun: str,
        choices: Iterable[tuple[str, str]] = (),
        missing: str | None = None,
        look: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, choices=as_choices(choices), **kwargs)
        self.noun, self.missing, self.look = noun, missing, look or {}

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0]) if valuelist else ""
        if len(set(valuelist)) > 1:
            raise ValueError(gettext("We got two answers for %(noun)s. Choose one.", noun=self.noun))

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()
        if not self.data:
            raise StopValidation(str(self.missing or ""))
        if not any(value == self.data for value, *_ in self.iter_choices()):
            raise StopValidation(gettext("Choose one of the answers for %(noun)s.", noun=self.noun))


class Choice(Pick, RadioField):
    """Radio buttons, each as a row that can be pressed anywhere."""

    widget = ChoiceInput()


class Tick(BooleanField):
    """One box that is never ticked for the visitor. `missing` makes it needed."""

    widget = TickInput()

    def __init__(self, label: str, *, missing: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.missing = missing

    def pre_validate(self, form: Any) -> None:
        if self.missing and not self.data:
            raise StopValidation(str(self.missing))


def as_choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    return [SelectChoice(value=str(value), label=label) for value, label in pairs]


def labelled(labels: dict[Any, str]) -> list[tuple[str, str]]:
    """Choices from a table of labels by StrEnum member."""
    return [
        (member.value if isinstance(member, StrEnum) else member, label) for member, label in labels.items()
    ]
