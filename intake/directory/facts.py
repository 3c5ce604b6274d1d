"""What one row of a registry says. Pure."""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorFacts:
    """A doctor with one office. `taxonomy_codes` begins with the primary; `notes` tell what was mended."""

    npi: str
    first_name: str
    last_name: str
    credential: str | None
    taxonomy_codes: tuple[str, ...]
    line_1: str
    line_2: str | None
    city: str
    state: str
    zip: str
    phone: str | None
    latitude: float | None = None
    longitude: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same facts, so that a row that says nothing new is seen at once."""
        facts = [getattr(self, name) for name in self.__slots__ if name != "notes"]
        return sha256(json.dumps(facts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Deactivation:
    """An NPI that ended on a day and has not been taken up again."""

    npi: str
    on: date


Fact = DoctorFacts | Deactivation
