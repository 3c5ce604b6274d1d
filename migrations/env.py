"""Alembic's entry: short lock timeouts, one migrator at a time."""

from alembic import context
from sqlalchemy import create_engine, text

import intake.models  # noqa: F401  (registers every table)
from intake.config import Settings
from intake.db import Base

# Any fixed number: two migrators on one database must take turns.
_MIGRATION_LOCK = 7021


def run() -> None:
    engine = create_engine(
        context.config.get_main_option("sqlalchemy.url") or Settings.from_env().database_url,
        connect_args={"options": "-c lock_timeout=2000 -c statement_timeout=60000"},
    )
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
