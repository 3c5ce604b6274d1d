"""Forms of the directory. What was typed is kept; each sentence names its field."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import StopValidation

from intake.errors import BadInput
from intake.forms.base import DeskForm
from intake.forms.console import Notes
from intake.forms.contact_details import read_phone
from intake.forms.fields import Line, Pick, Tick, as_choices
from intake.forms.names import read_name
from intake.places import normalise_zip
from intake.rules.expertise import PLAIN, Expertise, VolumeBand
from intake.rules.facts import Insurance, Language
from intake.rules.taxonomy import SPECIALTIES
from intake.rules.zones import STATES

INSURANCE = {
    Insurance.MEDICARE: "Medicare",
    Insurance.MEDICAID: "Medicaid",
    Insurance.PRIVATE: "Private plans",
    Insurance.TRICARE: "TRICARE",
    Insurance.VA: "VA",
}
LANGUAGES = {Language.ENGLISH: "English", Language.SPANISH: "Spanish"}
VOLUMES = {VolumeBand.HIGH: "Many", VolumeBand.SOME: "Some", VolumeBand.FEW: "Few"}
YES, NO, UNKNOWN = "yes", "no", ""
_TRUTH = {YES: True, NO: False, UNKNOWN: None}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Ticks(SelectMultipleField):
    """Several of a closed list."""

    def __init__(self, label: str, *, noun: str, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        self.missing: str | None = kwargs.pop("missing", None)
        super().__init__(label, choices=as_choices(choices), **kwargs)
        self.noun = noun

    def pre_validate(self, form: Any) -> None:
        known = {str(value) for value, *_ in self.iter_choices()}
        if set(self.data or []) - known:
            raise StopValidation(f"Choose from the list for the {self.noun}.")
        if self.missing and not self.data:
            raise StopValidation(self.missing)


class Truth(Pick):
    """Yes, no, or not known: an empty answer is not a no."""

    def __init__(self, label: str, *, noun: str, **kwargs: Any) -> None:
        choices = [(UNKNOWN, "Not known"), (YES, "Yes"), (NO, "No")]
        super().__init__(label, noun=noun, choices=choices, **kwargs)

    def truth(self) -> bool | None:
        return _TRUTH.get(self.data or UNKNOWN)


def truth_word(value: bool | None) -> str:
    return {True: YES, False: NO, None: UNKNOWN}[value]


def read_day(typed: str) -> str:
    try:
        if not _DAY.fullmatch(typed):
            raise ValueError
        date.fromisoformat(typed)
    except ValueError as wrong:
        raise BadInput("Write the day as year-month-day, like 2026-11-30.") from wrong
    return typed


class SourcedForm(DeskForm):
    """Every change says where it was read and when. `version` is the doctor as the page showed it."""

    version = HiddenField()
    source = Line(
        "Where did you read this?",
        noun="source",
        missing="Say where you read this: a web page, a letter, a phone call.",
        limit=300,
    )
    seen_on = Line(
        "On which day?",
        noun="day",
        missing="Enter the day on which you read this.",
        limit=10,
        read=read_day,
    )

    def day(self) -> date:
        return date.fromisoformat(self.seen_on.clean)

    def check_day(self, today: date) -> None:
        """A day to come is a slip of the finger."""
        if self.seen_on.clean and not self.seen_on.errors and self.day() > today:
            self.add_error("seen_on", f"The day is yet to come. Enter {today} or an earlier day.")


_CODES = [
    (code, f"{specialty.label} ({code})")
    for specialty in SPECIALTIES.values()
    for code in sorted(specialty.codes)
]


class DoctorForm(SourcedForm):
    npi = Line("NPI (leave empty if there is none)", noun="NPI", limit=10)
    first_name = Line(
        "First name",
        noun="first name",
        missing="Enter the first name.",
        read=read_name("first name"),
    )
    last_name = Line(
        "Last name",
        noun="last name",
        missing="Enter the last name.",
        limit=100,
    )
    credential = Line("Credential, such as MD", noun="credential", limit=40)
    specialties = Ticks("Specialties", noun="specialties", choices=_CODES)
    languages = Ticks(
        "Languages", noun="languages", choices=[(code.value, word) for code, word in LANGUAGES.items()]
    )
    insurance = Ticks(
        "Insurance taken", noun="insurance", choices=[(kind.value, word) for kind, word in INSURANCE.items()]
    )
    accepts_new = Truth("Takes new patients", noun="new patients")
    video_opinion = Truth("Gives second opinions by video", noun="video opinions")
    volume_band = Pick(
        "People with mesothelioma seen",
        noun="how many people with mesothelioma",
        choices=[("", "Not known"), *((band.value, word) for band, word in VOLUMES.items())],
    )
    note = Notes("Note for colleagues", limit=2000)

    def values(self) -> dict[str, Any]:
        """As `directory_edit` takes them."""
        return {
            "npi": self.npi.clean or None,
            "first_name": self.first_name.clean,
            "last_name": self.last_name.clean,
            "credential": self.credential.clean or None,
            "specialties": sorted(set(self.specialties.data or [])),
            "languages": sorted(set(self.languages.data or [])),
            "insurance": sorted(set(self.insurance.data or [])),
            "accepts_new": self.accepts_new.truth(),
            "video_opinion": self.video_opinion.truth(),
            "volume_band": self.volume_band.data or None,
            "note": self.note.data or None,
        }


class VerifyForm(SourcedForm):
    """What a person checked. Saying "not known" leaves a fact as it is."""

    expertise = Ticks(
        "What the doctor does for mesothelioma",
        noun="expertise",
        choices=[(code.value, PLAIN[code].capitalize()) for code in Expertise],
        missing="Tick at least one thing that the doctor does for mesothelioma.",
    )
    accepts_new = Truth("Takes new patients", noun="new patients")
    video_opinion = Truth("Gives second opinions by video", noun="video opinions")
    volume_band = Pick(
        "People with mesothelioma seen",
        noun="how many people with mesothelioma",
        choices=[("", "Not known"), *((band.value, word) for band, word in VOLUMES.items())],
    )
    languages = Ticks(
        "Languages", noun="languages", choices=[(code.value, word) for code, word in LANGUAGES.items()]
    )
    insurance = Ticks(
        "Insurance taken", noun="insurance", choices=[(kind.value, word) for kind, word in INSURANCE.items()]
    )
    addresses = Tick("I checked the addresses and phone numbers as well")


class LocationForm(SourcedForm):
    """An address. With a centre chosen, it may be left empty: the centre's is used."""

    centre = Pick("Centre", noun="the centre", choices=[("", "None")])
    line_1 = Line("Street", noun="street", limit=200)
    line_2 = Line("Suite or floor (optional)", noun="suite", limit=200)
    city = Line("City", noun="city")
    state = Pick(
        "State",
        noun="the state",
        choices=[("", "Choose a state"), *((code, state.name) for code, state in STATES.items())],
    )
    zip = Line("ZIP code", noun="ZIP code", limit=20, read=normalise_zip)
    phone = Line("Phone for families (optional)", noun="phone number", limit=40, read=read_phone)
    latitude = Line("Latitude (optional: the ZIP code's is used)", noun="latitude", limit=20)
    longitude = Line("Longitude (optional)", noun="longitude", limit=20)

    def __init__(self, *, centres: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.centre.choices = as_choices([("", "None"), *centres])

    def check(self) -> None:
        """What the fields cannot say alone."""
        if self.line_1.clean or not self.centre.data:
            for name, sentence in _NEEDED.items():
                if not self[name].data and not self[name].errors:
                    self.add_error(name, sentence)
        self._number("latitude", 90)
        self._number("longitude", 180)
        if bool(self.latitude.data) != bool(self.longitude.data) and not self.errors:
            self.add_error("latitude", "Enter both the latitude and the longitude, or neither.")

    def _number(self, name: str, most: int) -> None:
        try:
            fits = not self[name].data or abs(float(self[name].data)) <= most
        except ValueError:
            fits = False
        if not fits:
            self.add_error(name, f"The {name} is a number from -{most} to {most}, like 29.7108.")

    def values(self) -> dict[str, Any]:
        return {
            "centre_id": UUID(self.centre.data) if self.centre.data else None,
            "line_1": self.line_1.clean,
            "line_2": self.line_2.clean or None,
            "city": self.city.clean,
            "state": self.state.data or "",
            "zip": self.zip.clean,
            "phone": self.phone.clean or None,
            "latitude": float(self.latitude.clean) if self.latitude.clean else None,
            "longitude": float(self.longitude.clean) if self.longitude.clean else None,
        }


_NEEDED = {
    "line_1": "Enter the street.",
    "city": "Enter the city.",
    "state": "Choose the state.",
    "zip": "Enter the ZIP code as five numbers, such as 02132.",
}


class DoctorReasonForm(DeskForm):
    """A change of standing, with its reason."""

    version = HiddenField()
    reason = Line("Reason", noun="reason", missing="Say why: the reason is kept.", limit=300)


class SignOffForm(DeskForm):
    """A clinician's word on one row of the guidance, as the page showed it: `digest` is of its text."""

    digest = HiddenField()
    clinician = Line(
        "Clinician: name and credential",
        noun="name",
        missing="Enter the name of the clinician who read the row.",
    )
    comment = Line("Comment", noun="comment", limit=1000)


class DocumentSignOffForm(SignOffForm):
    """The same on one part of a document; empty for all of them."""

    part = Line("Part", noun="part")


class MergeForm(DeskForm):
    """Which two rows the page showed. The choices are read by their names."""

    version = HiddenField()
    other_version = HiddenField()
