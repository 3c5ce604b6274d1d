"""What we hold about one request: all that an erasure would remove, and who looked."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from intake.db import Base, Sealed
from intake.models.consent import AuditEntry, ConsentEvent, ConsentWording
from intake.models.lead import Lead

_SECRET = ("_sealed", "_blind")
_LEFT_OUT = ("status_token", "submission_id")


def held(session: Session, lead_id: UUID) -> dict[str, Any]:
    """Every row of a request by table, opened and ready for JSON, its consents, and who did what with it.

    Found by following what the database deletes with a request, so that a new table is never forgotten.
    """
    found: dict[str, Any] = {"lead": [_plain(row) for row in session.scalars(_by_id(lead_id))]}
    ids: dict[Table, list[Any]] = {_table(Lead): [lead_id]}
    for parent, child, column in _downwards(_table(Lead)):
        model = _models()[child]
        rows = session.scalars(select(model).where(child.c[column].in_(ids[parent]))).all()
        ids[child] = [*ids.get(child, []), *(row.id for row in rows if hasattr(row, "id"))]
        if rows:
            found.setdefault(child.name, []).extend(_plain(row) for row in rows)
    return {**found, "consent": list(_consents(session, lead_id)), "seen": list(seen(session, lead_id))}


def seen(session: Session, lead_id: UUID) -> Iterator[dict[str, str]]:
    """Who looked at it or changed it, oldest first: `who` is staff, visitor or desk."""
    mine = (AuditEntry.subject_kind == "lead") & (AuditEntry.subject_id == str(lead_id))
    for entry in session.scalars(select(AuditEntry).where(mine).order_by(AuditEntry.id)):
        who = entry.actor.partition(":")[0]
        yield {"at": entry.at.isoformat(), "who": who, "action": entry.action}


def said_no_sale(session: Session, lead_id: UUID) -> bool:
    """Whether the browser of a consent sent Global Privacy Control."""
    said = select(ConsentEvent.id).where(ConsentEvent.lead_id == lead_id, ConsentEvent.gpc)
    return session.scalars(said.limit(1)).first() is not None


def _consents(session: Session, lead_id: UUID) -> Iterator[dict[str, Any]]:
    said = (
        select(ConsentEvent, ConsentWording.text)
        .join(ConsentWording, ConsentWording.sha256 == ConsentEvent.wording_sha256)
        .where(ConsentEvent.lead_id == lead_id)
        .order_by(ConsentEvent.at)
    )
    for event, wording in session.execute(said):
        yield {**_plain(event), "wording": wording}


def _by_id(lead_id: UUID) -> Any:
    return select(Lead).where(Lead.id == lead_id)


def _downwards(start: Table) -> Iterator[tuple[Table, Table, str]]:
    """Each table whose rows go when a row of its parent goes, parents first."""
    waiting, known = [start], {start}
    while waiting:
        parent = waiting.pop(0)
        for child, column in _children(parent):
            if child not in known:
                known.add(child)
                waiting.append(child)
                yield parent, child, column


def _children(parent: Table) -> Iterable[tuple[Table, str]]:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is parent and key.ondelete == "CASCADE":
                yield table, key.parent.name


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _models() -> dict[Table, Any]:
    return {_table(mapper.class_): mapper.class_ for mapper in Base.registry.mappers}


def _plain(row: Base) -> dict[str, Any]:
    """Columns as JSON knows them, sealed fields opened; keyed hashes and secrets left out."""
    named = {column.name: getattr(row, column.name) for column in _table(type(row)).columns}
    fields = {name: value for name, value in named.items() if not name.endswith(_SECRET)}
    fields.update({name: getattr(row, name) for name in _sealed_names(type(row))})
    return {name: _json(value) for name, value in fields.items() if name not in _LEFT_OUT}


def _sealed_names(model: type[Base]) -> list[str]:
    return [name for part in model.__mro__ for name, value in vars(part).items() if isinstance(value, Sealed)]


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
