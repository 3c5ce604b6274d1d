"""A directory of any size, drawn as arrays: doctors of many specialties, two locations each, two hundred
centres. Nobody in it has a name."""

from typing import Any, cast

import numpy as np

from intake.rules.expertise import Expertise
from intake.rules.taxonomy import SPECIALTIES
from workers.matching.geo import unit_vectors
from workers.matching.snapshot import Latitudes, Snapshot

CENTRES = 200
PER_DOCTOR = 2


def big_snapshot(size: int, *, seed: int = 1) -> Snapshot:
    """One specialty a doctor, four treatments or types each, most of them taking new patients."""
    chance = np.random.default_rng(seed)
    m = size * PER_DOCTOR
    lat, lon = chance.uniform(25, 49, m), chance.uniform(-124, -67, m)
    bits = np.array([row.bit for row in SPECIALTIES.values()], np.uint32)
    specialties = bits[chance.integers(0, len(bits), size)]
    supportive = np.uint32(SPECIALTIES["PC"].bit)
    columns: dict[str, Any] = {
        "specialties": specialties,
        "any_type": specialties & supportive,
        "expertise": _expertise(chance, size),
        "languages": chance.choice(np.array([1, 1, 1, 3], np.uint8), size),
        "insurance": chance.integers(0, 32, size).astype(np.uint8),
        "accepts": (accepts := chance.choice(np.array([1, 1, 1, 0, -1], np.int8), size)),
        "open": accepts >= 0,
        "placed": np.ones(size, np.bool_),
        "video": chance.random(size) < 0.3,
        "verified": 739_900 - chance.integers(0, 900, size).astype(np.int32),
        "volume": chance.choice(np.array([0, 0, 0, 1, 2, 3], np.int8), size),
        "designation": chance.choice(np.array([0, 0, 1, 2, 3, 4], np.int8), size),
        "centre": chance.integers(-1, CENTRES, size).astype(np.int32),
        "veterans": chance.random(size) < 0.05,
        "starts": (np.arange(size) * PER_DOCTOR).astype(np.int32),
        "counts": np.full(size, PER_DOCTOR, np.int32),
        "vectors": unit_vectors(lat, lon),
        "states": chance.integers(0, 50, m).astype(np.int16),
    }
    return Snapshot(
        version=1,
        store=cast(Any, None),
        paediatric=0,
        trainee=0,
        state_numbers={str(number): number for number in range(50)},
        by_latitude=_by_latitude(lat, lon),
        **columns,
    )


def _by_latitude(lat: np.ndarray[Any, Any], lon: np.ndarray[Any, Any]) -> Latitudes:
    order = np.argsort(lat)
    rows, doctors = order.astype(np.int32), (order // PER_DOCTOR).astype(np.int32)
    return Latitudes(lat[order].astype(np.float32), lon[order].astype(np.float32), rows, doctors)


def _expertise(chance: np.random.Generator, size: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    found = np.zeros(size, np.uint64)
    for _ in range(4):
        found |= np.uint64(1) << chance.integers(0, len(Expertise), size).astype(np.uint64)
    return found
