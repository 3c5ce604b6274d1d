"""The migrations make the tables that the models describe, and can be taken back one by one."""

import pytest
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from intake.cli import db as db_command
from intake.cli.db import alembic_config
from intake.db import Base
from intake.embedded import Services

# Columns without a model: code of the version before still writes them while both run.
LEFT_BEHIND = ("password_temporary",)


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": False})
    known = ("floor", *LEFT_BEHIND)
    found = compare_metadata(context, Base.metadata)
    return [change for change in found if not any(name in str(change) for name in known)]


def test_migrated_tables_are_those_of_the_models(database: Engine) -> None:
    with database.connect() as connection:
        assert differences(connection) == []


def test_newest_migration_can_be_taken_back_and_made_again(services: Services, database: Engine) -> None:
    config = alembic_config(services.database_url)
    with database.connect() as connection:
        newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
    try:
        alembic.downgrade(config, "-1")
        with database.connect() as connection:
            connection.execute(text("SET ROLE NONE"))
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) != newest
    finally:
        alembic.upgrade(config, "head")
    with database.connect() as connection:
        assert differences(connection) == []


def test_migration_is_tried_again_when_families_hold_its_tables(
    services: Services, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_command, "PAUSE_SECONDS", 0.0)
    tries: list[int] = []

    def migrate() -> None:
        tries.append(1)
        if len(tries) == 3:
            return
        with database.connect() as holder, database.begin() as migrator:
            holder.execute(text("LOCK TABLE lead IN ACCESS EXCLUSIVE MODE"))
            migrator.execute(text("SET LOCAL lock_timeout = 10"))
            migrator.execute(text("LOCK TABLE lead IN ACCESS EXCLUSIVE MODE"))

    db_command.patiently(migrate)
    assert len(tries) == 3


def test_migration_that_is_wrong_is_not_tried_again(database: Engine) -> None:
    tries: list[int] = []

    def migrate() -> None:
        tries.append(1)
        with database.begin() as connection:
            connection.execute(text("SET LOCAL ROLE NONE"))
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(OperationalError):
        db_command.patiently(migrate)
    assert len(tries) == 1
