"""Which centre may be given what: asked on the family's page, and by an advocate who reads the words out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import HiddenField

from intake.forms.base import DeskForm
from intake.forms.console import ids
from intake.forms.contact_details import read_email
from intake.forms.fields import Choice, Line, Tick, as_choices
from intake.language import lazy_gettext as _
from intake.rules.facts import Language
from intake.rules.sharing import DAYS, SharedField, Terms, in_order


class ShareForm(DeskForm):
    centre = Choice(_("Which center?"), noun=_("the center"), missing=_("Choose the center."))
    names = Tick(_("The names"))
    phone = Tick(_("The phone number"))
    email = Tick(_("The email address"))
    illness = Tick(_("The type and the stage"))
    treatment = Tick(_("Where the treatment stands"))
    place = Tick(_("The ZIP code"))
    days = Choice(_("For how long?"), noun=_("how long"), missing=_("Choose for how long."))
    agreed = HiddenField()

    def __init__(self, *, centres: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.centre.choices = as_choices((str(centre_id), name) for centre_id, name in centres)
        self.days.choices = as_choices((str(days), _("%(days)s days", days=days)) for days in DAYS)

    @property
    def ticks(self) -> list[Tick]:
        return [self[field.value] for field in SharedField]

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if not self.chosen():
            self.add_error("names", str(_("Tick at least one thing that they may know.")))
            return False
        return valid

    def chosen(self) -> list[SharedField]:
        return in_order(field.value for field in SharedField if self[field.value].data)

    def terms(self, language: Language) -> Terms:
        """Once it is valid."""
        (centre_id,) = ids([self.centre.data or ""])
        return Terms(
            centre_id=centre_id, fields=self.chosen(), days=int(self.days.data or 0), language=language
        )


class GiveForm(DeskForm):
    address = Line(
        "Email address of the centre",
        noun="email address",
        missing="Type where the centre reads mail: word of a deletion goes there.",
        limit=254,
        read=read_email,
    )
