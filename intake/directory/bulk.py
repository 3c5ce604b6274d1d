"""Write many rows at once: COPY; what may stand already goes by a temporary table and ON CONFLICT."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql
from psycopg.types.json import JsonbDumper
from sqlalchemy.orm import Session

from intake.db import Base

Row = Mapping[str, Any]


def insert(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    """Append rows; all have the same columns."""
    if rows:
        _copy(session, sql.Identifier(table.__tablename__), rows)


def upsert(
    session: Session,
    table: type[Base],
    rows: Sequence[Row],
    *,
    keys: Sequence[str],
    taken_over: Sequence[str],
    kept: Mapping[str, str] | None = None,
) -> None:
    """Insert rows; where `keys` stand already, take over the named columns.

    `kept`: column -> SQL expression over `old` (the stored row) and `excluded`, for special cases.
    """
    if not rows:
        return
    target, staged = sql.Identifier(table.__tablename__), sql.Identifier(f"staged_{table.__tablename__}")
    names = _names(rows[0])
    cursor = _cursor(session)
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            staged, names, target
        )
    )
    _copy(session, staged, rows)
    statement = "INSERT INTO {} AS old ({}) SELECT {} FROM {} ON CONFLICT ({}) DO UPDATE SET {}"
    conflict = sql.SQL(", ").join(map(sql.Identifier, keys))
    changes = sql.SQL(", ").join(_changes(taken_over, kept or {}))
    cursor.execute(sql.SQL(statement).format(target, names, names, staged, conflict, changes))
    cursor.execute(sql.SQL("DROP TABLE {}").format(staged))


def _copy(session: Session, into: sql.Identifier, rows: Sequence[Row]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(into, _names(rows[0]))
    with _cursor(session).copy(statement) as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


def _names(row: Row) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, row))


def _changes(taken_over: Sequence[str], kept: Mapping[str, str]) -> list[sql.Composed]:
    same = [sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in taken_over]
    # The expressions are constants of this package, never input.
    special = [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.SQL(expression))
        for name, expression in kept.items()
    ]
    return same + special


def _cursor(session: Session) -> Any:
    """psycopg's own cursor, in the transaction of the session. A list or dict is JSON to it."""
    session.flush()
    cursor = session.connection().connection.cursor()
    for kind in (list, dict):
        cursor.adapters.register_dumper(kind, JsonbDumper)
    return cursor
