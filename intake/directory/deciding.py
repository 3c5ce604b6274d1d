"""What a registry's fact means for what the directory holds already."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.directory.facts import Deactivation, Fact
from intake.directory.outcomes import Outcome
from intake.models.directory import Doctor
from intake.rules.statuses import DoctorStatus

# By this reason an import knows its own deactivations, which a later file may undo; a person's it may not.
ENDED = "NPI deactivated in NPPES"


@dataclass(frozen=True, slots=True)
class Known:
    """The little of a stored doctor that decides."""

    id: UUID
    status: str
    digest: str | None
    deactivated_because: str | None

    @property
    def ended(self) -> bool:
        """Deactivated by an import, and so revived by one."""
        return self.status == DoctorStatus.DEACTIVATED and self.deactivated_because == ENDED


@dataclass(frozen=True, slots=True)
class Decided:
    outcome: Outcome
    fact: Fact
    known: Known | None


def decide(session: Session, batch: Sequence[Fact]) -> list[Decided]:
    """The outcome of each fact, in order; nothing is written."""
    known = _known(session, [fact.npi for fact in batch])
    return [Decided(outcome(fact, known.get(fact.npi)), fact, known.get(fact.npi)) for fact in batch]


def outcome(fact: Fact, known: Known | None) -> Outcome:
    """Pure."""
    if isinstance(fact, Deactivation):
        if known is None:
            return Outcome.SKIPPED
        gone = known.status == DoctorStatus.DEACTIVATED
        return Outcome.UNCHANGED if gone else Outcome.DEACTIVATED
    if known is None:
        return Outcome.ADDED
    return Outcome.UNCHANGED if known.digest == fact.digest and not known.ended else Outcome.UPDATED


def _known(session: Session, npis: list[str]) -> dict[str, Known]:
    rows = session.execute(
        select(Doctor.npi, Doctor.id, Doctor.status, Doctor.source_digest, Doctor.deactivated_because).where(
            Doctor.npi.in_(npis)
        )
    )
    return {npi or "": Known(key, status, digest, because) for npi, key, status, digest, because in rows}
