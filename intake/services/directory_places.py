"""Where a doctor works: addresses, the points that sources give for them, and how far those lie apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from intake.directory.points import MOST_MILES_APART, Point, miles_between
from intake.models.directory import Centre, Doctor, Location, ZipPoint
from intake.models.match import Match
from intake.places import find_place
from intake.services.directory import noted
from intake.services.directory_edit import touch
from intake.services.directory_facts import Word, record

ADDRESS = ("centre_id", "line_1", "line_2", "city", "state", "zip", "phone", "latitude", "longitude")


@dataclass(frozen=True)
class Named:
    """A point and who gives it."""

    source: str
    point: Point


@dataclass(frozen=True)
class Points:
    """What the sources say of one address. `apart`: the two that lie farthest apart, when over 10 miles."""

    given: Sequence[Named]
    apart: tuple[Named, Named, float] | None


def points(session: Session, place: Location) -> Points:
    """The address's own point, that of its ZIP code and that of its centre, with their disagreement."""
    own = _point(place.latitude, place.longitude)
    zip_source, zip_point = _of_zip(session, place.zip)
    centre = _point(place.centre.latitude, place.centre.longitude) if place.centre else None
    found = [
        Named(source, point)
        for source, point in ((place.source, own), (zip_source, zip_point), ("centre", centre))
        if point is not None
    ]
    pairs = [(one, other, miles_between(one.point, other.point)) for one, other in combinations(found, 2)]
    farthest = max(pairs, key=lambda pair: pair[2], default=None)
    return Points(found, farthest if farthest and farthest[2] > MOST_MILES_APART else None)


def add_location(
    session: Session, doctor: Doctor, values: Mapping[str, Any], word: Word, *, now: datetime
) -> Location:
    """A further address. Without a point of its own the ZIP code's is used."""
    place = Location(
        doctor_id=doctor.id, source=word.source, seen_on=word.seen_on, **_placed(session, values)
    )
    session.add(place)
    _told(session, doctor, place, word, now=now)
    noted(session, doctor, "location.added", now=now, actor=word.actor, location=str(place.id))
    return place


def edit_location(
    session: Session, doctor: Doctor, place: Location, values: Mapping[str, Any], word: Word, *, now: datetime
) -> None:
    """What the address is on the day of the word; saving it unchanged says that it was checked again."""
    for name, value in _placed(session, values).items():
        setattr(place, name, value)
    place.source, place.seen_on = word.source, word.seen_on
    _told(session, doctor, place, word, now=now)
    noted(session, doctor, "location.edited", now=now, actor=word.actor, location=str(place.id))


def own_point(session: Session, place: Location) -> Point | None:
    """The address's point when a source of its own gave it; None for that of the ZIP code or centre."""
    own = _point(place.latitude, place.longitude)
    centre = _point(place.centre.latitude, place.centre.longitude) if place.centre else None
    return None if own in (_of_zip(session, place.zip)[1], centre) else own


def remove_location(
    session: Session, doctor: Doctor, place: Location, reason: str, word: Word, *, now: datetime
) -> None:
    """The address goes, what it was stays in the facts. Matches that named it keep doctor and reasons."""
    record(session, doctor.id, {_name(place): told(place)}, word, now=now)
    record(session, doctor.id, {_name(place): None}, word, now=now)
    session.execute(update(Match).where(Match.location_id == place.id).values(location_id=None))
    session.delete(place)
    touch(doctor, now=now)
    detail = {"location": str(place.id), "reason": reason}
    noted(session, doctor, "location.removed", now=now, actor=word.actor, **detail)


def told(place: Location) -> dict[str, Any]:
    """The address as a fact keeps it."""
    values = {name: getattr(place, name) for name in ADDRESS if getattr(place, name) is not None}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


def _told(session: Session, doctor: Doctor, place: Location, word: Word, *, now: datetime) -> None:
    record(session, doctor.id, {_name(place): told(place)}, word, now=now)
    touch(doctor, now=now)


def _name(place: Location) -> str:
    return f"location:{place.id}"


def _placed(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the centre's address where none was typed, and the ZIP code's point likewise."""
    placed = {name: values[name] for name in ADDRESS}
    centre = session.get(Centre, placed["centre_id"]) if placed["centre_id"] else None
    if centre is not None and not placed["line_1"]:
        placed |= {"line_1": centre.street or centre.name, "city": centre.city, "state": centre.state}
        placed["zip"] = centre.zip or placed["zip"]
    if placed["latitude"] is None:
        point = _point(centre.latitude, centre.longitude) if centre else None
        point = point or _of_zip(session, placed["zip"])[1]
        placed["latitude"], placed["longitude"] = point or (None, None)
    return placed


def _of_zip(session: Session, zip_code: str) -> tuple[str, Point | None]:
    """The gazetteer's point serves before the built-in table's."""
    row = session.get(ZipPoint, zip_code)
    if row is not None:
        return row.source, (row.latitude, row.longitude)
    place = find_place(zip_code)
    return "ZIP code", _point(place.lat, place.lon) if place else None


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    return None if latitude is None or longitude is None else (latitude, longitude)
