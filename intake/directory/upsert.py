"""Store a batch of registry facts: one idempotent upsert by NPI. What people checked is never touched."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from intake.directory.deciding import ENDED, Decided, decide
from intake.directory.facts import Deactivation, DoctorFacts, Fact
from intake.directory.outcomes import Outcome
from intake.models.directory import Doctor, DoctorSpecialty, Location
from intake.rules.statuses import DoctorStatus, change
from intake.services import audit, directory

_OFFICES = uuid5(NAMESPACE_URL, "advocate-desk/location")
_CHANGES = (Outcome.ADDED, Outcome.UPDATED, Outcome.DEACTIVATED)
_TAKEN_OVER = (
    "first_name",
    "last_name",
    "credential",
    "source",
    "seen_on",
    "source_digest",
    "note",
    "updated_at",
)
_OFFICE_FACTS = ("line_1", "line_2", "city", "state", "zip", "phone", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the facts of an import come from, and the day on which the source said so."""

    source: str
    seen_on: date


def store(session: Session, batch: Sequence[Fact], origin: Origin, *, now: datetime) -> Counter[Outcome]:
    """Write the batch and tell what became of each. Every NPI may stand in a batch once only.

    The directory's version rises when a verified doctor changed: no match looks at candidates.
    """
    directory.lock(session)
    decided = decide(session, batch)
    counts = Counter(one.outcome for one in decided)
    _write_doctors(session, decided, origin, now=now)
    _deactivate(session, decided, now=now)
    _seen_again(session, decided, origin)
    if any(counts[outcome] for outcome in _CHANGES):
        _note(session, decided, origin, now=now)
    if any(_noticed(one) for one in decided):
        directory.bump(session)
    return counts


def foretell(session: Session, batch: Sequence[Fact]) -> Counter[Outcome]:
    """What `store` would do; nothing is written."""
    return Counter(one.outcome for one in decide(session, batch))


def _write_doctors(session: Session, decided: Sequence[Decided], origin: Origin, *, now: datetime) -> None:
    written = {
        one.known.id if one.known else uuid4(): one
        for one in decided
        if one.outcome in (Outcome.ADDED, Outcome.UPDATED)
    }
    if not written:
        return
    facts = {doctor_id: one.fact for doctor_id, one in written.items() if isinstance(one.fact, DoctorFacts)}
    doctors = [_doctor(doctor_id, fact, origin, now=now) for doctor_id, fact in facts.items()]
    upsert = insert(Doctor)
    taken_over = {name: upsert.excluded[name] for name in _TAKEN_OVER}
    session.execute(upsert.on_conflict_do_update(index_elements=["npi"], set_=taken_over), doctors)
    _revive(session, [doctor_id for doctor_id, one in written.items() if one.known and one.known.ended])
    _write_specialties(session, facts, written)
    _write_offices(session, facts, origin)


def _doctor(doctor_id: UUID, facts: DoctorFacts, origin: Origin, *, now: datetime) -> dict[str, Any]:
    return {
        "id": doctor_id,
        "npi": facts.npi,
        "first_name": facts.first_name,
        "last_name": facts.last_name,
        "credential": facts.credential,
        "status": DoctorStatus.CANDIDATE,
        "source": origin.source,
        "seen_on": origin.seen_on,
        "source_digest": facts.digest,
        "note": "; ".join(facts.notes) or None,
        "updated_at": now,
    }


def _revive(session: Session, doctor_ids: list[UUID]) -> None:
    status = change(DoctorStatus.DEACTIVATED, DoctorStatus.CANDIDATE)
    back = {"status": status, "deactivated_on": None, "deactivated_because": None}
    session.execute(update(Doctor).where(Doctor.id.in_(doctor_ids)).values(back))


def _write_specialties(
    session: Session, facts: dict[UUID, DoctorFacts], written: dict[UUID, Decided]
) -> None:
    """Replace the codes of candidates; for a verified doctor only add, as an editor may have added some."""
    checked = [
        doctor_id
        for doctor_id, one in written.items()
        if one.known and one.known.status == DoctorStatus.VERIFIED
    ]
    mine = DoctorSpecialty.doctor_id.in_(list(facts))
    session.execute(delete(DoctorSpecialty).where(mine, DoctorSpecialty.doctor_id.not_in(checked)))
    session.execute(update(DoctorSpecialty).where(mine).values(is_primary=False))
    rows = [
        {"doctor_id": doctor_id, "taxonomy_code": code, "is_primary": place == 0}
        for doctor_id, fact in facts.items()
        for place, code in enumerate(fact.taxonomy_codes)
    ]
    upsert = insert(DoctorSpecialty)
    changed = {"is_primary": upsert.excluded.is_primary}
    session.execute(
        upsert.on_conflict_do_update(index_elements=["doctor_id", "taxonomy_code"], set_=changed), rows
    )


def _write_offices(session: Session, facts: dict[UUID, DoctorFacts], origin: Origin) -> None:
    """One office a source: its id follows from the doctor's, so that matches go on pointing at it."""
    rows = [
        {
            "id": uuid5(_OFFICES, f"{doctor_id}/{origin.source}"),
            "doctor_id": doctor_id,
            "source": origin.source,
            "seen_on": origin.seen_on,
            **{name: getattr(fact, name) for name in _OFFICE_FACTS},
        }
        for doctor_id, fact in facts.items()
    ]
    upsert = insert(Location)
    taken_over = {name: upsert.excluded[name] for name in (*_OFFICE_FACTS, "seen_on")}
    # Who moved to another ZIP code has left the centre that somebody linked.
    stays = case((Location.zip == upsert.excluded.zip, Location.centre_id))
    session.execute(
        upsert.on_conflict_do_update(index_elements=["id"], set_={**taken_over, "centre_id": stays}), rows
    )


def _deactivate(session: Session, decided: Sequence[Decided], *, now: datetime) -> None:
    gone = [
        {
            "id": one.known.id,
            "status": change(DoctorStatus(one.known.status), DoctorStatus.DEACTIVATED),
            "deactivated_on": one.fact.on,
            "deactivated_because": ENDED,
            "updated_at": now,
        }
        for one in decided
        if one.outcome is Outcome.DEACTIVATED and one.known and isinstance(one.fact, Deactivation)
    ]
    if gone:
        session.execute(update(Doctor), gone)


def _seen_again(session: Session, decided: Sequence[Decided], origin: Origin) -> None:
    """What a source says again is a fact of a later day; no match could notice."""
    same = [one.known.id for one in decided if one.outcome is Outcome.UNCHANGED and one.known]
    if not same:
        return
    for table, key in ((Doctor, Doctor.id), (Location, Location.doctor_id)):
        older = (table.source == origin.source) & (table.seen_on < origin.seen_on)
        session.execute(update(table).where(key.in_(same), older).values(seen_on=origin.seen_on))


def _note(session: Session, decided: Sequence[Decided], origin: Origin, *, now: datetime) -> None:
    """One entry for the batch, and one for each doctor whom families were shown."""
    counts = Counter(one.outcome for one in decided)
    changes = {outcome.value: counts[outcome] for outcome in _CHANGES}
    audit.note(session, directory.OFFICE, "directory.imported", "source", origin.source, now=now, **changes)
    for one in decided:
        if _noticed(one) and one.known:
            action = f"doctor.{one.outcome}"
            audit.note(
                session, directory.OFFICE, action, "doctor", one.known.id, now=now, source=origin.source
            )


def _noticed(one: Decided) -> bool:
    known = one.known
    return one.outcome in _CHANGES and known is not None and known.status == DoctorStatus.VERIFIED
