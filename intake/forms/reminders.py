"""When the next check-up is, and how far apart they are."""

from datetime import date
from typing import Any

from intake.errors import BadInput
from intake.forms.base import DeskForm
from intake.forms.fields import Choice, Line, Tick, as_choices
from intake.language import lazy_gettext as _
from intake.rules.appointments import INTERVALS, read_day

_EVERY = {
    0: _("I do not know"),
    3: _("Every three months"),
    6: _("Every six months"),
    12: _("Once a year"),
}
_NEITHER = _("Type the day of the next check-up, or choose how often they are.")


class RemindersForm(DeskForm):
    day = Line(
        _("Day of the next check-up"),
        noun=_("day"),
        limit=20,
        description=_("For example 2/11/2027. Leave it empty when you do not know it yet."),
        look={"classes": "govuk-input--width-10"},
    )
    every = Choice(_("How often are the check-ups?"), noun=_("how often"))
    consent = Tick("", missing=_("Tick the box so that we may email you."))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.every.choices = as_choices((str(months), _EVERY[months]) for months in INTERVALS)

    @property
    def every_months(self) -> int:
        return int(self.every.data or 0)

    def appointment(self, *, today: date) -> date | None:
        """The day typed, None for none. Adds an error when it cannot be used, or when both are unknown."""
        if not self.day.data:
            if not self.every_months and not self.errors:
                self.add_error("day", _NEITHER)
            return None
        try:
            return read_day(self.day.data, today=today)
        except BadInput as wrong:
            self.add_error("day", str(wrong))
            return None
