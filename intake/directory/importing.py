"""Run an import: row by row, in batches that each are one commit, so that it can stop and go on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from intake.directory.facts import Deactivation, Fact
from intake.directory.offices import doubts
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import RejectsFile, RowRejected
from intake.directory.table_file import Row

BATCH = 2000
Read = Callable[[Sequence[str]], Fact | None]
Store = Callable[[Sequence[Fact]], list[Outcome]]


@dataclass
class DoctorImport:
    """One import. `read` tells what a row says, `store` commits a batch and tells what became of it.

    `summary` counts only what is decided for good: after a stop it is still true.
    """

    read: Read
    store: Store
    rejects: RejectsFile
    summary: Summary = field(default_factory=Summary)
    _batch: list[Fact] = field(default_factory=list)
    _lines: dict[int, int] = field(default_factory=dict)

    def run(self, rows: Iterable[Row], after_row: Callable[[Row], None]) -> None:
        """Import every row. What `store` or `after_row` raises ends it; whole batches stay stored."""
        for row in rows:
            self._take(row)
            if len(self._batch) == BATCH:
                self._flush()
            after_row(row)
        self._flush()

    def skip(self, rows: int) -> None:
        """Count rows that somebody else has passed over."""
        self.summary.counts[Outcome.SKIPPED] += rows

    def _take(self, row: Row) -> None:
        try:
            fact = self.read(row.values)
            if fact is not None:
                self._refuse_second(fact, row.line)
        except RowRejected as wrong:
            self.rejects.write(row.line, row.values[0] if row.values else "", wrong)
            self.summary.rejects_file = self.rejects.path
            self.summary.counts[Outcome.REJECTED] += 1
            return
        if fact is None:
            self.summary.counts[Outcome.SKIPPED] += 1
        else:
            self._batch.append(fact)

    def _refuse_second(self, fact: Fact, line: int) -> None:
        first = self._lines.setdefault(int(fact.npi), line)
        if first != line:
            reason = f"stands in line {first} already; that line was used. Delete one of the two"
            raise RowRejected("NPI", fact.npi, reason)

    def _flush(self) -> None:
        if self._batch:
            self.summary.counts.update(self.store(self._batch))
            self.summary.repaired += sum(map(doubtful, self._batch))
            self._batch = []


def doubtful(fact: Fact) -> bool:
    """Whether something had to be mended, or the ZIP code is odd."""
    if isinstance(fact, Deactivation):
        return False
    return bool(fact.notes) or any(map(doubts, fact.offices))
