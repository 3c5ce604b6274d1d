"""A fact that will be stored, with the doctor it belongs to."""

from dataclasses import dataclass
from uuid import UUID

from intake.directory.deciding import Decided
from intake.directory.facts import Stated
from intake.rules.statuses import DoctorStatus


@dataclass(frozen=True, slots=True)
class Written:
    """`fact` is the decided one: no deactivation."""

    id: UUID
    fact: Stated
    decided: Decided

    @property
    def new(self) -> bool:
        """Nothing is stored of the doctor yet."""
        return self.decided.known is None

    @property
    def kept(self) -> bool:
        """The organisation keeps the entry itself: only the word of the source is recorded."""
        return self.decided.known is not None and self.decided.known.kept

    @property
    def verified(self) -> bool:
        return self.decided.known is not None and self.decided.known.status == DoctorStatus.VERIFIED
