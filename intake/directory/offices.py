"""The offices of a registry: one set a source, put on the map by ZIP code."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.directory.bulk import insert, upsert
from intake.directory.facts import Office
from intake.directory.sources import Origin
from intake.directory.written import Written
from intake.models.directory import Location
from intake.places import find_place

_OFFICES = uuid5(NAMESPACE_URL, "advocate-desk/location")
_FACTS = ("line_1", "line_2", "city", "state", "zip", "phone")
_TAKEN_OVER = (*_FACTS, "latitude", "longitude", "seen_on")
# Who moved to another ZIP code has left the centre that somebody linked.
_CENTRE = {"centre_id": "CASE WHEN old.zip = excluded.zip THEN old.centre_id END"}
_LEFT = text(
    "DELETE FROM location WHERE doctor_id = ANY(:doctors) AND source = :source AND id <> ALL(:offices)"
)


def office_id(doctor_id: UUID, source: str, key: str) -> UUID:
    """Follows from the doctor's, so that matches go on pointing at it."""
    return uuid5(_OFFICES, "/".join(filter(None, (str(doctor_id), source, key))))


def doubts(office: Office) -> str | None:
    """What is odd about the ZIP code, for the note of the doctor."""
    place = find_place(office.zip)
    if place is None:
        return f"ZIP {office.zip} is not known"
    if place.state != office.state:
        return f"ZIP {office.zip} lies in {place.state}, the address says {office.state}"
    return None


def write(session: Session, written: Sequence[Written], origin: Origin) -> None:
    """Bring each doctor's offices of this source to what it says now; those of others stay."""
    rows = [_row(one.id, office, origin) for one in written for office in one.fact.offices]
    if all(one.new for one in written):
        insert(session, Location, rows)
        return
    known = [one.id for one in written if not one.new and one.fact.whole]
    if known:
        gone = {"doctors": known, "source": origin.source, "offices": [row["id"] for row in rows]}
        session.execute(_LEFT, gone)
    upsert(session, Location, rows, keys=["id"], taken_over=_TAKEN_OVER, kept=_CENTRE)


def _row(doctor_id: UUID, office: Office, origin: Origin) -> dict[str, Any]:
    place = find_place(office.zip)
    return {
        "id": office_id(doctor_id, origin.source, office.key),
        "doctor_id": doctor_id,
        **{name: getattr(office, name) for name in _FACTS},
        "latitude": place and place.lat,
        "longitude": place and place.lon,
        "source": origin.source,
        "seen_on": origin.seen_on,
    }
