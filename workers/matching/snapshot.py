"""The directory as arrays: built once per version, never changed, shared by every ranking.

Doctors stand in the order of NPI, then id, so that a lower position wins a tie. The locations of
doctor i are rows starts[i] to starts[i] + counts[i]. Masks are bits: specialties by taxonomy.toml,
expertise and languages by their enums.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intake.rules.expertise import Designation, VolumeBand, designation_of, expertise_mask
from intake.rules.facts import Language
from intake.rules.taxonomy import (
    PAEDIATRIC,
    TRAINEE,
    any_type_shorts,
    has_any,
    shorts_of,
    specialty_mask,
)
from workers.matching.geo import FloatArray, Place, place_of, unit_vectors

VOLUMES: tuple[str | None, ...] = (None, *VolumeBand)
DESIGNATIONS: tuple[str | None, ...] = (None, *Designation)
LANGUAGE_BITS: dict[str, int] = {language.value: 1 << place for place, language in enumerate(Language)}

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DoctorRow:
    """A verified doctor. `accepts_new`: None is not known. No field about money may ever be added."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """n doctors and m locations of one directory version. Arrays are read-only.

    `paediatric` and `trainee` never hold together, nor with a specialty that we know.
    """

    version: int | str
    doctors: tuple[DoctorRow, ...]
    locations: tuple[LocationRow, ...]
    specialties: NDArray[np.uint32]
    any_type: NDArray[np.uint32]
    expertise: NDArray[np.uint64]
    languages: NDArray[np.uint8]
    accepts: NDArray[np.int8]
    video: BoolArray
    verified: NDArray[np.int32]
    volume: NDArray[np.int8]
    designation: NDArray[np.int8]
    centre: NDArray[np.int32]
    veterans: BoolArray
    paediatric: BoolArray
    trainee: BoolArray
    starts: IntArray
    counts: IntArray
    vectors: FloatArray
    states: NDArray[np.int16]
    state_numbers: dict[str, int]

    @classmethod
    def build(
        cls, doctors: Iterable[DoctorRow], locations: Iterable[LocationRow], *, version: int | str
    ) -> "Snapshot":
        """Arrays from plain rows. Locations of doctors who are not given are left out."""
        rows = tuple(sorted(doctors, key=lambda row: (row.npi is None, row.npi or "", row.id)))
        groups = _grouped(rows, locations)
        flat = tuple(location for group in groups for location in group)
        columns = {**_doctor_columns(rows), **_centre_columns(groups), **_place_columns(groups, flat)}
        for column in columns.values():
            if isinstance(column, np.ndarray):
                column.setflags(write=False)
        return cls(version=version, doctors=rows, locations=flat, **columns)

    def __len__(self) -> int:
        return len(self.doctors)

    def locations_of(self, doctor: int) -> tuple[LocationRow, ...]:
        """The locations of the doctor at this position."""
        start = int(self.starts[doctor])
        return self.locations[start : start + int(self.counts[doctor])]


def _grouped(doctors: Sequence[DoctorRow], locations: Iterable[LocationRow]) -> list[list[LocationRow]]:
    groups: dict[str, list[LocationRow]] = {doctor.id: [] for doctor in doctors}
    for location in sorted(locations, key=lambda row: row.id):
        if location.doctor_id in groups:
            groups[location.doctor_id].append(location)
    return [groups[doctor.id] for doctor in doctors]


def _doctor_columns(rows: Sequence[DoctorRow]) -> dict[str, Any]:
    shorts = [shorts_of(row.taxonomy_codes, row.expertise) for row in rows]
    return {
        "specialties": np.array([specialty_mask(s) for s in shorts], np.uint32),
        "any_type": np.array(
            [specialty_mask(any_type_shorts(s, r.expertise)) for s, r in zip(shorts, rows, strict=True)],
            np.uint32,
        ),
        "expertise": np.array([expertise_mask(row.expertise) for row in rows], np.uint64),
        "languages": np.array([language_mask(row.languages) for row in rows], np.uint8),
        "accepts": np.array([_accepts(row.accepts_new) for row in rows], np.int8),
        "video": np.array([row.video for row in rows], np.bool_),
        "verified": np.array(
            [row.verified_on.toordinal() if row.verified_on else 0 for row in rows], np.int32
        ),
        "volume": np.array([_place_in(VOLUMES, row.volume_band) for row in rows], np.int8),
        "paediatric": np.array([is_only(row, PAEDIATRIC) for row in rows], np.bool_),
        "trainee": np.array(
            [is_only(row, TRAINEE) and not is_only(row, PAEDIATRIC) for row in rows], np.bool_
        ),
    }


def is_only(doctor: DoctorRow, codes: frozenset[str]) -> bool:
    """Whether the doctor has one of `codes` and no adult specialty that we know."""
    return has_any(doctor.taxonomy_codes, codes) and not shorts_of(doctor.taxonomy_codes, doctor.expertise)


def _accepts(accepts_new: bool | None) -> int:
    return 0 if accepts_new is None else 1 if accepts_new else -1


def _place_in(known: Sequence[str | None], code: str | None) -> int:
    return known.index(code) if code in known else 0


def _centre_columns(groups: Sequence[Sequence[LocationRow]]) -> dict[str, Any]:
    chosen = [principal(group) for group in groups]
    numbers: dict[str, int] = {}
    keys = [centre_key(location) for location in chosen]
    return {
        "designation": np.array(
            [_place_in(DESIGNATIONS, designation_of(c.designation) if c else None) for c in chosen], np.int8
        ),
        "centre": np.array(
            [-1 if key is None else numbers.setdefault(key, len(numbers)) for key in keys], np.int32
        ),
        "veterans": np.array([works_for_veterans(group) for group in groups], np.bool_),
    }


def _place_columns(groups: Sequence[Sequence[LocationRow]], flat: Sequence[LocationRow]) -> dict[str, Any]:
    counts = [len(group) for group in groups]
    numbers: dict[str, int] = {}
    states = [numbers.setdefault(location.state.upper(), len(numbers)) for location in flat]
    return {
        "starts": np.array([0, *accumulate(counts)][: len(counts)], np.int64),
        "counts": np.array(counts, np.int64),
        "vectors": unit_vectors([location.place for location in flat]),
        "states": np.array(states, np.int16),
        "state_numbers": numbers,
    }
