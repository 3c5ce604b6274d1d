"""What one source says about one doctor. Pure."""

import json
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One address. `key` tells the offices of a doctor in one source apart; "" where there is only one."""

    line_1: str
    line_2: str | None
    city: str
    state: str
    zip: str
    phone: str | None
    key: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """The source's own words. The point follows from the ZIP code."""
        return {name: getattr(self, name) for name in _WORDS}


_WORDS = tuple(field.name for field in fields(Office))


def address_key(line_1: str, zip_code: str) -> str:
    """The same for one building however its street is spaced, dotted and capitalised."""
    return f"{''.join(letter for letter in line_1.casefold() if letter.isalnum())}|{zip_code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFacts:
    """Further offices of a doctor whom another file names; `whole` as in DoctorFacts."""

    npi: str
    offices: tuple[Office, ...]
    notes: tuple[str, ...] = ()
    whole: bool = True

    @property
    def taxonomy_codes(self) -> tuple[str, ...]:
        return ()

    @property
    def said(self) -> dict[str, Any]:
        """What the source says, as JSON can hold it."""
        return {"offices": [office.said for office in self.offices]}

    @property
    def digest(self) -> str:
        return _digest(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorFacts:
    """A doctor with offices. `taxonomy_codes` begins with the primary; `notes` tell what was mended.

    `whole`: these are all the offices that the source knows; else some rows could not be read.
    `telehealth`: Medicare saw the doctor treat by video; it is no promise of a second opinion so.
    """

    npi: str
    first_name: str
    last_name: str
    credential: str | None
    taxonomy_codes: tuple[str, ...]
    offices: tuple[Office, ...]
    telehealth: bool | None = None
    notes: tuple[str, ...] = ()
    whole: bool = True

    @property
    def said(self) -> dict[str, Any]:
        """What the source says, as JSON can hold it."""
        words: dict[str, Any] = {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "credential": self.credential,
            "codes": list(self.taxonomy_codes),
            "offices": [office.said for office in self.offices],
        }
        return words if self.telehealth is None else {**words, "telehealth": self.telehealth}

    @property
    def digest(self) -> str:
        """The same for the same facts, so that a row that says nothing new is seen at once."""
        return _digest(self.said)


@dataclass(frozen=True, slots=True)
class Deactivation:
    """An NPI that ended on a day and has not been taken up again."""

    npi: str
    on: date


Stated = DoctorFacts | OfficeFacts
Fact = Stated | Deactivation


def word(fact: Stated) -> dict[str, Any]:
    """What is kept as the word of the source, with the digest of it."""
    said = fact.said
    return {**said, "digest": _digest(said)}


def _digest(said: dict[str, Any]) -> str:
    return sha256(json.dumps(said).encode()).hexdigest()
