"""Everything that one doctor's page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from intake.models.directory import Centre, Doctor, DoctorFact, Location
from intake.models.lead import Lead
from intake.models.match import Match, MatchSet
from intake.rules.expertise import Designation
from intake.rules.facts import Insurance
from intake.rules.freshness import StaleFact
from intake.rules.statuses import DoctorStatus
from intake.services import directory
from intake.services.directory_duplicates import like
from intake.services.directory_edit import current
from intake.services.directory_facts import Event, Provenance, history, newest, provenance
from intake.services.directory_places import Points, points
from intake.services.freshness import stale_of

_MATCHES = 20


@dataclass(frozen=True)
class FactLine:
    """A fact as it stands; `origin` is None when nobody has said anything."""

    name: str
    value: Any
    origin: Provenance | None


@dataclass(frozen=True, kw_only=True)
class DoctorPage:
    """`places` pairs each address with what the sources say of its point."""

    doctor: Doctor
    facts: Sequence[FactLine]
    places: Sequence[tuple[Location, Points]]
    va: Sequence[str]
    stale: Sequence[StaleFact]
    alike: Sequence[Doctor]
    history: Sequence[Event]


def get(session: Session, doctor_id: UUID) -> Doctor | None:
    """The doctor with everything known, or None."""
    return session.scalars(directory.with_facts().where(Doctor.id == doctor_id)).one_or_none()


def doctor_page(session: Session, doctor_id: UUID, *, now: datetime) -> DoctorPage | None:
    """None when there is no such doctor."""
    doctor = get(session, doctor_id)
    if doctor is None:
        return None
    said = newest(session, doctor_id)
    verified = doctor.status == DoctorStatus.VERIFIED
    return DoctorPage(
        doctor=doctor,
        facts=[
            FactLine(name, value, provenance(doctor, name, value, said))
            for name, value in current(doctor).items()
        ],
        places=[(place, points(session, place)) for place in _in_order(doctor)],
        va=_va(doctor),
        stale=stale_of(doctor, _days(said), now=now) if verified else (),
        alike=like(session, doctor) if doctor.status != DoctorStatus.DEACTIVATED else (),
        history=history(session, doctor_id),
    )


def _in_order(doctor: Doctor) -> list[Location]:
    return sorted(doctor.locations, key=lambda place: (place.state, place.city, place.line_1, str(place.id)))


def _va(doctor: Doctor) -> list[str]:
    """How the VA comes in: centres of the VA by name, and VA cover."""
    names = [
        place.centre.name
        for place in doctor.locations
        if place.centre and place.centre.designation == Designation.VA
    ]
    return [*dict.fromkeys(names), *(["takes VA cover"] if Insurance.VA in doctor.insurance else [])]


def _days(said: Mapping[str, DoctorFact]) -> dict[str, Any]:
    return {name: fact.verified_on or fact.seen_on for name, fact in said.items()}


@dataclass(frozen=True)
class Matched:
    """A list on which the doctor stood."""

    match: Match
    match_set: MatchSet
    lead: Lead


def matched(session: Session, doctor_id: UUID) -> Sequence[Matched]:
    """The newest twenty lists with the doctor, each with the reasons that were given."""
    wanted: Select[Match, MatchSet, Lead] = (
        select(Match, MatchSet, Lead)
        .join(MatchSet, MatchSet.id == Match.match_set_id)
        .join(Lead, Lead.id == MatchSet.lead_id)
        .where(Match.doctor_id == doctor_id)
        .order_by(MatchSet.created_at.desc(), Match.rank)
        .options(joinedload(Match.location).joinedload(Location.centre))
        .limit(_MATCHES)
    )
    return [Matched(match, match_set, lead) for match, match_set, lead in session.execute(wanted)]


def centre_choices(session: Session) -> list[tuple[str, str]]:
    """Each centre's id, and its name with where it is."""
    rows: Select[UUID, str, str, str] = select(Centre.id, Centre.name, Centre.city, Centre.state)
    found = session.execute(rows.order_by(Centre.name, Centre.state, Centre.city))
    return [(str(key), f"{name}, {city}, {state}") for key, name, city, state in found]
