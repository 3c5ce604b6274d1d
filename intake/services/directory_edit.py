"""Staff change the directory by hand: each change keeps where it was read, and who made it.

Every function takes the doctor out of `open_for_change`, which keeps two editors apart.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.directory.npi import check_npi
from intake.errors import BadInput
from intake.models.directory import Doctor, DoctorSpecialty
from intake.rules.statuses import DoctorStatus
from intake.rules.taxonomy import short_of
from intake.services import directory
from intake.services.directory import Verification, noted
from intake.services.directory_facts import Word, record

# The facts of the edit form, by column.
PLAIN = (
    "npi",
    "first_name",
    "last_name",
    "credential",
    "languages",
    "insurance",
    "accepts_new",
    "video_opinion",
    "volume_band",
    "note",
)
_VERIFIED = ("accepts_new", "video_opinion", "volume_band", "languages", "insurance")
EDITOR = "editor"


class ChangedMeanwhile(BadInput):
    """Somebody saved the doctor after the page was made."""


def version_of(doctor: Doctor) -> str:
    """What a page keeps, so that a save can tell whether the doctor changed since."""
    return doctor.updated_at.isoformat()


def open_for_change(session: Session, doctor_id: UUID, *, version: str | None = None) -> Doctor | None:
    """The doctor with all facts, for one writer at a time; None when there is none.

    Raises ChangedMeanwhile when `version` is given and is an older one.
    """
    directory.lock(session)
    wanted = directory.with_facts().where(Doctor.id == doctor_id)
    doctor = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if doctor is not None and version is not None and version != version_of(doctor):
        raise ChangedMeanwhile(f"doctor {doctor_id} changed since the page was made")
    return doctor


def add(session: Session, values: Mapping[str, Any], word: Word, *, now: datetime) -> Doctor:
    """A new candidate. Raises BadInput for an NPI that is wrong or taken."""
    directory.lock(session)
    _check_npi(session, values.get("npi"), None)
    doctor = Doctor(
        status=DoctorStatus.CANDIDATE,
        sample=False,
        source=word.source,
        seen_on=word.seen_on,
        updated_at=now,
        **{name: values[name] for name in PLAIN},
    )
    session.add(doctor)
    session.flush()
    _set_specialties(session, doctor, (), values["specialties"])
    record(session, doctor.id, _told(values), word, now=now)
    noted(session, doctor, "doctor.added", now=now, actor=word.actor)
    return doctor


def edit(
    session: Session, doctor: Doctor, values: Mapping[str, Any], word: Word, *, now: datetime
) -> list[str]:
    """Change what differs and say what that was. Raises BadInput for an NPI that is wrong or taken."""
    changed = changes(doctor, values)
    if not changed:
        return []
    _check_npi(session, values["npi"], doctor)
    if "specialties" in changed:
        _set_specialties(session, doctor, known_codes(doctor), changed["specialties"])
    for name in changed.keys() & set(PLAIN):
        setattr(doctor, name, changed[name])
    record(session, doctor.id, changed, word, now=now)
    touch(doctor, now=now)
    noted(session, doctor, "doctor.edited", now=now, actor=word.actor, facts=sorted(changed))
    return sorted(changed)


def changes(doctor: Doctor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that differ from what is stored."""
    stored = current(doctor)
    return {name: values[name] for name in (*PLAIN, "specialties") if values[name] != stored[name]}


def current(doctor: Doctor) -> dict[str, Any]:
    """The values of the edit form as they are stored."""
    plain = {name: getattr(doctor, name) for name in PLAIN}
    for name in ("languages", "insurance"):
        plain[name] = sorted(plain[name] or [])
    return {**plain, "specialties": known_codes(doctor)}


def known_codes(doctor: Doctor) -> list[str]:
    """The doctor's taxonomy codes that the matching uses; the form shows no others."""
    return sorted(row.taxonomy_code for row in doctor.specialties if short_of(row.taxonomy_code))


def verify(session: Session, doctor: Doctor, facts: Verification, word: Word, *, now: datetime) -> None:
    """Record what a person checked, each fact with its day. Raises BadInput; see `directory.verify`."""
    before, old = doctor.updated_at, {name: getattr(doctor, name) for name in _VERIFIED}
    directory.verify(session, doctor, facts, now=now, actor=word.actor)
    given = {name: getattr(doctor, name) for name in _VERIFIED if getattr(facts, name) is not None}
    # An empty list that was empty before is nothing that anybody said.
    checked = {name: value for name, value in given.items() if value != [] or old[name] != []}
    expertise = sorted(set(facts.expertise))
    record(session, doctor.id, {**checked, "expertise": expertise, "status": doctor.status}, word, now=now)
    touch(doctor, now=now, before=before)


def deactivate(session: Session, doctor: Doctor, reason: str, word: Word, *, now: datetime) -> None:
    """Show the doctor to nobody any more. Raises BadInput without a reason."""
    before = doctor.updated_at
    directory.deactivate(session, doctor, reason, now=now, actor=word.actor)
    record(session, doctor.id, {"status": {"value": doctor.status, "because": reason}}, word, now=now)
    touch(doctor, now=now, before=before)


def reactivate(session: Session, doctor: Doctor, word: Word, *, now: datetime) -> None:
    """Bring the doctor back as a candidate. Raises BadInput when the doctor is not deactivated."""
    if doctor.status != DoctorStatus.DEACTIVATED:
        raise BadInput(f"This doctor is not deactivated: the status is {doctor.status}.")
    before = doctor.updated_at
    directory.reactivate(session, doctor, now=now, actor=word.actor)
    record(session, doctor.id, {"status": doctor.status}, word, now=now)
    touch(doctor, now=now, before=before)


def touch(doctor: Doctor, *, now: datetime, before: datetime | None = None) -> None:
    """A later version than any before, even when two saves share an instant."""
    doctor.updated_at = max(now, (before or doctor.updated_at) + timedelta(microseconds=1))


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def _check_npi(session: Session, npi: str | None, doctor: Doctor | None) -> None:
    if npi is None or (doctor is not None and npi == doctor.npi):
        return
    check_npi(npi)
    if session.scalar(select(Doctor.id).where(Doctor.npi == npi)):
        raise BadInput(f"NPI {npi} is in the directory already. Search for it, and edit that doctor.")


def _set_specialties(session: Session, doctor: Doctor, old: Iterable[str], new: Iterable[str]) -> None:
    """Codes that the form does not show stay as they are; the first becomes primary when none is."""
    gone = set(old) - set(new)
    kept = [] if not old else [row for row in doctor.specialties if row.taxonomy_code not in gone]
    for row in [] if not gone else [row for row in doctor.specialties if row.taxonomy_code in gone]:
        session.delete(row)
    has_primary = any(row.is_primary for row in kept)
    for place, code in enumerate(sorted(set(new) - set(old))):
        first = place == 0 and not has_primary
        session.add(DoctorSpecialty(doctor_id=doctor.id, taxonomy_code=code, is_primary=first))
    session.flush()
