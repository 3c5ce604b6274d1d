"""Points of ZIP codes from an imported gazetteer, beside those of the built-in table."""

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


def disagreements(session: Session) -> list[Disagreement]:
    """Those farthest apart first."""
    offices = _offices(session)
    found = []
    for zip_code, imported in stored_points(session).items():
        place = places.built_in_place(zip_code)
        built_in = point_of(place)
        miles = far_apart(imported, built_in)
        if place is None or built_in is None or miles is None:
            continue
        found.append(
            Disagreement(
                zip=zip_code,
                city=place.city,
                state=place.state,
                imported=imported,
                built_in=built_in,
                miles=miles,
                offices=offices.get(zip_code, 0),
            )
        )
    return sorted(found, key=lambda one: (-one.miles, one.zip))


def _offices(session: Session) -> dict[str, int]:
    rows = session.execute(select(Location.zip, func.count()).group_by(Location.zip))
    return {zip_code: count for zip_code, count in rows}
