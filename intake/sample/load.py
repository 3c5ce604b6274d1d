"""Put the sample directory into the database."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.db import Base
from intake.models.directory import Centre, Doctor, DoctorExpertise, DoctorSpecialty, Location
from intake.places import Place, find_place
from intake.rules.statuses import DoctorStatus
from intake.sample.remove import remove_doctors
from intake.sample.seeds import CentreSeed, DoctorSeed, read_seeds
from intake.services import audit, directory

SOURCE = "sample"
_STREET = "100 Sample Street"


def load_directory(session: Session, *, now: datetime) -> Counter[str]:
    """Bring the samples to what directory.toml says: counts of added, updated, unchanged and removed."""
    directory.lock(session)
    centres, doctors = read_seeds()
    rows = session.execute(select(Doctor.id, Doctor.source_digest).where(Doctor.sample))
    stored = {doctor_id: digest for doctor_id, digest in rows}
    changed = [seed for seed in doctors if stored.get(seed.id) != seed.digest]
    if changed:
        _put(session, Centre, [_centre(seed, now=now) for seed in centres])
        _put_doctors(session, changed, now=now)
    removed = remove_doctors(session, keep={seed.id for seed in doctors}, now=now).total()
    added = sum(1 for seed in changed if seed.id not in stored)
    counts = Counter(added=added, updated=len(changed) - added, unchanged=len(doctors) - len(changed))
    if changed or removed:
        directory.bump(session)
        audit.note(session, directory.OFFICE, "sample.loaded", "source", SOURCE, now=now, **counts)
    return counts + Counter(removed=removed)


def _put(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows, or bring those that stand under their ids to the same values."""
    upsert = insert(table)
    values = {name: upsert.excluded[name] for name in rows[0] if name != "id"}
    session.execute(upsert.on_conflict_do_update(index_elements=["id"], set_=values), rows)


def _put_doctors(session: Session, seeds: list[DoctorSeed], *, now: datetime) -> None:
    _put(session, Doctor, [_doctor(seed, now=now) for seed in seeds])
    ids = [seed.id for seed in seeds]
    for table in (DoctorSpecialty, DoctorExpertise):
        session.execute(delete(table).where(table.doctor_id.in_(ids)))
    session.execute(insert(DoctorSpecialty), [row for seed in seeds for row in _specialties(seed)])
    session.execute(insert(DoctorExpertise), [row for seed in seeds for row in _expertise(seed, now=now)])
    offices = [_location(seed, centre, now=now) for seed in seeds for centre in seed.centres]
    left = Location.doctor_id.in_(ids) & Location.id.not_in([office["id"] for office in offices])
    session.execute(delete(Location).where(left))
    _put(session, Location, offices)


def _doctor(seed: DoctorSeed, *, now: datetime) -> dict[str, Any]:
    checked = now.date() - timedelta(days=seed.centres[0].checked)
    return {
        "id": seed.id,
        "first_name": seed.first_name,
        "last_name": seed.last_name,
        "status": DoctorStatus.VERIFIED,
        "sample": True,
        "languages": list(seed.languages),
        "accepts_new": seed.accepts_new,
        "video_opinion": seed.video_opinion,
        "volume_band": seed.volume_band,
        "source": SOURCE,
        "seen_on": checked,
        "source_digest": seed.digest,
        "verified_on": checked,
        "verified_by": SOURCE,
        "updated_at": now,
    }


def _specialties(seed: DoctorSeed) -> list[dict[str, Any]]:
    return [
        {"doctor_id": seed.id, "taxonomy_code": code, "is_primary": place == 0}
        for place, code in enumerate(seed.codes)
    ]


def _expertise(seed: DoctorSeed, *, now: datetime) -> list[dict[str, Any]]:
    checked = now.date() - timedelta(days=seed.centres[0].checked)
    dated = {"source": SOURCE, "verified_on": checked, "verified_by": SOURCE}
    return [{"doctor_id": seed.id, "code": code, **dated} for code in seed.expertise]


def _location(seed: DoctorSeed, centre: CentreSeed, *, now: datetime) -> dict[str, Any]:
    return {
        "id": seed.location_id(centre),
        "doctor_id": seed.id,
        "centre_id": centre.id,
        "line_1": _STREET,
        "phone": seed.phone_at(centre),
        **_place(centre, now=now),
    }


def _centre(seed: CentreSeed, *, now: datetime) -> dict[str, Any]:
    return {
        "id": seed.id,
        "name": seed.name,
        "street": _STREET,
        "designation": seed.designation,
        "sample": True,
        **_place(seed, now=now),
    }


def _place(seed: CentreSeed, *, now: datetime) -> dict[str, Any]:
    place: Place | None = find_place(seed.zip)
    return {
        "city": seed.city,
        "state": seed.state,
        "zip": seed.zip,
        "latitude": place.lat if place else None,
        "longitude": place.lon if place else None,
        "source": SOURCE,
        "seen_on": now.date() - timedelta(days=seed.checked),
    }
