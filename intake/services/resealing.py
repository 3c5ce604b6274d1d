"""Seal every value again under the current key, while everything runs; count what each key seals."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Table, func, select, update
from sqlalchemy.orm import Session

from intake.crypto import Keyring, keyring
from intake.db import Base, Sealed, bound_to
from intake.models.consent import ConsentEvent

BATCH = 500
FIRST = UUID(int=0)


class Page(NamedTuple):
    """`after` is where to go on, None at the end."""

    after: UUID | None
    rows: int


@dataclass(frozen=True)
class SealedTable:
    """A table with the fields of it that are sealed."""

    table: Table
    names: tuple[str, ...]


def sealed_tables() -> list[SealedTable]:
    """Found by looking at the models, so that a new sealed field is never forgotten."""
    found = []
    for mapper in Base.registry.mappers:
        parts = [vars(part).items() for part in mapper.class_.__mro__]
        names = tuple(name for part in parts for name, value in part if isinstance(value, Sealed))
        if names and isinstance(mapper.local_table, Table):
            found.append(SealedTable(mapper.local_table, names))
    return sorted(found, key=lambda one: one.table.name)


def in_use(session: Session) -> dict[int, int]:
    """How many values each key seals, by key id."""
    total: Counter[int] = Counter()
    for one in sealed_tables():
        for name in one.names:
            column = one.table.c[f"{name}_sealed"]
            key = func.get_byte(column, 0)
            counted = select(key, func.count()).where(column.is_not(None)).group_by(key)
            for number, count in session.execute(counted):
                total[number] += count
    return dict(total)


def reseal_some(session: Session, one: SealedTable, after: UUID = FIRST) -> Page:
    """Seal the next rows by id under the current key."""
    columns = [one.table.c[f"{name}_sealed"] for name in one.names]
    page = (
        select(one.table.c.id, *columns).where(one.table.c.id > after).order_by(one.table.c.id).limit(BATCH)
    )
    rows = session.execute(_held(page, one)).all()
    for row_id, *values in rows:
        fresh = dict(_fresh(keyring(), one, row_id, values))
        if fresh:
            _store(session, one, row_id, fresh)
    return Page(rows[-1][0] if rows else None, len(rows))


def _held(page: Select[Any], one: SealedTable) -> Select[Any]:
    """Nobody changes these rows meanwhile. Consents nobody may change at all."""
    return page if one.table is ConsentEvent.__table__ else page.with_for_update()


def _fresh(
    ring: Keyring, one: SealedTable, row_id: UUID, values: list[bytes | None]
) -> Iterator[tuple[str, bytes]]:
    for name, value in zip(one.names, values, strict=True):
        if value is not None and value[0] != ring.current:
            place = bound_to(one.table.name, name, row_id)
            yield f"{name}_sealed", ring.seal(ring.open(value, bound_to=place), bound_to=place)


def _store(session: Session, one: SealedTable, row_id: UUID, fresh: dict[str, bytes]) -> None:
    """Consents are append-only: a function of the database changes their sealed fields and nothing else."""
    if one.table is ConsentEvent.__table__:
        names = ("typed_sealed", "address_sealed", "user_agent_sealed")
        session.execute(select(func.reseal_consent(row_id, *(fresh.get(name) for name in names))))
        return
    session.execute(update(one.table).where(one.table.c.id == row_id).values(**fresh))
