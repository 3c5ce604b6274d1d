"""Store centres as facts of a day, one row for each name, city and state."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.directory.centres import CentreFacts
from intake.directory.outcomes import Outcome
from intake.directory.sources import Origin
from intake.models.directory import Centre
from intake.services import audit, directory

_CHANGES = (Outcome.ADDED, Outcome.UPDATED)


def store_centres(
    session: Session, batch: Sequence[CentreFacts], origin: Origin, *, now: datetime
) -> Counter[Outcome]:
    """Write the centres. A row that a later list has dated already stays as it is.

    The directory's version rises when one changed: nobody works at a new one yet.
    """
    directory.lock(session)
    counts = Counter(_store(session, facts, origin) for facts in batch)
    if counts[Outcome.UPDATED]:
        directory.bump(session)
    if any(counts[outcome] for outcome in _CHANGES):
        changes = {outcome.value: counts[outcome] for outcome in _CHANGES}
        audit.note(session, directory.OFFICE, "centres.imported", "source", origin.source, now=now, **changes)
    return counts


def _store(session: Session, facts: CentreFacts, origin: Origin) -> Outcome:
    found = session.scalars(
        select(Centre).where(
            Centre.name == facts.name, Centre.city == facts.city, Centre.state == facts.state
        )
    ).one_or_none()
    values = asdict(facts)
    if found is None:
        session.add(Centre(**values, source=origin.source, seen_on=origin.seen_on))
        session.flush()
        return Outcome.ADDED
    if found.seen_on > origin.seen_on:
        return Outcome.UNCHANGED
    same = all(getattr(found, name) == value for name, value in values.items())
    for name, value in values.items():
        setattr(found, name, value)
    found.source, found.seen_on = origin.source, origin.seen_on
    return Outcome.UNCHANGED if same else Outcome.UPDATED
