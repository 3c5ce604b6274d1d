"""The Census 2010 gazetteer as a second opinion on points. Read where it lies, never copied."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

GAZETTEER = Path(os.environ.get("ADVOCATE_TEST_DATA", "../shared/data")) / "Gaz_zcta_national_2010.txt"
EARTH_MILES = 3958.7613


@dataclass(frozen=True)
class Area:
    """A ZIP code area: its inner point (degrees), and the radius of a disc as large as its land."""

    point: tuple[float, float]
    radius_miles: float


def read_gazetteer() -> dict[str, Area]:
    """By ZIP code. In this copy the longitude stands before the latitude; one row is empty."""
    rows = (line.split("\t") for line in GAZETTEER.read_text().splitlines()[1:])
    return {
        row[0]: Area((float(row[6]), float(row[5])), math.sqrt(max(float(row[3]), 0) / math.pi))
        for row in rows
        if len(row) >= 7 and row[5].strip()
    }


def miles(one: tuple[float | None, float | None], other: tuple[float, float]) -> float:
    """Great-circle distance (haversine)."""
    lat1, lon1, lat2, lon2 = (math.radians(degrees or 0) for degrees in (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_MILES * math.asin(math.sqrt(half))
