"""Match sets as rows: one in a pipeline, or many in two streams."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from intake import later
from intake.models.match import Match, MatchSet
from workers.matching.rank import MatchResult, Ranked

Row = dict[str, Any]
_INSERT_SET, _INSERT_MATCH = insert(MatchSet), insert(Match)
_RETIRE = (
    update(MatchSet).where(MatchSet.lead_id == bindparam("retiring"), MatchSet.current).values(current=False)
)


@dataclass(frozen=True, slots=True)
class NewSet:
    """A result for one lead on its way into the database. `changed`: differences that matter."""

    lead_id: UUID
    result: MatchResult
    now: datetime
    changed: Sequence[Any] = ()
    id: UUID = field(default_factory=uuid4)

    def row(self) -> Row:
        """Columns of match_set."""
        return {
            "id": self.id,
            "lead_id": self.lead_id,
            "current": True,
            "created_at": self.now,
            "rule_version": self.result.rule_version,
            "directory_version": self.result.directory_version,
            "widened": self.result.widened,
            "excluded": dict(self.result.excluded),
            "nearer": self.result.nearer,
            "differences": list(self.changed),
        }

    def matches(self) -> list[Row]:
        """Columns of match, for everybody who is listed or stands beside."""
        return [self._match(ranked) for ranked in self.result.everybody]

    def _match(self, ranked: Ranked) -> Row:
        return {
            "id": uuid4(),
            "match_set_id": self.id,
            "rank": ranked.rank,
            "doctor_id": ranked.doctor.id,
            "location_id": ranked.location.id,
            "score": ranked.score,
            "parts": ranked.parts,
            "reasons": ranked.reasons,
            "distance_miles": ranked.distance_miles,
        }


def add_set(session: Session, new: NewSet) -> None:
    """Store the current set of one lead; an earlier one stays as history. None of it needs an answer."""
    later.run(session, _RETIRE, {"retiring": new.lead_id})
    later.run(session, _INSERT_SET, _plain(new.row(), "nearer"))
    for match in new.matches():
        later.run(session, _INSERT_MATCH, _plain(match, "reasons"))


def _plain(row: Row, reasons: str) -> Row:
    return {**row, reasons: [reason.to_json() for reason in row[reasons]]}


def copy_sets(session: Session, sets: Iterable[NewSet]) -> None:
    """Store many new sets in two COPY streams."""
    heads, lines = [], []
    for new in sets:
        heads.append(_cells(new.row()))
        lines += [_cells(row) for row in new.matches()]
    _copy(session, "match_set", heads)
    _copy(session, "match", lines)


def _cells(row: Row) -> Row:
    return {name: _cell(held) for name, held in row.items()}


def _cell(held: Any) -> Any:
    """A tuple holds reasons."""
    if isinstance(held, tuple):
        return f"[{', '.join([reason.text for reason in held])}]"
    return json.dumps(held) if isinstance(held, dict | list) else held


def _copy(session: Session, table: str, rows: Sequence[Row]) -> None:
    """What the rows do not name, as a choice that only people make, stays empty."""
    if not rows:
        return
    driver = session.connection().connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(rows[0])}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row.values()))
