"""The sample directory as it stands in directory.toml. Pure.

Every id follows from a name, so that loading twice changes nothing.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

_IDS = uuid5(NAMESPACE_URL, "advocate-desk/sample")
_FILE = Path(__file__).with_name("directory.toml")


@dataclass(frozen=True, kw_only=True)
class CentreSeed:
    """`checked`: how many days before the load the facts count as checked."""

    id: UUID
    name: str
    city: str
    state: str
    zip: str
    area: str
    designation: str | None
    checked: int


@dataclass(frozen=True, kw_only=True)
class DoctorSeed:
    """A doctor at `centres`, the first being the main one."""

    id: UUID
    first_name: str
    last_name: str
    number: int
    codes: tuple[str, ...]
    expertise: tuple[str, ...]
    languages: tuple[str, ...]
    accepts_new: bool
    video_opinion: bool
    volume_band: str | None
    centres: tuple[CentreSeed, ...]

    @property
    def digest(self) -> str:
        facts = {name: value for name, value in vars(self).items() if name != "centres"}
        facts["centres"] = [vars(centre) for centre in self.centres]
        return sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()

    def phone_at(self, centre: CentreSeed) -> str:
        """A number that nobody has: 555-0100 to 555-0199 are kept for examples."""
        return f"+1{centre.area}55501{self.number:02d}"

    def location_id(self, centre: CentreSeed) -> UUID:
        return sample_id(f"location/{self.id}/{centre.name}")


def sample_id(name: str) -> UUID:
    """The id that a sample of this name always has."""
    return uuid5(_IDS, name)


def read_seeds(path: Path = _FILE) -> tuple[list[CentreSeed], list[DoctorSeed]]:
    """Centres, and doctors numbered within their kind in the order of the file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    centres = {row["letter"]: _centre(row) for row in raw["centre"]}
    return list(centres.values()), list(_doctors(raw, centres))


def _centre(row: Mapping[str, Any]) -> CentreSeed:
    name = f"Sample centre {row['letter']}"
    return CentreSeed(
        id=sample_id(name),
        name=name,
        designation=row.get("designation"),
        **{key: row[key] for key in ("city", "state", "zip", "area", "checked")},
    )


def _doctors(raw: Mapping[str, Any], centres: Mapping[str, CentreSeed]) -> Iterator[DoctorSeed]:
    numbers: Counter[str] = Counter()
    for row in raw["centre"]:
        for doctor in row["doctors"]:
            role = raw["role"][doctor["role"]]
            numbers[role["label"]] += 1
            letters = [row["letter"], *([doctor["also"]] if "also" in doctor else [])]
            yield _doctor(doctor, role, numbers, tuple(centres[letter] for letter in letters))


def _doctor(
    row: Mapping[str, Any],
    role: Mapping[str, Any],
    numbers: Counter[str],
    centres: tuple[CentreSeed, ...],
) -> DoctorSeed:
    first, last = f"Sample {role['label']}", f"{numbers[role['label']]:02d}"
    return DoctorSeed(
        id=sample_id(f"{first} {last}"),
        first_name=first,
        last_name=last,
        number=numbers.total(),
        codes=tuple(role["codes"]),
        expertise=tuple(role["expertise"]),
        languages=tuple(row.get("languages", ())),
        accepts_new=row.get("accepts_new", True),
        video_opinion=row.get("video", False),
        volume_band=row.get("volume"),
        centres=centres,
    )
