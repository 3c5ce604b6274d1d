"""Store a batch of registry facts: one idempotent upsert by NPI. What people checked is never touched.

Each source's own word is kept among the doctor's facts; where two sources name or place a doctor,
`sources` says who is believed. What the organisation keeps itself (it has an office from the
curated file) no registry changes: the word is recorded beside it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from intake.directory import offices, specialties
from intake.directory.bulk import insert, upsert
from intake.directory.deciding import ENDED, REGISTRY, Decided, Known, decide
from intake.directory.facts import Deactivation, DoctorFacts, Fact, word
from intake.directory.outcomes import Outcome
from intake.directory.sources import Origin
from intake.directory.written import Written
from intake.models.directory import Doctor, DoctorFact
from intake.rules.statuses import DoctorStatus, change
from intake.services import audit, directory

_CHANGES = (Outcome.ADDED, Outcome.UPDATED, Outcome.DEACTIVATED)
_TAKEN_OVER = ("first_name", "last_name", "credential", "source", "seen_on", "note", "updated_at")
_SEEN_AGAIN = (
    "UPDATE doctor SET seen_on = :day WHERE id = ANY(:ids) AND source = :source AND seen_on < :day",
    "UPDATE location SET seen_on = :day WHERE doctor_id = ANY(:ids) AND source = :source AND seen_on < :day",
    "UPDATE doctor_fact SET seen_on = :day WHERE seen_on < :day AND id IN (SELECT max(id) FROM doctor_fact "
    "WHERE doctor_id = ANY(:ids) AND name = 'registry' AND source = :source GROUP BY doctor_id)",
)
_REVIVED = text(
    "UPDATE doctor SET status = :status, deactivated_on = NULL, deactivated_because = NULL "
    "WHERE id = ANY(:ids)"
)


def store(session: Session, batch: Sequence[Fact], origin: Origin, *, now: datetime) -> list[Outcome]:
    """Write the batch and tell what became of each. Every NPI may stand in a batch once only.

    The directory's version rises when a verified doctor changed: no match looks at candidates.
    """
    directory.lock(session)
    decided = decide(session, batch, origin.source)
    written = _written(decided)
    _add(session, [one for one in written if one.new], origin, now=now)
    _update(session, [one for one in written if not one.new], origin, now=now)
    _deactivate(session, decided, now=now)
    _seen_again(session, decided, origin)
    _note(session, decided, origin, now=now)
    return [one.outcome for one in decided]


def foretell(session: Session, batch: Sequence[Fact], origin: Origin) -> list[Outcome]:
    """What `store` would do; nothing is written."""
    return [one.outcome for one in decide(session, batch, origin.source)]


def _written(decided: Sequence[Decided]) -> list[Written]:
    return [
        Written(one.known.id if one.known else uuid4(), one.fact, one)
        for one in decided
        if one.outcome in (Outcome.ADDED, Outcome.UPDATED) and not isinstance(one.fact, Deactivation)
    ]


def _add(session: Session, written: Sequence[Written], origin: Origin, *, now: datetime) -> None:
    """Nothing can stand in the way of their rows: they are copied straight into the tables."""
    insert(session, Doctor, _doctors(written, origin, now=now))
    _write_parts(session, written, origin, now=now)


def _update(session: Session, written: Sequence[Written], origin: Origin, *, now: datetime) -> None:
    upsert(session, Doctor, _doctors(written, origin, now=now), keys=["npi"], taken_over=_TAKEN_OVER)
    back = [one.id for one in written if one.decided.revived]
    if back:
        status = change(DoctorStatus.DEACTIVATED, DoctorStatus.CANDIDATE)
        session.execute(_REVIVED, {"status": status, "ids": back})
    _write_parts(session, written, origin, now=now)


def _write_parts(session: Session, written: Sequence[Written], origin: Origin, *, now: datetime) -> None:
    open_ = [one for one in written if not one.kept]
    specialties.write(session, open_, origin)
    offices.write(session, open_, origin)
    insert(session, DoctorFact, [_word(one, origin, now=now) for one in written])


def _doctors(written: Sequence[Written], origin: Origin, *, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "npi": one.fact.npi,
            "first_name": one.fact.first_name,
            "last_name": one.fact.last_name,
            "credential": one.fact.credential,
            "status": DoctorStatus.CANDIDATE,
            "sample": False,
            "languages": [],
            "source": origin.source,
            "seen_on": origin.seen_on,
            "note": _doubts(one),
            "updated_at": now,
        }
        for one in written
        if one.decided.named and isinstance(one.fact, DoctorFacts)
    ]


def _doubts(one: Written) -> str | None:
    odd = filter(None, map(offices.doubts, one.fact.offices))
    return "; ".join(dict.fromkeys((*one.fact.notes, *odd))) or None


def _word(one: Written, origin: Origin, *, now: datetime) -> dict[str, Any]:
    return {
        "doctor_id": one.id,
        "name": REGISTRY,
        "value": word(one.fact),
        "source": origin.source,
        "seen_on": origin.seen_on,
        "recorded_at": now,
    }


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
    if same:
        for statement in _SEEN_AGAIN:
            given = {"day": origin.seen_on, "ids": same, "source": origin.source}
            session.execute(text(statement), given)


def _note(session: Session, decided: Sequence[Decided], origin: Origin, *, now: datetime) -> None:
    """One entry for the batch, and one for each doctor whom families were shown."""
    counts = Counter(one.outcome for one in decided)
    if not any(counts[outcome] for outcome in _CHANGES):
        return
    changes = {outcome.value: counts[outcome] for outcome in _CHANGES}
    audit.note(session, directory.OFFICE, "directory.imported", "source", origin.source, now=now, **changes)
    noticed = [(one, one.known) for one in decided if one.known and _noticed(one, one.known)]
    for one, known in noticed:
        action = f"doctor.{one.outcome}"
        audit.note(session, directory.OFFICE, action, "doctor", known.id, now=now, source=origin.source)
    if noticed:
        directory.bump(session)


def _noticed(one: Decided, known: Known) -> bool:
    """Whether a match could: the doctor was shown, and more than the word of the source has changed."""
    changed = one.outcome is Outcome.DEACTIVATED or (one.outcome in _CHANGES and not known.kept)
    return changed and known.status == DoctorStatus.VERIFIED
