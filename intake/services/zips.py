"""Points of ZIP codes from an imported gazetteer, beside those of the built-in table."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake import places
from intake.directory.points import Point, far_apart, point_of
from intake.models.directory import Location, ZipPoint


def load_points(session: Session) -> int:
    """Let the imported points serve in this process from now on; return how many there are."""
    points = stored_points(session)
    places.use_points(points)
    return len(points)


def stored_points(session: Session) -> dict[str, Point]:
    rows = session.execute(select(ZipPoint.zip, ZipPoint.latitude, ZipPoint.longitude))
    return {zip_code: (lat, lon) for zip_code, lat, lon in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A ZIP code whose two points lie over ten miles apart; the imported one serves.

    `offices`: how many addresses of the directory stand there.
    """

    zip: str
    city: str
    state: str
    imported: Point
    built_in: Point
    miles: float
    offices: int


def disagreements(points: Mapping[str, Point], offices: Mapping[str, int]) -> list[Disagreement]:
    """Those farthest apart first. Needs no session: comparing the whole country takes a second."""
    found = []
    for place in places.built_in_places():
        imported, built_in = points.get(place.zip), point_of(place)
        miles = far_apart(imported, built_in)
        if imported is None or built_in is None or miles is None:
            continue
        found.append(
            Disagreement(
                zip=place.zip,
                city=place.city,
                state=place.state,
                imported=imported,
                built_in=built_in,
                miles=miles,
                offices=offices.get(place.zip, 0),
            )
        )
    return sorted(found, key=lambda one: (-one.miles, one.zip))


def office_counts(session: Session) -> dict[str, int]:
    """Addresses of the directory by ZIP code."""
    rows = session.execute(select(Location.zip, func.count()).group_by(Location.zip))
    return {zip_code: count for zip_code, count in rows}
