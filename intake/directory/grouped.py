"""Run an import in which one doctor has many rows: gather them first, then store doctor by doctor.

Every row is counted once, and the rows of one doctor share an outcome: three rows of a doctor who
is new count as three added.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from intake.directory.buckets import Buckets
from intake.directory.facts import DoctorFacts, Stated
from intake.directory.importing import BATCH, Store, doubtful
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import RejectsFile, RowRejected
from intake.directory.table_file import Row

ReadStated = Callable[[Sequence[str]], Stated | None]


@dataclass
class GroupedImport:
    """One import. `read` tells what a row says, `store` commits a batch of doctors.

    `summary` counts only what is decided for good: after a stop it is still true. A doctor with a
    rejected row keeps the offices known before: the row may have spoken of one of them.
    """

    read: ReadStated
    store: Store
    rejects: RejectsFile
    summary: Summary = field(default_factory=Summary)
    _torn: set[str] = field(default_factory=set)

    def run(self, rows: Iterable[Row], after_row: Callable[[Row], None]) -> None:
        """Import every row. What `store` or `after_row` raises ends it; whole batches stay stored."""
        with Buckets() as buckets:
            last = Row(0, [])
            for row in rows:
                self._take(row, buckets)
                after_row(row)
                last = row
            batch: list[list[Stated]] = []
            for group in buckets.groups():
                batch.append(group)
                if len(batch) == BATCH:
                    self._flush(batch)
                    after_row(last)
            self._flush(batch)

    def _take(self, row: Row, buckets: Buckets) -> None:
        try:
            fact = self.read(row.values)
        except RowRejected as wrong:
            npi = row.values[0] if row.values else ""
            self.rejects.write(row.line, npi, wrong)
            self._torn.add(npi)
            self.summary.rejects_file = self.rejects.path
            self.summary.counts[Outcome.REJECTED] += 1
            return
        if fact is None:
            self.summary.counts[Outcome.SKIPPED] += 1
        else:
            buckets.put(fact)

    def _flush(self, batch: list[list[Stated]]) -> None:
        if not batch:
            return
        facts = [merged(group, whole=group[0].npi not in self._torn) for group in batch]
        for outcome, group in zip(self.store(facts), batch, strict=True):
            self.summary.counts[outcome] += len(group)
        self.summary.repaired += sum(doubtful(fact) for group in batch for fact in group)
        batch.clear()


def merged(group: Sequence[Stated], *, whole: bool = True) -> Stated:
    """One doctor out of the rows of one file: the first names the doctor, every address counts once."""
    first = group[0]
    offices = {office.key: office for fact in reversed(group) for office in fact.offices}
    common: dict[str, Any] = {
        "offices": tuple(offices[key] for key in sorted(offices)),
        "notes": tuple(dict.fromkeys(note for fact in group for note in fact.notes)),
        "whole": whole,
    }
    if not isinstance(first, DoctorFacts):
        return replace(first, **common)
    codes = tuple(dict.fromkeys(code for fact in group for code in fact.taxonomy_codes))
    telehealth = [fact.telehealth for fact in group if isinstance(fact, DoctorFacts)]
    return replace(first, **common, taxonomy_codes=codes, telehealth=_any(telehealth))


def _any(said: Sequence[bool | None]) -> bool | None:
    return True if True in said else False if False in said else None
