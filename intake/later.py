"""Writes that need no answer wait for each other and travel together; questions go past the ORM.

Each statement alone costs a round trip to PostgreSQL, and most of a request's time was spent waiting for
them. What is put off here is sent in one, as a pipeline: before the session's next own statement, so that
everything reads what was written before it, and at the latest before the commit.
"""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import CursorResult, Executable, Table, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.dml import Insert

from intake.db import Base

_WAITING = "later"
_Write: TypeAlias = tuple[Executable, dict[str, Any]]


def append(session: Session, row: Base) -> None:
    """Insert a row that this transaction does not change. Its key is not read back."""
    columns = {column.key for column in type(row).__table__.columns}
    run(session, _insert(type(row)), {name: value for name, value in vars(row).items() if name in columns})


def run(session: Session, statement: Executable, values: dict[str, Any] | None = None) -> None:
    """Run a statement that returns no rows."""
    session.info.setdefault(_WAITING, []).append((statement, values or {}))


def ask(
    session: Session, statement: Executable, values: dict[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement whose rows are columns, never entities: through the ORM it would take twice as long.

    It reads what was written before it, as any statement of the session does.
    """
    session.flush()
    _send(session)
    return session.connection().execute(statement, values or {})


@cache
def _insert(model: type[Base]) -> Insert:
    """Inline: a key that the database makes is not asked for."""
    table = model.__table__
    assert isinstance(table, Table)
    return insert(table).inline()


def _send(session: Session) -> None:
    waiting: list[_Write] = session.info.pop(_WAITING, [])
    if not waiting:
        return
    session.flush()
    connection = session.connection()
    if len(waiting) == 1:  # a pipeline has its price
        connection.execute(*waiting[0])
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.pipeline():
            for statement, rows in _by_statement(waiting):
                connection.execute(statement, rows if len(rows) > 1 else rows[0])
    except psycopg.Error as wrong:
        # Of a pipeline only its end knows what failed, and SQLAlchemy is not there to translate it.
        raise _translated(wrong, session) from wrong


def _by_statement(waiting: list[_Write]) -> Iterator[tuple[Executable, list[dict[str, Any]]]]:
    """In their order; rows of one statement that follow each other, as one."""
    for _, alike in groupby(waiting, key=lambda write: (id(write[0]), *write[1])):
        writes = list(alike)
        yield writes[0][0], [values for _, values in writes]


def _translated(wrong: psycopg.Error, session: Session) -> BaseException:
    dialect = session.get_bind().dialect
    return DBAPIError.instance(
        "a pipeline of writes", None, wrong, psycopg.Error, hide_parameters=True, dialect=dialect
    )


@event.listens_for(Session, "do_orm_execute")
def _before_a_statement(state: ORMExecuteState) -> None:
    _send(state.session)


@event.listens_for(Session, "before_commit")
def _before_the_commit(session: Session) -> None:
    _send(session)
