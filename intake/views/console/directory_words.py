"""The directory in the words of staff."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from intake.forms.contact_details import say_phone
from intake.forms.directory import INSURANCE, LANGUAGES, VOLUMES
from intake.models.consent import AuditEntry
from intake.models.directory import Doctor, DoctorFact
from intake.rules.expertise import PLAIN, Designation, Expertise
from intake.rules.facts import Insurance, Language
from intake.rules.statuses import DoctorStatus
from intake.rules.taxonomy import SPECIALTIES, short_of

STATUS = {
    DoctorStatus.CANDIDATE: "Candidate",
    DoctorStatus.VERIFIED: "Verified",
    DoctorStatus.DEACTIVATED: "Deactivated",
}
CANDIDATE = "Candidate: never shown to families by itself"
FACTS = {
    "npi": "NPI",
    "first_name": "First name",
    "last_name": "Last name",
    "credential": "Credential",
    "languages": "Languages",
    "insurance": "Insurance taken",
    "accepts_new": "Takes new patients",
    "video_opinion": "Second opinion by video",
    "volume_band": "People with mesothelioma seen",
    "note": "Note for colleagues",
    "specialties": "Specialties",
    "expertise": "Expertise",
    "locations": "Addresses",
    "status": "Standing",
    "merged": "Merged with",
    "registry": "What the registry says",
    "name": "Name and credential",
}
DEEDS = {
    "doctor.added": "Added",
    "doctor.edited": "Edited",
    "doctor.updated": "Updated by an import",
    "doctor.verified": "Verified",
    "doctor.deactivated": "Deactivated",
    "doctor.reactivated": "Reactivated",
    "doctor.merged": "Merged with another row",
    "location.added": "Address added",
    "location.edited": "Address changed or checked",
    "location.removed": "Address removed",
}
DESIGNATIONS = {
    Designation.MESOTHELIOMA_PROGRAM: "mesothelioma program",
    Designation.NCI_COMPREHENSIVE: "NCI comprehensive",
    Designation.NCI_CLINICAL: "NCI",
    Designation.VA: "VA",
}
NOT_KNOWN = "Not known"


def day(value: date | None) -> str:
    """ "Nov 24, 2026"."""
    return f"{value:%b} {value.day}, {value.year}" if value else ""


def specialty(code: str) -> str:
    short = short_of(code)
    return SPECIALTIES[short].label if short else f"{code} (not used by the matching)"


def specialties(doctor: Doctor) -> str:
    """The labels, the primary one first."""
    rows = sorted(doctor.specialties, key=lambda row: (not row.is_primary, row.taxonomy_code))
    return ", ".join(dict.fromkeys(specialty(row.taxonomy_code) for row in rows)) or NOT_KNOWN


def expertise(code: str) -> str:
    return PLAIN[Expertise(code)].capitalize() if code in set(Expertise) else code


def phone(stored: str) -> str:
    return say_phone(stored)


def fact(name: str) -> str:
    """What a fact is called; an address has its id in the name."""
    return "Address" if name.startswith("location:") else FACTS.get(name, name.replace("_", " ").capitalize())


def said(name: str, value: Any) -> str:
    """The value of a fact as a person reads it."""
    if value is None or value in ("", []):
        return NOT_KNOWN
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        shown = sorted((key for key in value if key not in _SILENT and value[key]), key=_place)
        return ", ".join(said(key, value[key]) for key in shown) or NOT_KNOWN
    if isinstance(value, list):
        return ", ".join(_one(name, part) for part in value)
    return _one(name, value)


_SILENT = frozenset({"centre_id", "id", "latitude", "longitude", "digest"})
_WORDS: Mapping[str, Callable[[str], str]] = {
    "languages": lambda code: LANGUAGES[Language(code)] if code in set(Language) else code,
    "insurance": lambda code: INSURANCE[Insurance(code)] if code in set(Insurance) else code,
    "volume_band": lambda code: {str(band): word for band, word in VOLUMES.items()}.get(code, code),
    "specialties": specialty,
    "expertise": expertise,
}


# The database keeps no order of its own.
_ORDER = ("first_name", "last_name", "credential", "line_1", "line_2", "city", "state", "zip", "phone")


def _place(key: str) -> tuple[int, str]:
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER), key)


def _one(name: str, value: Any) -> str:
    return _WORDS[name](value) if name in _WORDS else str(value)


def fact_value(row: DoctorFact) -> str:
    """What a row of the history says."""
    if row.value is None:
        return "taken back"
    return said(row.name, row.value["value"] if set(row.value) == {"value"} else row.value)


def deed(entry: AuditEntry) -> str:
    return DEEDS.get(entry.action, entry.action)


def deed_detail(entry: AuditEntry) -> str:
    facts = entry.detail.get("facts")
    return ", ".join(map(fact, facts)) if isinstance(facts, list) else str(entry.detail.get("reason") or "")


def towns(doctor: Doctor) -> str:
    """Where the doctor works, centres by name, at most three."""
    names = [
        f"{place.centre.name}, {place.state}" if place.centre else f"{place.city}, {place.state}"
        for place in doctor.locations
    ]
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return "; ".join(names[:3]) + more or "No address"
