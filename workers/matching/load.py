"""Read the directory from the database into a snapshot, row by row.

Runs as a database role that may read nothing but the columns named here: whatever else the database
holds about a doctor, above all who pays, cannot reach a list.
"""

from collections.abc import Sequence
from sys import intern
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from workers.matching.build import Builder
from workers.matching.rows import DoctorRow, LocationRow
from workers.matching.snapshot import Snapshot

ROLE = "advocate_matcher"
_BATCH = 500

VERSION = text("SELECT number FROM directory_version")
_DOCTORS = text(
    """
    SELECT doctor.id, npi, concat_ws(' ', nullif(first_name, ''), nullif(last_name, '')), sample, languages,
        insurance, accepts_new, coalesce(video_opinion, false), verified_on, volume_band,
        ARRAY(SELECT taxonomy_code FROM doctor_specialty WHERE doctor_id = doctor.id ORDER BY taxonomy_code),
        ARRAY(SELECT code FROM doctor_expertise WHERE doctor_id = doctor.id ORDER BY code),
        (SELECT json_agg(json_build_array(location.id, centre.name, centre.designation, location.city,
            location.state, location.latitude, location.longitude, phone, centre_id) ORDER BY location.id)
         FROM location LEFT JOIN centre ON centre.id = centre_id WHERE doctor_id = doctor.id)
    FROM doctor WHERE status = 'verified' AND (:sample OR NOT sample)
    ORDER BY npi COLLATE "C" NULLS LAST, doctor.id
    """
)


def load(session: Session, *, sample: bool) -> Snapshot:
    """Everybody who may be shown: verified, and a sample only where samples are shown.

    `session` must have begun nothing yet: it reads one moment of the directory. Raises DBAPIError,
    `permission denied`, where the role lacks a grant.
    """
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    session.execute(text(f"SET LOCAL ROLE {ROLE}"))
    version = session.scalar(VERSION) or 0
    builder = Builder()
    rows = session.execute(
        _DOCTORS, {"sample": sample}, execution_options={"stream_results": True, "yield_per": _BATCH}
    )
    for row in rows:
        builder.add(*_rows_of(tuple(row)))
    return builder.snapshot(version=version)


def _rows_of(row: Sequence[Any]) -> tuple[DoctorRow, list[LocationRow]]:
    doctor_id = str(row[0])
    doctor = DoctorRow(
        id=doctor_id,
        npi=row[1],
        name=row[2],
        sample=row[3],
        languages=_codes(row[4]),
        insurance=_codes(row[5]),
        accepts_new=row[6],
        video=row[7],
        verified_on=row[8],
        volume_band=row[9],
        taxonomy_codes=_codes(row[10]),
        expertise=_codes(row[11]),
    )
    return doctor, [_location(doctor_id, fields) for fields in row[12] or ()]


def _codes(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(map(intern, values or ()))


def _location(doctor_id: str, fields: Sequence[Any]) -> LocationRow:
    location_id, centre, designation, city, state, lat, lon, phone, centre_id = fields
    return LocationRow(location_id, doctor_id, centre, designation, city, state, lat, lon, phone, centre_id)
