"""Where each fact about a doctor comes from, and everything that was ever said and done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.models.consent import AuditEntry
from intake.models.directory import Doctor, DoctorFact
from intake.models.staff import Staff

_LISTED = 200
# What a person checks; a registry cannot show it.
CURATED = frozenset({"languages", "insurance", "accepts_new", "video_opinion", "volume_band"})
_ACTOR = "staff:"


@dataclass(frozen=True, kw_only=True)
class Word:
    """Who says a fact, and where and on which day it was read. `actor` is for the audit."""

    source: str
    seen_on: date
    by: str
    actor: str


@dataclass(frozen=True, kw_only=True)
class Provenance:
    source: str
    seen_on: date
    verified_on: date | None
    verified_by: str | None


def record(
    session: Session, doctor_id: UUID, values: Mapping[str, Any], word: Word, *, now: datetime
) -> None:
    """Append a fact for each value: a mapping as it stands, anything else as `{"value": ...}`.

    A mapping is what a location is; None says that the fact was taken back.
    """
    session.add_all(
        DoctorFact(
            doctor_id=doctor_id,
            name=name,
            value=value if value is None or isinstance(value, dict) else {"value": value},
            source=word.source,
            seen_on=word.seen_on,
            verified_on=now.date(),
            verified_by=word.by,
            recorded_at=now,
        )
        for name, value in values.items()
    )


def carry(
    session: Session, doctor_id: UUID, name: str, value: Any, origin: Provenance, *, now: datetime
) -> None:
    """Append a fact that was known of another doctor, with where it came from then."""
    fact = DoctorFact(doctor_id=doctor_id, name=name, value={"value": value}, recorded_at=now)
    fact.source, fact.seen_on = origin.source, origin.seen_on
    fact.verified_on, fact.verified_by = origin.verified_on, origin.verified_by
    session.add(fact)


def newest(session: Session, doctor_id: UUID) -> dict[str, DoctorFact]:
    """The fact that counts for each name."""
    said = select(DoctorFact).where(DoctorFact.doctor_id == doctor_id).order_by(DoctorFact.id)
    return {fact.name: fact for fact in session.scalars(said)}


def provenance(doctor: Doctor, name: str, value: Any, said: Mapping[str, DoctorFact]) -> Provenance | None:
    """Where the value that the doctor has now comes from; None when there is no value.

    The doctor's own row answers where no fact was kept, or where a later import has replaced it.
    """
    fact = said.get(name)
    if fact is not None and (fact.value or {}).get("value") == value:
        return Provenance(
            source=fact.source,
            seen_on=fact.seen_on,
            verified_on=fact.verified_on,
            verified_by=fact.verified_by,
        )
    if value is None or value == []:
        return None
    checked = name in CURATED
    return Provenance(
        source=doctor.source,
        seen_on=doctor.seen_on,
        verified_on=doctor.verified_on if checked else None,
        verified_by=doctor.verified_by if checked else None,
    )


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the history. `fact` or `entry` is what it is made from; `who` is a name."""

    at: datetime
    who: str
    fact: DoctorFact | None = None
    entry: AuditEntry | None = None


def history(session: Session, doctor_id: UUID) -> list[Event]:
    """What was said and done, newest first, also about those who were merged into this doctor."""
    ids = [doctor_id, *_merged_ids(session, doctor_id)]
    facts = _facts(session, ids)
    entries = _entries(session, ids)
    names = _names(session, entries)
    lines = [Event(at=fact.recorded_at, who=fact.verified_by or "", fact=fact) for fact in facts]
    lines += [
        Event(at=entry.at, who=names.get(entry.actor, "on the server"), entry=entry) for entry in entries
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:_LISTED]


def _facts(session: Session, ids: Sequence[UUID]) -> Sequence[DoctorFact]:
    wanted = select(DoctorFact).where(DoctorFact.doctor_id.in_(ids)).order_by(DoctorFact.id.desc())
    return session.scalars(wanted.limit(_LISTED)).all()


def _merged_ids(session: Session, doctor_id: UUID) -> list[UUID]:
    """Everybody who was merged into the doctor, and into those."""
    found: list[UUID] = []
    fresh = [doctor_id]
    while fresh:
        merged = select(DoctorFact.value["id"].astext).where(
            DoctorFact.doctor_id.in_(fresh), DoctorFact.name == "merged"
        )
        fresh = [UUID(text) for text in session.scalars(merged) if UUID(text) not in (doctor_id, *found)]
        found += fresh
    return found


def _entries(session: Session, ids: Sequence[UUID]) -> Sequence[AuditEntry]:
    of_doctors = (AuditEntry.subject_kind == "doctor") & AuditEntry.subject_id.in_(list(map(str, ids)))
    return session.scalars(
        select(AuditEntry).where(of_doctors).order_by(AuditEntry.id.desc()).limit(_LISTED)
    ).all()


def _names(session: Session, entries: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {UUID(entry.actor.removeprefix(_ACTOR)) for entry in entries if entry.actor.startswith(_ACTOR)}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {f"{_ACTOR}{staff_id}": name for staff_id, name in rows}
