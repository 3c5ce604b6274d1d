"""Store the organisation's own doctors: what its list says is so, and every fact keeps its source."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from intake.directory.curated import CuratedDoctor
from intake.directory.curated_current import current, newest, with_all
from intake.directory.curated_offices import write_offices
from intake.directory.outcomes import Outcome
from intake.directory.rejects import RowRejected
from intake.directory.sources import CURATED
from intake.models.directory import Doctor, DoctorExpertise, DoctorFact, DoctorSpecialty
from intake.rules.statuses import DoctorStatus, change
from intake.services import audit, directory

_KEYS = uuid5(NAMESPACE_URL, "advocate-desk/curated")
_OWN = ("npi", "first_name", "last_name", "credential", "accepts_new", "video_opinion", "volume_band")
_FACTS = (*_OWN[4:], "specialties", "expertise", "languages", "insurance")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a doctor; `refused` says why nothing did."""

    outcome: Outcome
    refused: RowRejected | None = None


def store_curated(
    session: Session, batch: Sequence[CuratedDoctor], *, by: str, now: datetime
) -> list[Stored]:
    """Bring each doctor to what the list says; those it does not name stay as they are."""
    directory.lock(session)
    known = _known(session, batch)
    stored = [_store(session, wanted, known.get(wanted.identity), now=now) for wanted in batch]
    changed = [one for one in stored if one.outcome in (Outcome.ADDED, Outcome.UPDATED)]
    if changed:
        directory.bump(session)
        detail = {"by": by, "doctors": len(changed)}
        audit.note(session, directory.OFFICE, "directory.imported", "source", CURATED, now=now, **detail)
    return stored


def id_of_key(key: str) -> UUID:
    """The id of a doctor whom only the organisation's key names."""
    return uuid5(_KEYS, key)


def _known(session: Session, batch: Sequence[CuratedDoctor]) -> dict[str, Doctor]:
    npis = [wanted.npi for wanted in batch if wanted.npi]
    ids = {key: wanted for wanted in batch if wanted.key for key in _ids(wanted.key)}
    rows = session.scalars(with_all().where(or_(Doctor.npi.in_(npis), Doctor.id.in_(list(ids))))).all()
    by_npi = {doctor.npi: doctor for doctor in rows if doctor.npi}
    by_id = {ids[doctor.id].identity: doctor for doctor in rows if doctor.id in ids}
    found = {wanted.identity: by_npi.get(wanted.npi or "") or by_id.get(wanted.identity) for wanted in batch}
    return {identity: doctor for identity, doctor in found.items() if doctor is not None}


def _ids(key: str) -> list[UUID]:
    """An export names a doctor without NPI or key by id."""
    try:
        return [id_of_key(key), UUID(key)]
    except ValueError:
        return [id_of_key(key)]


def _store(session: Session, wanted: CuratedDoctor, known: Doctor | None, *, now: datetime) -> Stored:
    if known is None:
        doctor = _new(session, wanted, now=now)
        _write(session, doctor, wanted, None, now=now)
        return Stored(Outcome.ADDED)
    refused = _refused(wanted, known)
    if refused is not None:
        return Stored(Outcome.REJECTED, refused)
    before = current(known, newest(session, [known.id]).get(known.id, {}))
    if before is not None and known.status == DoctorStatus.VERIFIED and _same(before, wanted):
        return Stored(Outcome.UNCHANGED)
    if before is not None and before.verified_on > wanted.verified_on:
        reason = (
            f"is older than what the directory holds, checked on {before.verified_on}; export and edit that"
        )
        return Stored(Outcome.REJECTED, RowRejected("verified_on", str(wanted.verified_on), reason))
    _write(session, known, wanted, before, now=now)
    return Stored(Outcome.UPDATED)


def _same(before: CuratedDoctor, wanted: CuratedDoctor) -> bool:
    """A list need not repeat a key that the directory knows by the NPI."""
    one, other = asdict(before), asdict(wanted)
    if wanted.npi and not wanted.key:
        one.pop("key"), other.pop("key")
    return one == other


