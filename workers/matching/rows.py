"""Plain rows of the directory: what one doctor and one location look like outside the arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from intake.rules.expertise import Designation, VolumeBand, designation_of
from intake.rules.facts import Insurance, Language
from intake.rules.taxonomy import has_any, shorts_of
from workers.matching.geo import Place, place_of

VOLUMES: tuple[str | None, ...] = (None, *VolumeBand)
DESIGNATIONS: tuple[str | None, ...] = (None, *Designation)
LANGUAGE_BITS: dict[str, int] = {language.value: 1 << place for place, language in enumerate(Language)}
INSURANCE_BITS: dict[str, int] = {kind.value: 1 << place for place, kind in enumerate(Insurance)}


@dataclass(frozen=True, slots=True)
class DoctorRow:
    """A verified doctor. `accepts_new`: None is not known; `insurance`: the kinds known to be taken.

    No field about money may ever be added.
    """

    id: str
    npi: str | None
    name: str
    sample: bool = False
    taxonomy_codes: tuple[str, ...] = ()
    expertise: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    accepts_new: bool | None = None
    video: bool = False
    verified_on: date | None = None
    volume_band: str | None = None
    insurance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocationRow:
    """Where a doctor sees people. `designation`: a Designation code, or the words of NCI's list."""

    id: str
    doctor_id: str
    centre: str | None = None
    designation: str | None = None
    city: str = ""
    state: str = ""
    lat: float | None = None
    lon: float | None = None
    phone: str | None = None
    centre_id: str | None = None

    @property
    def place(self) -> Place | None:
        return place_of(self.lat, self.lon)


def language_mask(languages: Iterable[str]) -> int:
    """Bits of the languages we ask about. Every doctor is taken to speak English."""
    mask = LANGUAGE_BITS[Language.ENGLISH]
    for language in languages:
        mask |= LANGUAGE_BITS.get(language, 0)
    return mask


def insurance_mask(kinds: Iterable[str]) -> int:
    """Bits of the kinds of insurance that are known to be taken; 0 when none is known."""
    mask = 0
    for kind in kinds:
        mask |= INSURANCE_BITS.get(kind, 0)
    return mask


def principal(locations: Sequence[LocationRow]) -> LocationRow | None:
    """The location whose centre stands for the doctor: best designation, then first by id."""
    named = [location for location in locations if location.centre]
    return min(named, key=lambda location: (_standing(location), location.id), default=None)


def _standing(location: LocationRow) -> int:
    designation = designation_of(location.designation)
    return DESIGNATIONS.index(designation) if designation else len(DESIGNATIONS)


def centre_key(location: LocationRow | None) -> str | None:
    """What the cap per centre counts by: the centre's id, else its name."""
    if location is None or location.centre is None:
        return None
    return location.centre_id or location.centre.casefold()


def works_for_veterans(locations: Iterable[LocationRow]) -> bool:
    return any(designation_of(location.designation) is Designation.VA for location in locations)


def is_only(doctor: DoctorRow, codes: frozenset[str]) -> bool:
    """Whether the doctor has one of `codes` and no adult specialty that we know."""
    return has_any(doctor.taxonomy_codes, codes) and not shorts_of(doctor.taxonomy_codes, doctor.expertise)
