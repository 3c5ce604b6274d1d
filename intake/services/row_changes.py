"""What a deed changes in the rows around one call, kept so that it can be taken back exactly.

A row that something else changed since is left as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Uuid, and_, select, update
from sqlalchemy.orm import Session

from intake.db import Base
from intake.models.callback import Callback
from intake.models.lead import Lead
from intake.models.mailing import Mailing, SeriesRun, Suppression
from intake.models.work import OutboxTask
from intake.services import suppressions

# Table and columns; a name of the table is its key in what is kept.
_TRACKED: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "callback": (
        Callback,
        (
            "status", "due_at", "promise_by", "due_because", "requested", "needs", "owner_id", "owner_until",
            "claimed_by", "closed_at", "outcome", "version", "lead_id",
        ),
    ),
    "lead": (Lead, ("status", "language")),
    "series_run": (SeriesRun, ("paused_until", "ended_at", "ended_because")),
    "mailing": (Mailing, ("status", "due_at", "because", "answered_at")),
    "outbox_task": (OutboxTask, ("state", "due_at")),
}  # fmt: skip

Rows = dict[str, dict[str, Any]]
# Table -> row id -> column -> [before, after]; under "suppression" the ids that are new, under "touched"
# those of the leads.
Changed = dict[str, Any]


@dataclass(frozen=True)
class Photograph:
    """The rows as they were, by table and id."""

    rows: dict[str, Rows]
    suppressions: frozenset[UUID]
    addresses: tuple[bytes, ...]


def photograph(session: Session, leads: Sequence[Lead]) -> Photograph:
    """Every row that an outcome of a call with these leads may change. Contacts must be loaded."""
    lead_ids = [lead.id for lead in leads]
    calls = session.scalars(
        select(Callback.id).where(Callback.lead_id.in_(lead_ids), Callback.closed_at.is_(None))
    )
    mails = session.scalars(select(Mailing.id).where(Mailing.lead_id.in_(lead_ids))).all()
    runs = session.scalars(select(SeriesRun.id).where(SeriesRun.lead_id.in_(lead_ids)))
    tasks = session.scalars(select(OutboxTask.id).where(OutboxTask.subject_id.in_(mails)))
    ids: dict[str, Sequence[Any]] = {
        "callback": calls.all(), "lead": lead_ids, "series_run": runs.all(), "mailing": mails,
        "outbox_task": tasks.all(),
    }  # fmt: skip
    blinds = [blind for lead in leads for blind in (lead.contact.phone_blind, lead.contact.email_blind)]
    addresses = tuple({blind for blind in blinds if blind})
    rows = {table: _read(session, table, ids[table]) for table in _TRACKED}
    return Photograph(rows, _suppressions(session, addresses), addresses)


def changes_since(session: Session, before: Photograph) -> Changed:
    """What is different now."""
    session.flush()
    found: Changed = {}
    for table, rows in before.rows.items():
        now = _read(session, table, list(rows))
        found[table] = {
            row: _pairs(rows[row], now[row]) for row in rows if row in now and rows[row] != now[row]
        }
    fresh = _suppressions(session, before.addresses) - before.suppressions
    return {**found, "suppression": [str(one) for one in fresh], "touched": list(before.rows["lead"])}


def take_back(session: Session, changed: Changed, table: str) -> list[str]:
    """Give the rows of a table the values they had; return the ids of those that were."""
    return [row for row, pairs in changed.get(table, {}).items() if _take_back(session, table, row, pairs)]


def lift(session: Session, changed: Changed, *, now: datetime) -> None:
    """Take back the silences that the deed began. One that was asked for before stays."""
    ids = [UUID(one) for one in changed.get("suppression", [])]
    for row in session.scalars(select(Suppression).where(Suppression.id.in_(ids))):
        suppressions.lift(session, row, now=now)


def _take_back(session: Session, table: str, row: str, pairs: Mapping[str, Sequence[Any]]) -> bool:
    model, _ = _TRACKED[table]
    as_left = [_same(model, column, pair[1]) for column, pair in pairs.items()]
    old = {column: _value(model, column, pair[0]) for column, pair in pairs.items()}
    mine = _value(model, "id", row)
    done = session.execute(
        update(model)
        .where(model.id == mine, and_(True, *as_left))
        .values(old)
        .returning(model.id)
        .execution_options(synchronize_session="fetch")
    )
    return done.first() is not None


def _same(model: type[Any], column: str, value: Any) -> Any:
    return getattr(model, column).is_not_distinct_from(_value(model, column, value))


def _value(model: type[Base], column: str, kept: Any) -> Any:
    """A value as the column wants it, from how JSON kept it."""
    kind = model.__table__.c[column].type
    if kept is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(kept)
    if isinstance(kind, Uuid):
        return UUID(kept)
    return int(kept) if column == "id" else kept


def _read(session: Session, table: str, ids: Iterable[Any]) -> Rows:
    model, columns = _TRACKED[table]
    wanted = [_value(model, "id", str(one)) for one in ids]
    chosen = [getattr(model, column) for column in columns]
    found = session.execute(select(model.id, *chosen).where(model.id.in_(wanted)))
    return {str(row[0]): dict(zip(columns, map(_kept, row[1:]), strict=True)) for row in found}


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {column: [before[column], after[column]] for column in before if before[column] != after[column]}


def _suppressions(session: Session, addresses: tuple[bytes, ...]) -> frozenset[UUID]:
    return frozenset(session.scalars(select(Suppression.id).where(Suppression.address_blind.in_(addresses))))
