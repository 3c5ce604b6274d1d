"""Fill a snapshot row by row: nothing is kept of a row but its bytes."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import isnan, nan
from typing import Any

import numpy as np

from intake.rules.expertise import designation_of, expertise_mask
from intake.rules.taxonomy import PAEDIATRIC, TRAINEE, any_type_shorts, has_any, shorts_of, specialty_mask
from workers.matching.columns import PooledColumn, TextColumn
from workers.matching.geo import FloatArray, unit_vectors
from workers.matching.rows import (
    DESIGNATIONS,
    VOLUMES,
    DoctorRow,
    LocationRow,
    centre_key,
    insurance_mask,
    language_mask,
    principal,
    works_for_veterans,
)
from workers.matching.snapshot import Latitudes, Snapshot

Codes = tuple[str, ...]


class Store:
    """What rows hold beside the arrays, packed; `doctor` and `location` unpack one."""

    def __init__(self) -> None:
        self.ids, self.npis, self.names = TextColumn(), TextColumn(), TextColumn()
        self.codes: PooledColumn[Codes] = PooledColumn()
        self.expertise: PooledColumn[Codes] = PooledColumn()
        self.languages: PooledColumn[Codes] = PooledColumn()
        self.insurance: PooledColumn[Codes] = PooledColumn()
        self.samples = bytearray()
        self.accepts, self.video = array("b"), array("b")
        self.verified, self.volume = array("i"), array("b")
        self.location_ids, self.phones = TextColumn(), TextColumn()
        self.centres: PooledColumn[tuple[str | None, str | None, str | None]] = PooledColumn()
        self.towns: PooledColumn[tuple[str, str]] = PooledColumn()
        self.lat, self.lon = array("d"), array("d")

    def add_doctor(self, row: DoctorRow) -> None:
        self.ids.append(row.id)
        self.npis.append(row.npi)
        self.names.append(row.name)
        self.samples.append(row.sample)
        self.codes.append(row.taxonomy_codes)
        self.expertise.append(row.expertise)
        self.languages.append(row.languages)
        self.insurance.append(row.insurance)
        self.accepts.append(0 if row.accepts_new is None else 1 if row.accepts_new else -1)
        self.video.append(row.video)
        self.verified.append(row.verified_on.toordinal() if row.verified_on else 0)
        self.volume.append(VOLUMES.index(row.volume_band) if row.volume_band in VOLUMES else 0)

    def add_location(self, row: LocationRow) -> None:
        self.location_ids.append(row.id)
        self.phones.append(row.phone)
        self.centres.append((row.centre, row.designation, row.centre_id))
        self.towns.append((row.city, row.state))
        self.lat.append(nan if row.lat is None else row.lat)
        self.lon.append(nan if row.lon is None else row.lon)

    def doctor_id(self, at: int) -> str:
        return self.ids.text(at)

    def doctor(self, at: int) -> DoctorRow:
        accepts, verified = self.accepts[at], self.verified[at]
        return DoctorRow(
            id=self.ids.text(at),
            npi=self.npis[at],
            name=self.names.text(at),
            sample=bool(self.samples[at]),
            taxonomy_codes=self.codes[at],
            expertise=self.expertise[at],
            languages=self.languages[at],
            accepts_new=None if accepts == 0 else accepts > 0,
            video=bool(self.video[at]),
            verified_on=date.fromordinal(verified) if verified else None,
            volume_band=VOLUMES[self.volume[at]],
            insurance=self.insurance[at],
        )

    def location(self, at: int, doctor_id: str) -> LocationRow:
        centre, designation, centre_id = self.centres[at]
        city, state = self.towns[at]
        lat, lon = self.lat[at], self.lon[at]
        return LocationRow(
            id=self.location_ids.text(at),
            doctor_id=doctor_id,
            centre=centre,
            designation=designation,
            city=city,
            state=state,
            lat=None if isnan(lat) else lat,
            lon=None if isnan(lon) else lon,
            phone=self.phones[at],
            centre_id=centre_id,
        )


class Builder:
    """Takes doctors in the order of NPI, then id (none comes last), each with her locations by id."""

    def __init__(self) -> None:
        self._store = Store()
        self._counts = array("i")
        self._designation, self._veterans = array("b"), array("b")
        self._centre: PooledColumn[str | None] = PooledColumn()
        self._centre.append(None)

    def add(self, doctor: DoctorRow, locations: Sequence[LocationRow]) -> None:
        self._store.add_doctor(doctor)
        for location in locations:
            self._store.add_location(location)
        self._counts.append(len(locations))
        chosen = principal(locations)
        kind = designation_of(chosen.designation) if chosen else None
        self._designation.append(DESIGNATIONS.index(kind) if kind in DESIGNATIONS else 0)
        self._centre.append(centre_key(chosen))
        self._veterans.append(works_for_veterans(locations))

    def snapshot(self, *, version: int | str) -> Snapshot:
        """The arrays of all that was added. The builder is used up."""
        columns = {**self._doctor_columns(), **self._skill_columns(), **_place_columns(self._store)}
        counts = columns["counts"]
        ends = np.cumsum(counts, dtype=np.int32)
        columns["starts"] = (ends - counts).astype(np.int32)
        for column in columns.values():
            if isinstance(column, np.ndarray):
                column.setflags(write=False)
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        nearby = _by_latitude(self._store, owners)
        return Snapshot(version=version, store=self._store, by_latitude=nearby, **columns)

    def _doctor_columns(self) -> dict[str, Any]:
        store = self._store
        accepts = np.array(store.accepts, np.int8)
        return {
            "accepts": accepts,
            "open": accepts >= 0,
            "placed": np.array(self._counts, np.int32) > 0,
            "video": np.array(store.video, np.bool_),
            "verified": np.array(store.verified, np.int32),
            "volume": np.array(store.volume, np.int8),
            "designation": np.array(self._designation, np.int8),
            "veterans": np.array(self._veterans, np.bool_),
            # Number 0 is no centre at all.
            "centre": np.array(self._centre.numbers, np.int32)[1:] - 1,
            "counts": np.array(self._counts, np.int32),
        }

    def _skill_columns(self) -> dict[str, Any]:
        store = self._store
        skills, numbers = _skills(store.codes, store.expertise)
        only_children = np.array([kind == "paediatric" for *_, kind in skills], np.bool_)
        only_trainee = np.array([kind == "trainee" for *_, kind in skills], np.bool_)
        return {
            "specialties": np.array([skill[0] for skill in skills], np.uint32)[numbers],
            "any_type": np.array([skill[1] for skill in skills], np.uint32)[numbers],
            "expertise": np.array([skill[2] for skill in skills], np.uint64)[numbers],
            "paediatric": int(np.count_nonzero(only_children[numbers])),
            "trainee": int(np.count_nonzero(only_trainee[numbers])),
            "languages": _pooled_masks(store.languages, [language_mask(v) for v in store.languages.values]),
            "insurance": _pooled_masks(store.insurance, [insurance_mask(v) for v in store.insurance.values]),
        }


def _skills(
    codes: PooledColumn[Codes], expertise: PooledColumn[Codes]
) -> tuple[list[tuple[int, int, int, str]], np.ndarray[Any, np.dtype[np.int64]]]:
    """The masks of every pair of codes and expertise that occurs, and the number of each doctor's pair."""
    wide = max(1, len(expertise.values))
    pairs = np.array(codes.numbers, np.int64) * wide + np.array(expertise.numbers, np.int64)
    found, numbers = np.unique(pairs, return_inverse=True)
    masks = [_masks(codes.values[pair // wide], expertise.values[pair % wide]) for pair in found.tolist()]
    return masks, numbers


def _masks(codes: Codes, expertise: Codes) -> tuple[int, int, int, str]:
    """Specialties, those that serve any type, expertise, and why somebody is nobody's doctor."""
    shorts = shorts_of(codes, expertise)
    kind = ""
    if not shorts:
        kind = "paediatric" if has_any(codes, PAEDIATRIC) else "trainee" if has_any(codes, TRAINEE) else ""
    any_type = specialty_mask(any_type_shorts(shorts, expertise))
    return specialty_mask(shorts), any_type, expertise_mask(expertise), kind


def _pooled_masks(column: PooledColumn[Codes], masks: list[int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.array(masks, np.uint8)[np.array(column.numbers, np.int64)]


def _place_columns(store: Store) -> dict[str, Any]:
    numbers: dict[str, int] = {}
    states = [numbers.setdefault(state.upper(), len(numbers)) for _, state in store.towns.values]
    return {
        "vectors": unit_vectors(_degrees(store.lat), _degrees(store.lon)),
        "states": np.array(states, np.int16)[np.array(store.towns.numbers, np.int64)],
        "state_numbers": numbers,
    }


def _degrees(values: "array[float]") -> FloatArray:
    # A copy: an array that numpy looks into can no longer grow.
    return np.array(values, np.float64)


def _by_latitude(store: Store, owners: np.ndarray[Any, np.dtype[np.int32]]) -> Latitudes:
    lat, lon = _degrees(store.lat).astype(np.float32), _degrees(store.lon).astype(np.float32)
    order = np.argsort(lat, kind="stable")
    order = order[np.isfinite(lat[order]) & np.isfinite(lon[order])]
    return Latitudes(lat[order], lon[order], order.astype(np.int32), owners[order])


def build(doctors: Iterable[DoctorRow], locations: Iterable[LocationRow], *, version: int | str) -> Snapshot:
    """A snapshot of plain rows that come in any order."""
    builder = Builder()
    for doctor, own in _grouped(doctors, locations):
        builder.add(doctor, own)
    return builder.snapshot(version=version)


def _grouped(
    doctors: Iterable[DoctorRow], locations: Iterable[LocationRow]
) -> Iterator[tuple[DoctorRow, list[LocationRow]]]:
    rows = sorted(doctors, key=lambda row: (row.npi is None, row.npi or "", row.id))
    groups: dict[str, list[LocationRow]] = {doctor.id: [] for doctor in rows}
    for location in sorted(locations, key=lambda row: row.id):
        if location.doctor_id in groups:
            groups[location.doctor_id].append(location)
    return ((doctor, groups[doctor.id]) for doctor in rows)
