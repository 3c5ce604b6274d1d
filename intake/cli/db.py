"""`advocate db`: bring the database to the version that this code wants."""

import time
from collections.abc import Callable

import click
from alembic import command as alembic_command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from intake.config import ROOT, Settings

TRIES = 10
PAUSE_SECONDS = 1.0
# Somebody else held the table too long; or each waited for the other, and the migration gave way.
_BUSY = ("55P03", "40P01")


@click.group()
def command() -> None:
    """The database's tables."""


def alembic_config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def _here() -> Config:
    return alembic_config(Settings.from_env().database_url)


@command.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Apply the migrations that are missing."""
    patiently(lambda: alembic_command.upgrade(_here(), revision))


@command.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take migrations back, down to REVISION."""
    patiently(lambda: alembic_command.downgrade(_here(), revision))


def patiently(migrate: Callable[[], None]) -> None:
    """Migrate beside families who send: what found its tables busy wrote nothing, and is tried again.

    Raises OperationalError when they still are after TRIES.
    """
    for _ in range(TRIES - 1):
        try:
            return migrate()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _BUSY:
                raise
            time.sleep(PAUSE_SECONDS)
    return migrate()
