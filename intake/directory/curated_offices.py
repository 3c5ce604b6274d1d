"""The addresses of the organisation's own doctors, and the centres they name."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.directory.curated import CuratedDoctor, CuratedOffice
from intake.directory.facts import address_key
from intake.directory.points import Point, far_apart, point_of
from intake.directory.sources import CURATED
from intake.models.directory import Centre, Doctor, Location
from intake.places import find_place

_ADDRESS = ("line_1", "line_2", "city", "state", "zip", "phone")


def write_offices(
    session: Session, doctor: Doctor, wanted: CuratedDoctor
) -> tuple[dict[str, dict[str, Any] | None], str | None]:
    """Bring the addresses to what the list says: facts to record by name, and a note of what is doubtful.

    An address that stays keeps its id, so that matches go on pointing at it.
    """
    stored = {address_key(place.line_1, place.zip): place for place in doctor.locations}
    told: dict[str, dict[str, Any] | None] = {}
    notes: list[str] = []
    for office in wanted.offices:
        place = stored.pop(office.key, None) or _new(session, doctor)
        before = _fact(place, office) if place.source == CURATED else None
        _fill(session, place, office, wanted)
        after = _fact(place, office)
        if before != after:
            told[f"location:{place.id}"] = after
        notes += _doubts(office)
    kept = {place.id for place in doctor.locations if address_key(place.line_1, place.zip) not in stored}
    for place in list(doctor.locations):
        if place.id not in kept:
            told[f"location:{place.id}"] = None
            doctor.locations.remove(place)
    session.flush()
    return told, "; ".join(notes) or None


def _new(session: Session, doctor: Doctor) -> Location:
    place = Location(doctor_id=doctor.id, line_1="", city="", state="", zip="", source="")
    place.seen_on = doctor.seen_on
    doctor.locations.append(place)
    return place


def _fill(session: Session, place: Location, office: CuratedOffice, wanted: CuratedDoctor) -> None:
    moved = place.zip != office.zip
    for name in _ADDRESS:
        setattr(place, name, getattr(office, name))
    point = office.given or point_of(find_place(office.zip))
    if office.given or moved or place.latitude is None:
        place.latitude, place.longitude = point or (None, None)
    place.centre_id = _centre_id(session, place, office, wanted)
    place.source, place.seen_on = CURATED, wanted.verified_on


def _centre_id(
    session: Session, place: Location, office: CuratedOffice, wanted: CuratedDoctor
) -> UUID | None:
    """The centre of that name here, else the only one in the state; one that nobody knows is added."""
    if office.centre is None:
        return None
    named = func.lower(Centre.name) == office.centre.lower()
    found = session.scalars(select(Centre).where(named, Centre.state == office.state)).all()
    here = [centre for centre in found if centre.city.lower() == office.city.lower()]
    for centre in (*here, *(found if len(found) == 1 else ())):
        return centre.id
    added = _added_centre(office, wanted)
    session.add(added)
    session.flush()
    return added.id


def _added_centre(office: CuratedOffice, wanted: CuratedDoctor) -> Centre:
    lat, lon = office.given or point_of(find_place(office.zip)) or (None, None)
    return Centre(
        name=office.centre,
        street=office.line_1 or None,
        city=office.city,
        state=office.state,
        zip=office.zip,
        latitude=lat,
        longitude=lon,
        source=CURATED,
        seen_on=wanted.verified_on,
    )


def _fact(place: Location, office: CuratedOffice) -> dict[str, Any]:
    values = {name: getattr(place, name) for name in (*_ADDRESS, "latitude", "longitude")}
    told = {name: value for name, value in values.items() if value is not None}
    if place.centre_id:
        told["centre_id"] = str(place.centre_id)
    return {**told, "given": list(office.given)} if office.given else told


def _doubts(office: CuratedOffice) -> list[str]:
    by_zip: Point | None = point_of(find_place(office.zip))
    if by_zip is None:
        return [f"ZIP {office.zip} has no known place"]
    apart = far_apart(office.given, by_zip)
    if apart is None:
        return []
    return [f"the point given for {office.zip} lies {apart:.0f} miles from that of the ZIP code; check it"]
