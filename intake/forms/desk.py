"""Forms of the desk about a request: what it says, who to look for, a request made by phone."""

from typing import Any

from wtforms import HiddenField

from intake.errors import BadInput
from intake.forms import answers
from intake.forms.base import DeskForm
from intake.forms.contact_details import read_email, read_phone
from intake.forms.fields import Choice, Line, Pick, Tick, labelled
from intake.forms.names import read_name
from intake.forms.times import ZONES
from intake.places import find_place, normalise_zip
from intake.rules.facts import Insurance, Relation
from intake.rules.zones import STATES

_UNKNOWN = ("", "Not known")
_YES_NO = [_UNKNOWN, ("yes", "Yes"), ("no", "No")]
_RELATION = [
    ("", "Choose"),
    (Relation.SELF.value, "The patient"),
    (Relation.PARTNER.value, "Husband, wife or partner"),
    (Relation.PARENT.value, "Son or daughter"),
    (Relation.OTHER.value, "Another relative or a friend"),
    (Relation.HEALTH_WORKER.value, "A health worker"),
]
_INSURANCE = {
    Insurance.MEDICARE: "Medicare",
    Insurance.MEDICAID: "Medicaid",
    Insurance.PRIVATE: "Private",
    Insurance.TRICARE: "TRICARE",
    Insurance.VA: "VA",
}


class FindForm(DeskForm):
    """Posted, never in an address: what is typed here is a person."""

    text = Line(
        "Reference, phone, email or last name",
        noun="search",
        missing="Type a reference, a whole phone number, a whole email address or a last name.",
        limit=254,
    )

    def phone(self) -> str | None:
        """E.164 when the words can be a number."""
        typed = self.text.data or ""
        if sum(sign.isdigit() for sign in typed) < 7 or any(sign.isalpha() for sign in typed):
            return None
        try:
            return read_phone(typed)
        except BadInput:
            return None


class RequestForm(DeskForm):
    """The questions of the match, several a page: staff ask them in a conversation."""

    relation = Pick(
        "Who they are", noun="who they are", choices=_RELATION, missing="Choose who they are to the patient."
    )
    first_name = Line(
        "First name",
        noun="first name",
        missing="Type the first name.",
        read=read_name("first name"),
    )
    last_name = Line("Last name", noun="last name", read=read_name("last name"))
    patient_first_name = Line(
        "Patient’s first name, if another",
        noun="first name of the patient",
        read=read_name("first name of the patient"),
    )
    diagnosis = Pick("Type", noun="the type", choices=labelled(answers.DIAGNOSIS))
    cell_type = Pick("Cell type", noun="the cell type", choices=labelled(answers.CELL_TYPE))
    stage = Pick("Stage", noun="the stage", choices=labelled(answers.STAGE))
    treatment_status = Pick("Status", noun="the status", choices=labelled(answers.TREATMENT_STATUS))
    zip = Line("ZIP code", noun="ZIP code", limit=20, read=normalise_zip)
    state = Pick(
        "State, if the ZIP code is not known",
        noun="the state",
        choices=[_UNKNOWN, *((code, state.name) for code, state in STATES.items())],
    )
    time_zone = Pick(
        "Their time zone, if they say it", noun="the time zone", choices=[("", "As the place says"), *ZONES]
    )
    travel = Pick("How far they can travel", noun="how far", choices=labelled(answers.TRAVEL))
    veteran = Pick("Did the patient serve?", noun="whether the patient served", choices=_YES_NO)
    insurance = Pick("Insurance", noun="the insurance", choices=[_UNKNOWN, *labelled(_INSURANCE)])
    language = Pick("Language", noun="the language", choices=labelled(answers.LANGUAGE))
    voicemail = Pick(
        "May a message say mesothelioma?", noun="the voicemail", choices=[("no", "No"), ("yes", "Yes")]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.zip.clean and find_place(self.zip.clean) is None and not self.state.data:
            sentence = f"We cannot find the ZIP code {self.zip.clean}. Check it, or choose the state as well."
            self.add_error("zip", sentence)
            return False
        return valid

    def said(self) -> dict[str, str]:
        """Every answer by its name, read as the fields read it."""
        fields = {name: field for name, field in self._fields.items() if isinstance(field, Line | Pick)}
        return {
            name: field.clean if isinstance(field, Line) else field.data or ""
            for name, field in fields.items()
        }


class FactsForm(RequestForm):
    """Corrections of a request. The phone and the email are never shown here, only replaced."""

    version = HiddenField()
    new_phone = Line("New phone number", noun="phone number", limit=40, read=read_phone)
    new_email = Line("New email address", noun="email address", limit=254, read=read_email)

    def version_number(self) -> int:
        """0, which no row has, for anything that is not a number."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class VoiceForm(RequestForm):
    """A request made on the phone. Each sentence of consent is read out, and ticked when they said yes."""

    submission_id = HiddenField()
    phone = Line(
        "Phone number", noun="phone number", missing="Type their phone number.", limit=40, read=read_phone
    )
    email = Line("Email address", noun="email address", limit=254, read=read_email)
    consent_collect = Tick(
        "", missing="Read the sentence about keeping the answers, and tick it when they agree."
    )
    consent_email = Tick("")


class MarkForm(DeskForm):
    mark = Choice("What is it?", noun="what it is", choices=[("spam", "Spam"), ("test", "A test of ours")])


class LinkForm(DeskForm):
    reference = Line(
        "Reference of the other request",
        noun="reference",
        missing="Type the reference of the other request.",
        limit=20,
    )