def _refused(wanted: CuratedDoctor, known: Doctor) -> RowRejected | None:
    if known.status == DoctorStatus.DEACTIVATED:
        because = f"was deactivated on {known.deactivated_on} ({known.deactivated_because})"
        return RowRejected("key", wanted.identity, f"{because}; `advocate doctors reactivate` first")
    if known.sample:
        return RowRejected(
            "key", wanted.identity, "is a sample doctor; give your own doctors keys of their own"
        )
    if wanted.npi and known.npi and wanted.npi != known.npi:
        return RowRejected("npi", wanted.npi, f"this key belongs to the NPI {known.npi}; use another key")
    return None


def _new(session: Session, wanted: CuratedDoctor, *, now: datetime) -> Doctor:
    doctor_id = id_of_key(wanted.key) if wanted.key and not wanted.npi else uuid4()
    doctor = Doctor(id=doctor_id, status=DoctorStatus.CANDIDATE, sample=False, source=CURATED)
    doctor.npi, doctor.first_name, doctor.last_name = wanted.npi, wanted.first_name, wanted.last_name
    doctor.seen_on, doctor.updated_at, doctor.languages, doctor.insurance = wanted.verified_on, now, [], []
    doctor.locations, doctor.specialties, doctor.expertise = [], [], []
    session.add(doctor)
    session.flush()
    return doctor


def _write(
    session: Session, doctor: Doctor, wanted: CuratedDoctor, before: CuratedDoctor | None, *, now: datetime
) -> None:
    if doctor.status != DoctorStatus.VERIFIED:
        doctor.status = change(DoctorStatus(doctor.status), DoctorStatus.VERIFIED)
    for name in _OWN:
        setattr(doctor, name, getattr(wanted, name) if name != "npi" else wanted.npi or doctor.npi)
    doctor.languages, doctor.insurance = list(wanted.languages), list(wanted.insurance)
    doctor.source, doctor.seen_on, doctor.updated_at = CURATED, wanted.verified_on, now
    doctor.verified_on, doctor.verified_by = wanted.verified_on, wanted.verified_by
    _replace_codes(session, doctor, wanted)
    told, note = write_offices(session, doctor, wanted)
    doctor.note = note
    _record(session, doctor.id, {**_told(wanted, before), **told}, wanted, now=now)
    action = "doctor.added" if before is None else "doctor.updated"
    audit.note(session, directory.OFFICE, action, "doctor", doctor.id, now=now, source=CURATED)


def _replace_codes(session: Session, doctor: Doctor, wanted: CuratedDoctor) -> None:
    for table in (DoctorSpecialty, DoctorExpertise):
        session.execute(delete(table).where(table.doctor_id == doctor.id))
    session.expire(doctor, ["specialties", "expertise"])
    dated = {"source": wanted.source, "verified_on": wanted.verified_on, "verified_by": wanted.verified_by}
    session.add_all(
        DoctorSpecialty(doctor_id=doctor.id, taxonomy_code=code, is_primary=place == 0)
        for place, code in enumerate(wanted.specialties)
    )
    session.add_all(DoctorExpertise(doctor_id=doctor.id, code=code, **dated) for code in wanted.expertise)
    session.flush()


def _told(wanted: CuratedDoctor, before: CuratedDoctor | None) -> dict[str, Any]:
    """The facts to record: all of them after another check, else those that changed."""
    checks = ("verified_on", "verified_by", "source")
    again = before is None or any(getattr(before, name) != getattr(wanted, name) for name in checks)
    told = {
        name: {"value": _json(getattr(wanted, name))}
        for name in _FACTS
        if again or getattr(before, name) != getattr(wanted, name)
    }
    if wanted.key and (before is None or before.key != wanted.key):
        told["key"] = {"value": wanted.key}
    return {name: value for name, value in told.items() if value["value"] not in (None, []) or before}


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _record(
    session: Session, doctor_id: UUID, told: dict[str, Any], wanted: CuratedDoctor, *, now: datetime
) -> None:
    session.add_all(
        DoctorFact(
            doctor_id=doctor_id,
            name=name,
            value=value,
            source=wanted.source,
            seen_on=wanted.verified_on,
            verified_on=wanted.verified_on,
            verified_by=wanted.verified_by,
            recorded_at=now,
        )
        for name, value in told.items()
    )
    session.flush()
