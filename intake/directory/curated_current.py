"""The directory's doctors as the organisation's list would have them: for export and comparison."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from intake.directory.curated import CuratedDoctor, CuratedOffice, ordered
from intake.directory.points import Point
from intake.models.directory import Doctor, DoctorFact, Location
from intake.rules.statuses import DoctorStatus

Said = Mapping[str, DoctorFact]


def with_all() -> Select[Doctor]:
    return select(Doctor).options(
        selectinload(Doctor.locations).selectinload(Location.centre),
        selectinload(Doctor.specialties),
        selectinload(Doctor.expertise),
    )


def verified(session: Session) -> list[CuratedDoctor]:
    """Every verified doctor who is no sample, by name."""
    query = with_all().where(Doctor.status == DoctorStatus.VERIFIED, ~Doctor.sample)
    found = session.scalars(query.order_by(Doctor.last_name, Doctor.first_name, Doctor.id)).all()
    said = newest(session, [doctor.id for doctor in found])
    listed = (current(doctor, said.get(doctor.id, {})) for doctor in found)
    return [doctor for doctor in listed if doctor is not None]


def newest(session: Session, doctor_ids: Iterable[UUID]) -> dict[UUID, dict[str, DoctorFact]]:
    """The fact that counts for each name, by doctor."""
    rows = session.scalars(
        select(DoctorFact).where(DoctorFact.doctor_id.in_(list(doctor_ids))).order_by(DoctorFact.id)
    )
    found: dict[UUID, dict[str, DoctorFact]] = {}
    for fact in rows:
        found.setdefault(fact.doctor_id, {})[fact.name] = fact
    return found


def current(doctor: Doctor, said: Said) -> CuratedDoctor | None:
    """What the list would say of a doctor now; None for one whom nobody has verified."""
    if doctor.verified_on is None:
        return None
    skills = sorted(doctor.expertise, key=lambda skill: (skill.verified_on, skill.code))
    codes = sorted(doctor.specialties, key=lambda row: (not row.is_primary, row.taxonomy_code))
    return CuratedDoctor(
        key=_key(doctor, said),
        npi=doctor.npi,
        first_name=_plain(doctor.first_name),
        last_name=_plain(doctor.last_name),
        credential=_plain(doctor.credential) or None,
        specialties=ordered([row.taxonomy_code for row in codes]),
        expertise=tuple(sorted(skill.code for skill in doctor.expertise)),
        languages=tuple(sorted(doctor.languages)),
        insurance=tuple(sorted(doctor.insurance)),
        accepts_new=doctor.accepts_new,
        video_opinion=doctor.video_opinion,
        volume_band=doctor.volume_band,
        source=_plain(skills[-1].source) if skills else doctor.source,
        verified_on=doctor.verified_on,
        verified_by=_plain(doctor.verified_by),
        offices=_offices(doctor.locations, said),
    )


def _offices(places: Sequence[Location], said: Said) -> tuple[CuratedOffice, ...]:
    """Each address once, whichever sources name it."""
    found = {office.key: office for office in (_office(place, said) for place in places)}
    return tuple(found[key] for key in sorted(found))


def _office(place: Location, said: Said) -> CuratedOffice:
    fact = said.get(f"location:{place.id}")
    return CuratedOffice(
        line_1=_plain(place.line_1),
        line_2=_plain(place.line_2) or None,
        city=_plain(place.city),
        state=place.state,
        zip=place.zip,
        phone=place.phone,
        centre=_plain(place.centre.name) if place.centre else None,
        given=_given((fact.value or {}) if fact else {}),
    )


def _given(value: Mapping[str, Any]) -> Point | None:
    given = value.get("given")
    return (given[0], given[1]) if given else None


def _key(doctor: Doctor, said: Said) -> str:
    fact = said.get("key")
    if fact is not None and fact.value:
        return str(fact.value["value"])
    return "" if doctor.npi else str(doctor.id)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())
