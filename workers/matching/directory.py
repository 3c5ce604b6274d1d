"""The snapshot of the directory that this process ranks with, reloaded when the version rises."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from intake.models.directory import (
    Centre,
    DirectoryVersion,
    Doctor,
    DoctorExpertise,
    DoctorSpecialty,
    Location,
)
from intake.rules.statuses import DoctorStatus
from workers.matching.snapshot import DoctorRow, LocationRow, Snapshot


class Directory:
    """Holds one Snapshot. Sample doctors are in it only in a sample organisation."""

    def __init__(self, *, sample: bool) -> None:
        self.sample = sample
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def snapshot(self, session: Session) -> Snapshot:
        """The snapshot of the version that `session` sees; only one thread reloads it."""
        version = session.scalar(select(DirectoryVersion.number)) or 0
        held = self._snapshot
        if held is not None and held.version == version:
            return held
        with self._lock:
            if self._snapshot is None or self._snapshot.version != version:
                self._snapshot = load(session, version=version, sample=self.sample)
            return self._snapshot


def load(session: Session, *, version: int, sample: bool) -> Snapshot:
    """Read every doctor who may be shown: verified, and a sample only where samples are shown."""
    shown = select(Doctor.id).where(
        Doctor.status == DoctorStatus.VERIFIED, Doctor.sample.in_([False, True] if sample else [False])
    )
    doctors = session.execute(select(Doctor).where(Doctor.id.in_(shown))).scalars().all()
    codes = _codes(session, select(DoctorSpecialty.doctor_id, DoctorSpecialty.taxonomy_code), shown)
    expertise = _codes(session, select(DoctorExpertise.doctor_id, DoctorExpertise.code), shown)
    rows = [_doctor(doctor, codes[doctor.id], expertise[doctor.id]) for doctor in doctors]
    return Snapshot.build(rows, _locations(session, shown), version=version)


def _codes(session: Session, pairs: Select[UUID, str], shown: Select[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    doctor_id, code = pairs.selected_columns.values()
    for doctor, value in session.execute(pairs.where(doctor_id.in_(shown)).order_by(doctor_id, code)):
        found[doctor].append(value)
    return found


def _doctor(doctor: Doctor, codes: Iterable[str], expertise: Iterable[str]) -> DoctorRow:
    return DoctorRow(
        id=str(doctor.id),
        npi=doctor.npi,
        name=doctor.name,
        sample=doctor.sample,
        taxonomy_codes=tuple(codes),
        expertise=tuple(expertise),
        languages=tuple(doctor.languages),
        accepts_new=doctor.accepts_new,
        video=bool(doctor.video_opinion),
        verified_on=doctor.verified_on,
        volume_band=doctor.volume_band,
    )


def _locations(session: Session, shown: Select[UUID]) -> list[LocationRow]:
    wanted = (
        select(Location, Centre.id, Centre.name, Centre.designation)
        .outerjoin(Centre, Location.centre_id == Centre.id)
        .where(Location.doctor_id.in_(shown))
    )
    return [
        LocationRow(
            id=str(location.id),
            doctor_id=str(location.doctor_id),
            centre=centre,
            designation=designation,
            city=location.city,
            state=location.state,
            lat=location.latitude,
            lon=location.longitude,
            phone=location.phone,
            centre_id=str(centre_id) if centre_id else None,
        )
        for location, centre_id, centre, designation in session.execute(wanted)
    ]
