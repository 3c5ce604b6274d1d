"""The directory as arrays: built once per version, never changed, shared by every ranking.

Doctors stand in the order of NPI, then id, so that a lower position wins a tie. The locations of
doctor i are rows starts[i] to starts[i] + counts[i]. Masks are bits: specialties by taxonomy.toml,
expertise, languages and kinds of insurance by their enums. Row objects are made only when asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workers.matching.geo import FloatArray
from workers.matching.rows import (
    DESIGNATIONS,
    INSURANCE_BITS,
    LANGUAGE_BITS,
    VOLUMES,
    DoctorRow,
    LocationRow,
    centre_key,
    principal,
    works_for_veterans,
)

if TYPE_CHECKING:
    from workers.matching.build import Store
    from workers.matching.cells import Cells

__all__ = [
    "DESIGNATIONS", "INSURANCE_BITS", "LANGUAGE_BITS", "VOLUMES", "BoolArray", "DoctorRow", "IntArray",
    "LocationRow", "Snapshot", "centre_key", "principal", "works_for_veterans",
]  # fmt: skip

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Unpacked = tuple[DoctorRow, tuple[LocationRow, ...], LocationRow | None]
# The same few stand on many lists.
_KEPT_ROWS = 2000


def _no_cells() -> "Cells":
    from workers.matching.cells import Cells

    return Cells()


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """n doctors and m locations of one directory version. Arrays are read-only.

    `open`: not known to take nobody new. `placed`: has a location. `paediatric`, `trainee`: how many
    treat children only or are in training; they have no specialty that we know. `vectors`: shape (3, m).
    `by_latitude`: the locations with a place, from south to north. `points`, `cells`, `rows`: kept results.
    """

    version: int | str
    store: "Store"
    specialties: NDArray[np.uint32]
    any_type: NDArray[np.uint32]
    expertise: NDArray[np.uint64]
    languages: NDArray[np.uint8]
    insurance: NDArray[np.uint8]
    accepts: NDArray[np.int8]
    open: BoolArray
    placed: BoolArray
    video: BoolArray
    verified: NDArray[np.int32]
    volume: NDArray[np.int8]
    designation: NDArray[np.int8]
    centre: NDArray[np.int32]
    veterans: BoolArray
    paediatric: int
    trainee: int
    starts: NDArray[np.int32]
    counts: NDArray[np.int32]
    vectors: FloatArray
    states: NDArray[np.int16]
    state_numbers: dict[str, int]
    by_latitude: "Latitudes"
    points: dict[tuple[bool, int], NDArray[np.int32]] = field(default_factory=dict)
    cells: "Cells" = field(default_factory=_no_cells)
    rows: dict[int, Unpacked] = field(default_factory=dict)

    @classmethod
    def build(
        cls, doctors: Iterable[DoctorRow], locations: Iterable[LocationRow], *, version: int | str
    ) -> "Snapshot":
        """Arrays from plain rows in any order. Locations of doctors who are not given are left out."""
        from workers.matching.build import build

        return build(doctors, locations, version=version)

    def __len__(self) -> int:
        return len(self.specialties)

    def unpacked(self, doctor: int) -> Unpacked:
        """The doctor at this position, her locations, and which is the principal one; those asked for
        lately are kept."""
        found = self.rows.get(doctor)
        if found is None:
            if len(self.rows) >= _KEPT_ROWS:
                self.rows.clear()
            locations = self.locations_of(doctor)
            found = self.rows[doctor] = self.doctor(doctor), locations, principal(locations)
        return found

    def doctor(self, position: int) -> DoctorRow:
        return self.store.doctor(position)

    def locations_of(self, doctor: int) -> tuple[LocationRow, ...]:
        """The locations of the doctor at this position."""
        start = int(self.starts[doctor])
        rows = range(start, start + int(self.counts[doctor]))
        doctor_id = self.store.doctor_id(doctor) if rows else ""
        return tuple(self.store.location(row, doctor_id) for row in rows)


@dataclass(frozen=True, slots=True, eq=False)
class Latitudes:
    """Locations, and whose they are, from south to north: what lies near a point is found without looking
    at the rest."""

    lat: NDArray[np.float32]
    lon: NDArray[np.float32]
    rows: NDArray[np.int32]
    doctors: NDArray[np.int32]
