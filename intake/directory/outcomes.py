"""What became of each row of an import."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    DEACTIVATED = "deactivated"
    REJECTED = "rejected"


@dataclass
class Summary:
    """Counts by outcome. Every row read has exactly one, so `read` is their sum."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    repaired: int = 0
    rejects_file: Path | None = None

    @property
    def read(self) -> int:
        return self.counts.total()

    def as_json(self) -> dict[str, object]:
        """`{read, added, updated, unchanged, skipped, deactivated, rejected, rejects_file}`."""
        by_outcome = {outcome.value: self.counts[outcome] for outcome in Outcome}
        return {
            "read": self.read,
            **by_outcome,
            "rejects_file": None if self.rejects_file is None else str(self.rejects_file),
        }
