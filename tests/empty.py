"""Empty every table. TRUNCATE of all took longer than most tests: it makes each table's files anew.

It is kept for those that no other points at, such as the audit: where rows were deleted, newer ones may lie
before older ones.
"""

from sqlalchemy import Connection, create_engine, text

import intake.models  # noqa: F401  (fills the metadata)
from intake.db import Base

_TABLES = [table.name for table in Base.metadata.sorted_tables]
_COUNTED = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.identity is not None
]
_FILLED = text("SELECT " + ", ".join(f'EXISTS (SELECT FROM "{name}") AS "{name}"' for name in _TABLES))
_SEQUENCES = [f"pg_get_serial_sequence('{name}', '{column}')" for name, column in _COUNTED]
_FROM_ONE = text("SELECT " + ", ".join(f"setval({sequence}, 1, false)" for sequence in _SEQUENCES))


_POINTED_AT = {key.column.table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys}


def keep_still(database_url: str) -> None:
    """No vacuum behind a test's back: rows lie in the order in which they came, whatever came before."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET autovacuum = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def empty_all(connection: Connection) -> None:
    """As the owner of the tables, past triggers that refuse and keys that point."""
    connection.execute(text("SET LOCAL ROLE NONE"))
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    filled = connection.execute(_FILLED).mappings().one()
    for name in _TABLES:
        if filled[name]:
            emptied = "DELETE FROM" if name in _POINTED_AT else "TRUNCATE"
            connection.exec_driver_sql(f'{emptied} "{name}"')
    connection.execute(_FROM_ONE)
