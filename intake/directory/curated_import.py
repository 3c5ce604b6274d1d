"""Run an import of the organisation's list: gather the lines of each doctor, then store them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from intake.directory.columns import Columns
from intake.directory.curated import CuratedDoctor, identity, is_remark, read_row
from intake.directory.curated_upsert import Stored
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import RejectsFile, RowRejected
from intake.directory.table_file import Row

_BATCH = 100
StoreCurated = Callable[[Sequence[CuratedDoctor]], list[Stored]]


@dataclass
class CuratedImport:
    """One import. A doctor with a rejected line is not stored at all, so that no address gets lost.

    Every line is counted once; those of one doctor share an outcome.
    """

    columns: Columns
    store: StoreCurated
    rejects: RejectsFile
    by: str
    today: date
    summary: Summary = field(default_factory=Summary)
    _doctors: dict[str, CuratedDoctor] = field(default_factory=dict)
    _lines: dict[str, list[int]] = field(default_factory=dict)
    _torn: dict[str, int] = field(default_factory=dict)

    def run(self, rows: Iterable[Row], after_row: Callable[[Row], None]) -> None:
        """Import every row; the list of an organisation fits into memory."""
        for row in rows:
            self._take(row)
            after_row(row)
        self._leave_torn()
        doctors = list(self._doctors.values())
        for start in range(0, len(doctors), _BATCH):
            self._flush(doctors[start : start + _BATCH])
            after_row(Row(0, []))

    def _take(self, row: Row) -> None:
        if is_remark(row.values) or not any(row.values):
            self.summary.counts[Outcome.SKIPPED] += 1
            return
        name = ""
        try:
            npi, key = identity(self.columns, row.values)
            name = npi or key
            first = self._doctors.get(name)
            found = read_row(self.columns, row.values, first=first, by=self.by, today=self.today)
        except RowRejected as wrong:
            self._torn.setdefault(name, row.line)
            self._reject(row.line, name, wrong)
            return
        self._doctors[name] = found
        self._lines.setdefault(name, []).append(row.line)

    def _leave_torn(self) -> None:
        for name, line in self._torn.items():
            self._doctors.pop(name, None)
            for other in self._lines.pop(name, []):
                self._reject(
                    other, name, RowRejected("line", str(other), f"waits until line {line} is mended")
                )

    def _flush(self, batch: Sequence[CuratedDoctor]) -> None:
        for doctor, stored in zip(batch, self.store(batch), strict=True):
            lines = self._lines[doctor.identity]
            if stored.refused is None:
                self.summary.counts[stored.outcome] += len(lines)
                continue
            for line in lines:
                self._reject(line, doctor.identity, stored.refused)

    def _reject(self, line: int, name: str, wrong: RowRejected) -> None:
        self.rejects.write(line, name, wrong)
        self.summary.rejects_file = self.rejects.path
        self.summary.counts[Outcome.REJECTED] += 1
