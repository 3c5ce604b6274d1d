"""What staff do with the directory. Every change that a match could notice raises its version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from intake.errors import BadInput
from intake.models.directory import Centre, DirectoryVersion, Doctor, DoctorExpertise, Location
from intake.rules.expertise import Expertise, VolumeBand
from intake.rules.facts import Insurance, Language
from intake.rules.statuses import DoctorStatus, change
from intake.services import audit

_ROW = 1
OFFICE = "office"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a person checked about a doctor. None leaves a fact as it is; `source` says where it was read."""

    expertise: Sequence[str]
    by: str
    source: str = "editor"
    accepts_new: bool | None = None
    video_opinion: bool | None = None
    volume_band: str | None = None
    languages: Sequence[str] | None = None
    insurance: Sequence[str] | None = None


def lock(session: Session) -> None:
    """Let one writer at a time change the directory, until its commit."""
    session.execute(insert(DirectoryVersion).values(id=_ROW, number=0).on_conflict_do_nothing())
    session.execute(select(DirectoryVersion.id).with_for_update())


def bump(session: Session) -> int:
    """Raise the directory's version in this commit; return the new number."""
    lock(session)
    raised = update(DirectoryVersion).values(number=DirectoryVersion.number + 1)
    return session.scalars(raised.returning(DirectoryVersion.number)).one()


def find(session: Session, key: str) -> Doctor:
    """The doctor with an NPI or, as samples have none, an id. Raises BadInput when there is none."""
    doctor = session.scalars(with_facts().where(_is(key.strip()))).one_or_none()
    if doctor is None:
        raise BadInput(f"No doctor has the NPI {key!r}. `advocate doctors list` shows those there are.")
    return doctor


def listed(session: Session, *, status: str | None, limit: int) -> Sequence[Doctor]:
    """Doctors by name, all of them or those of one status."""
    query = with_facts().order_by(Doctor.last_name, Doctor.first_name, Doctor.id).limit(limit)
    return session.scalars(query if status is None else query.where(Doctor.status == status)).all()


def centres(session: Session) -> Sequence[Centre]:
    return session.scalars(select(Centre).order_by(Centre.state, Centre.city, Centre.name)).all()


def verify(
    session: Session, doctor: Doctor, facts: Verification, *, now: datetime, actor: str = OFFICE
) -> None:
    """Make a candidate a doctor whom families are shown, or check a verified one again.

    The expertise given replaces what was known. Raises BadInput for a code that does not exist or
    a doctor who is deactivated.
    """
    _check(facts)
    old = DoctorStatus(doctor.status)
    if old is DoctorStatus.DEACTIVATED:
        raise BadInput("This doctor is deactivated: reactivate first, then verify.")
    if old is not DoctorStatus.VERIFIED:
        doctor.status = change(old, DoctorStatus.VERIFIED)
    doctor.verified_on, doctor.verified_by, doctor.updated_at = now.date(), facts.by.strip(), now
    _take_over(doctor, facts)
    _replace_expertise(session, doctor, facts, now=now)
    detail = {"old": old, "expertise": sorted(set(facts.expertise))}
    noted(session, doctor, "doctor.verified", now=now, actor=actor, **detail)


def deactivate(session: Session, doctor: Doctor, reason: str, *, now: datetime, actor: str = OFFICE) -> None:
    """Show the doctor to nobody any more; the facts stay. Raises BadInput without a reason."""
    if not reason.strip():
        raise BadInput("Say why, so that the next person need not ask.")
    old = DoctorStatus(doctor.status)
    if old is DoctorStatus.DEACTIVATED:
        raise BadInput(f"Deactivated already on {doctor.deactivated_on}: {doctor.deactivated_because}")
    doctor.status = change(old, DoctorStatus.DEACTIVATED)
    doctor.deactivated_on, doctor.deactivated_because = now.date(), reason.strip()
    doctor.updated_at = now
    noted(session, doctor, "doctor.deactivated", now=now, actor=actor, old=old)


def reactivate(session: Session, doctor: Doctor, *, now: datetime, actor: str = OFFICE) -> None:
    """Bring a deactivated doctor back as a candidate. Raises IllegalTransition for any other."""
    old = DoctorStatus(doctor.status)
    doctor.status = change(old, DoctorStatus.CANDIDATE)
    doctor.deactivated_on = doctor.deactivated_because = None
    doctor.updated_at = now
    noted(session, doctor, "doctor.reactivated", now=now, actor=actor, old=old)


def noted(
    session: Session, doctor: Doctor, action: str, *, now: datetime, actor: str = OFFICE, **detail: object
) -> None:
    """Raise the version and append who did what to the doctor, in the commit of the deed."""
    bump(session)
    audit.note(session, actor, action, "doctor", doctor.id, now=now, **detail)


def with_facts() -> Select[Doctor]:
    """Doctors with everything known of them."""
    return select(Doctor).options(
        selectinload(Doctor.locations).selectinload(Location.centre),
        selectinload(Doctor.specialties),
        selectinload(Doctor.expertise),
    )


def _is(key: str) -> ColumnElement[bool]:
    try:
        return or_(Doctor.npi == key, Doctor.id == UUID(key))
    except ValueError:
        return Doctor.npi == key


def _check(facts: Verification) -> None:
    if not facts.by.strip():
        raise BadInput("Say who checked with --by.")
    if not facts.expertise:
        raise BadInput(f"Give at least one code of expertise: {', '.join(Expertise)}.")
    for name, given, known in (
        ("expertise", facts.expertise, list(Expertise)),
        ("volume", [facts.volume_band] if facts.volume_band else [], list(VolumeBand)),
        ("language", facts.languages or [], list(Language)),
        ("insurance", facts.insurance or [], list(Insurance)),
    ):
        wrong = sorted(set(given) - set(map(str, known)))
        if wrong:
            raise BadInput(f"Unknown {name}: {', '.join(map(repr, wrong))}. Choose from {', '.join(known)}.")


def _take_over(doctor: Doctor, facts: Verification) -> None:
    for name in ("accepts_new", "video_opinion", "volume_band"):
        if getattr(facts, name) is not None:
            setattr(doctor, name, getattr(facts, name))
    for name in ("languages", "insurance"):
        if getattr(facts, name) is not None:
            setattr(doctor, name, sorted(set(getattr(facts, name))))


def _replace_expertise(session: Session, doctor: Doctor, facts: Verification, *, now: datetime) -> None:
    session.execute(delete(DoctorExpertise).where(DoctorExpertise.doctor_id == doctor.id))
    dated = {"source": facts.source, "verified_on": now.date(), "verified_by": facts.by.strip()}
    rows = [{"doctor_id": doctor.id, "code": code, **dated} for code in sorted(set(facts.expertise))]
    session.execute(insert(DoctorExpertise), rows)
    session.expire(doctor, ["expertise"])
