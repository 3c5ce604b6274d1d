"""`advocate db`: bring the database to the version that this code wants."""

import click
from alembic import command as alembic_command
from alembic.config import Config

from intake.config import ROOT, Settings


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
    alembic_command.upgrade(_here(), revision)


@command.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take migrations back, down to REVISION."""
    alembic_command.downgrade(_here(), revision)
