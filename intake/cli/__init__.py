"""`advocate ...`: one noun a file. Commands that live in workers join by entry point."""

import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import click
from sqlalchemy.exc import DBAPIError as DatabaseError

from intake.errors import AdvocateDeskError

# Imported only when asked for: a command should not pay for the others.
_HERE = (
    "backup",
    "audit",
    "away",
    "centres",
    "check",
    "db",
    "dkim",
    "doctors",
    "mail",
    "keys",
    "privacy",
    "sample",
    "setup",
    "staff",
    "status",
    "up",
    "work",
    "zips",
)
_ENTRY_POINTS = "flask.commands"


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_HERE, *(point.name for point in _joined())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _HERE:
            found = import_module(f"intake.cli.{cmd_name}").command
        else:
            found = next((point.load() for point in _joined() if point.name == cmd_name), None)
        assert found is None or isinstance(found, click.Command)
        return found


def _joined() -> list[EntryPoint]:
    return [point for point in entry_points(group=_ENTRY_POINTS) if point.value.startswith("workers.")]


@click.group(cls=_Lazy)
def _advocate() -> None:
    """Doctor matches, callbacks and guides for families facing mesothelioma."""


def main() -> None:
    """Run a command; what went wrong is one sentence on stderr, never a traceback."""
    try:
        _advocate()
    except AdvocateDeskError as wrong:
        _stop(str(wrong))
    except DatabaseError as error:
        kind = type(error.orig).__name__
        _stop(f"the database did not answer as it should ({kind}). Is `advocate up` running?")


def _stop(sentence: str) -> None:
    click.echo(f"advocate: {sentence}", err=True)
    sys.exit(1)
