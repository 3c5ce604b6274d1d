"""Match sets as rows: one by one, or many in one stream."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from intake.models.match import Match, MatchSet
from workers.matching.rank import MatchResult, Ranked

_SET_COLUMNS = (
    "id", "lead_id", "current", "created_at", "rule_version", "directory_version", "widened", "excluded",
    "nearer", "differences",
)  # fmt: skip
_MATCH_COLUMNS = (
    "id", "match_set_id", "rank", "doctor_id", "location_id", "score", "parts", "reasons", "distance_miles",
)  # fmt: skip


def new_set(lead_id: UUID, result: MatchResult, *, now: datetime, changed: Sequence[Any] = ()) -> MatchSet:
    """The current set of a lead, with everybody who is listed or stands beside."""
    return MatchSet(
        lead_id=lead_id,
        current=True,
        created_at=now,
        rule_version=result.rule_version,
        directory_version=result.directory_version,
        widened=result.widened,
        excluded=dict(result.excluded),
        nearer=[reason.to_json() for reason in result.nearer],
        differences=list(changed),
        matches=[_match(ranked) for ranked in result.everybody],
    )


def _match(ranked: Ranked) -> Match:
    return Match(
        rank=ranked.rank,
        doctor_id=UUID(ranked.doctor.id),
        location_id=UUID(ranked.location.id),
        score=ranked.score,
        parts=dict(ranked.parts),
        reasons=[reason.to_json() for reason in ranked.reasons],
        distance_miles=ranked.distance_miles,
    )


def copy_sets(session: Session, sets: Sequence[MatchSet]) -> None:
    """Store many new sets in two COPY streams; they are not added to the session."""
    _copy(session, "match_set", _SET_COLUMNS, sets)
    for match_set in sets:
        for row in match_set.matches:
            row.match_set_id = match_set.id
    _copy(session, "match", _MATCH_COLUMNS, (row for match_set in sets for row in match_set.matches))


def _copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[Any]) -> None:
    driver = session.connection().connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([_cell(getattr(row, column)) for column in columns])


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
