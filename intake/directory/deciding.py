"""What a registry's fact means for what the directory holds already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from intake.directory.facts import Deactivation, Fact, OfficeFacts
from intake.directory.outcomes import Outcome
from intake.directory.sources import NPPES, may_name
from intake.rules.statuses import DoctorStatus

# By this reason an import knows its own deactivations, which a later file may undo; a person's it may not.
ENDED = "NPI deactivated in NPPES"
# The name under which the word of a registry stands among a doctor's facts.
REGISTRY = "registry"

_DOCTORS = text(
    "SELECT npi, id, status, source, deactivated_because, EXISTS ("
    "SELECT FROM location WHERE doctor_id = doctor.id AND source = 'curated') AS kept "
    "FROM doctor WHERE npi = ANY(:npis)"
)
_SAID = text(
    "SELECT DISTINCT ON (doctor_id, source) doctor_id, source, value->>'digest', value->'codes' "
    "FROM doctor_fact WHERE doctor_id = ANY(:ids) AND name = 'registry' "
    "ORDER BY doctor_id, source, id DESC"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The newest word of one source: its digest and the taxonomy codes it gives."""

    digest: str | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The little of a stored doctor that decides. `kept`: the organisation keeps the entry itself."""

    id: UUID
    status: str
    owner: str
    deactivated_because: str | None
    kept: bool = False
    said: Mapping[str, Said] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Deactivated by an import, and so revived by one."""
        return self.status == DoctorStatus.DEACTIVATED and self.deactivated_because == ENDED

    def digest(self, source: str) -> str | None:
        said = self.said.get(source)
        return said.digest if said else None


@dataclass(frozen=True, slots=True)
class Decided:
    """`named`: the name and credential come from this source. `revived`: an ended NPI is taken up again."""

    outcome: Outcome
    fact: Fact
    known: Known | None
    source: str

    @property
    def named(self) -> bool:
        known = self.known
        return known is None or (not known.kept and may_name(self.source, known.owner))

    @property
    def revived(self) -> bool:
        return self.known is not None and self.known.ended and self.source == NPPES


def decide(session: Session, batch: Sequence[Fact], source: str) -> list[Decided]:
    """The outcome of each fact, in order; nothing is written."""
    known = _known(session, [fact.npi for fact in batch])
    return [
        Decided(outcome(fact, found := known.get(fact.npi), source), fact, found, source) for fact in batch
    ]


def outcome(fact: Fact, known: Known | None, source: str) -> Outcome:
    """Pure."""
    if isinstance(fact, Deactivation):
        if known is None:
            return Outcome.SKIPPED
        gone = known.status == DoctorStatus.DEACTIVATED
        return Outcome.UNCHANGED if gone else Outcome.DEACTIVATED
    if known is None:
        return Outcome.SKIPPED if isinstance(fact, OfficeFacts) else Outcome.ADDED
    same = known.digest(source) == fact.digest
    return Outcome.UNCHANGED if same and not (known.ended and source == NPPES) else Outcome.UPDATED


def _known(session: Session, npis: list[str]) -> dict[str, Known]:
    rows = session.execute(_DOCTORS, {"npis": npis}).all()
    said = _said(session, [row.id for row in rows])
    return {
        row.npi: Known(
            row.id, row.status, row.source, row.deactivated_because, row.kept, said.get(row.id, {})
        )
        for row in rows
    }


def _said(session: Session, ids: list[UUID]) -> dict[UUID, dict[str, Said]]:
    found: dict[UUID, dict[str, Said]] = {}
    if ids:
        for doctor_id, source, digest, codes in session.execute(_SAID, {"ids": ids}):
            found.setdefault(doctor_id, {})[source] = Said(digest, tuple(codes or ()))
    return found
