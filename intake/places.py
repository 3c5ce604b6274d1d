"""ZIP code -> place: town, state, point, time zones. The one module that knows the ZIP package.

Data: zipcodes 3.0.0 (GeoNames, CC BY 4.0), mended by intake/rules/places.toml.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import zipcodes

from intake.errors import BadInput
from intake.language import gettext
from intake.language import lazy_gettext as _
from intake.rules.zones import is_zone, places_table, zones_for_state

_LONGEST = 40
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_ASK = _("Enter the ZIP code as five numbers, such as 02132.")


class ZipKind(StrEnum):
    STANDARD = "standard"
    PO_BOX = "po_box"
    UNIQUE = "unique"
    MILITARY = "military"


_KINDS = {
    "STANDARD": ZipKind.STANDARD,
    "PO BOX": ZipKind.PO_BOX,
    "UNIQUE": ZipKind.UNIQUE,
    "MILITARY": ZipKind.MILITARY,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ZIP code is. `lat` and `lon` are degrees, both None when nobody knows.

    `zones`: every time zone its people may keep, the likeliest first; none for military mail.
    `zone_certain` is False when the first of them is a guess: confirm it on the call.
    """

    zip: str
    city: str
    state: str
    lat: float | None
    lon: float | None
    zones: tuple[str, ...]
    zone_certain: bool
    kind: ZipKind
    active: bool


# Points of a gazetteer that somebody imported: they serve before the package's own.
_points: dict[str, tuple[float, float]] = {}


def use_points(points: Mapping[str, tuple[float, float]]) -> None:
    """Let these points (ZIP code -> latitude, longitude) serve from now on, in this process."""
    _points.clear()
    _points.update(points)
    find_place.cache_clear()


def warm() -> None:
    """Load the table now (0.3 s), so that the first family does not wait for it."""
    find_place("00501")


def normalise_zip(text: str) -> str:
    """The five digits of a ZIP code however it was typed: spaces, ZIP+4, full-width digits.

    Raises BadInput with a sentence to show. Four digits are asked about, never repaired in silence.
    """
    digits = _SEPARATORS.sub("", _folded(text[: _LONGEST + 1]))
    if len(text) > _LONGEST or not re.fullmatch(r"[0-9]+", digits):
        raise BadInput(str(_ASK))
    if len(digits) == 4:
        raise BadInput(
            gettext(
                "A ZIP code has five numbers. If yours begins with zero, enter 0%(digits)s.", digits=digits
            )
        )
    if len(digits) not in (5, 9):
        raise BadInput(str(_ASK))
    return digits[:5]


def _folded(text: str) -> str:
    """Every decimal digit of every script as 0-9: phones set to Arabic type them so."""
    return "".join(str(unicodedata.decimal(c, c)) for c in unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=65_536)
def find_place(zip_code: str) -> Place | None:
    """The place of a five-digit ZIP code, or None when there is no such ZIP code.

    0.4 ms the first time a code is asked for; all 42,789 fit the cache, for an import of everybody.
    """
    if not re.fullmatch(r"[0-9]{5}", zip_code):
        return None
    place = built_in_place(zip_code)
    point = _points.get(zip_code)
    return place if place is None or point is None else replace(place, lat=point[0], lon=point[1])


def town_names(zip_code: str) -> tuple[str, ...]:
    """Every name by which the post office takes the town of a ZIP code, the usual one first."""
    rows = zipcodes.matching(zip_code) if find_place(zip_code) else []  # type: ignore[no-untyped-call]
    return tuple(name for row in rows[:1] for name in (row["city"], *row["acceptable_cities"]))


def built_in_place(zip_code: str) -> Place | None:
    """The place as the package has it, whatever was imported."""
    rows = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]
    return read_place(rows[0]) if rows else None


def built_in_places() -> Iterator[Place]:
    """Every place of the package, in under a second: one by one it takes fifteen."""
    return map(read_place, zipcodes.list_all())  # type: ignore[no-untyped-call]


def read_place(row: dict[str, Any]) -> Place:
    """A row of the package, mended: for whoever reads the whole table at once."""
    mend = places_table()["corrections"].get(row["zip_code"], {})
    kind = ZipKind(mend.get("kind", _KINDS[row["zip_code_type"]]))
    state = mend.get("state", row["state"])
    lat, lon = _point(row, mend, kind)
    zones, certain = _zones(row["timezone"], state, mend, kind)
    return Place(
        zip=row["zip_code"],
        city=row["city"],
        state=state,
        lat=lat,
        lon=lon,
        zones=zones,
        zone_certain=certain,
        kind=kind,
        active=row["active"],
    )


def _point(row: dict[str, Any], mend: dict[str, Any], kind: ZipKind) -> tuple[float | None, float | None]:
    if "point_of" in mend:
        town = find_place(mend["point_of"])
        return (town.lat, town.lon) if town else (None, None)
    lat, lon = mend.get("lat", float(row["lat"])), mend.get("lon", float(row["long"]))
    # 0/0 is how the package says "not known"; it is a real point in the Gulf of Guinea.
    return (None, None) if kind is ZipKind.MILITARY or not (lat or lon) else (lat, lon)


def _zones(zone: str, state: str, mend: dict[str, Any], kind: ZipKind) -> tuple[tuple[str, ...], bool]:
    if kind is ZipKind.MILITARY:
        return (), False
    if "zones" in mend:
        return tuple(mend["zones"]), mend.get("certain", True)
    if is_zone(zone):
        return (zone,), True
    return zones_for_state(state), False


__all__ = [
    "Place",
    "ZipKind",
    "built_in_place",
    "built_in_places",
    "find_place",
    "normalise_zip",
    "read_place",
    "town_names",
    "use_points",
    "warm",
    "zones_for_state",
]
