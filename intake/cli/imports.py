"""What the import commands share: the database, progress, the summary, and a sentence for what went wrong."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from errno import ENOSPC
from types import FrameType

import click
from sqlalchemy.exc import DBAPIError

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.directory.outcomes import Outcome, Summary
from intake.directory.table_file import Row
from intake.errors import AdvocateDeskError
from intake.services import zips

_TELL_EVERY = 10_000
_NOT_A_USABLE_FILE, _INTERRUPTED = 2, 130
_NEXT = "Is `advocate up` running, and has `advocate db upgrade` been run?"


class Broken(click.ClickException):
    """Something outside failed: the sentence on stderr, exit code 1."""

    def show(self, file: object = None) -> None:
        click.echo(f"advocate: {self.message}", err=True)


class Refused(Broken):
    """What was given cannot be used: the sentence on stderr, exit code 2."""

    exit_code = _NOT_A_USABLE_FILE


def open_database() -> Settings:
    """Connect with one connection; return the settings."""
    settings = Settings.from_env()
    db.connect(settings, pool_size=1)
    return settings


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def refusals() -> Iterator[None]:
    """Wrong input exits with 2 and its sentence, a database that does not answer with 1 and its own."""
    try:
        yield
    except AdvocateDeskError as wrong:
        raise Refused(str(wrong)) from wrong
    except DBAPIError as wrong:
        raise Broken(f"the database said: {_reason(wrong)}. {_NEXT}") from wrong


class _Interrupt:
    """The first Ctrl-C lets the batch under way be stored and counted; the second does not wait."""

    def __init__(self) -> None:
        self.wished = False
        self._before = signal.signal(signal.SIGINT, self._noted)

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self.wished = True
        self.forget()

    def forget(self) -> None:
        signal.signal(signal.SIGINT, self._before)


@contextmanager
def importing(summary: Summary, share_read: Callable[[], float]) -> Iterator[Callable[[Row], None]]:
    """Say how far an import came when it breaks off, and that it can go on.

    Yields what is to be called after each row: it shows progress, and stops the import between
    two rows once Ctrl-C was pressed.
    """
    _load_points()
    interrupt = _Interrupt()
    try:
        yield _after_row(interrupt, share_read)
    except KeyboardInterrupt:
        click.echo(f"\nadvocate: stopped. {_so_far(summary)}", err=True)
        sys.exit(_INTERRUPTED)
    except (DBAPIError, OSError) as wrong:
        mend = "Free some space. " if getattr(wrong, "errno", None) == ENOSPC else ""
        raise Broken(f"broke off: {_reason(wrong)}. {mend}{_so_far(summary)}") from wrong
    finally:
        interrupt.forget()


def _load_points() -> None:
    with transaction() as session:
        zips.load_points(session)


def _reason(wrong: Exception) -> str:
    """The first line of what went wrong: the rest can hold whole rows."""
    lines = str(getattr(wrong, "orig", wrong)).strip().splitlines()
    return lines[0] if lines else type(wrong).__name__


def _so_far(summary: Summary) -> str:
    return f"{summary.read:,} rows are done for good. Run the command again to go on."


def _after_row(interrupt: _Interrupt, share_read: Callable[[], float]) -> Callable[[Row], None]:
    at_terminal = sys.stderr.isatty()

    def after_row(row: Row) -> None:
        if interrupt.wished:
            raise KeyboardInterrupt
        if at_terminal and row.line % _TELL_EVERY == 0:
            click.echo(f"\r{row.line:,} lines, {share_read():.0%} ", err=True, nl=False)

    return after_row


def show(summary: Summary, *, as_json: bool, dry_run: bool) -> None:
    """Print what became of the rows: one JSON object, or a line for each outcome."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)
    if as_json:
        click.echo(json.dumps(summary.as_json()))
    else:
        click.echo(f"{'read':<12}{summary.read:>10,}")
        for outcome in Outcome:
            click.echo(f"{outcome:<12}{summary.counts[outcome]:>10,}")
    for line in _remarks(summary, dry_run=dry_run):
        click.echo(line, err=True)


def _remarks(summary: Summary, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield "A dry run: nothing was stored."
    if summary.repaired:
        yield f"{summary.repaired:,} rows held something that was mended or doubtful; their note says what."
    if summary.rejects_file:
        yield f"Rejected rows, with line, value and reason: {summary.rejects_file}"


def past_day(text: str) -> date:
    """A day as YYYY-MM-DD that is not to come. Raises BadParameter with the mend."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day. Write it as 2026-01-31.") from None
    if found > now().date():
        raise click.BadParameter(f"{found} is in the future. Give the day on which the source said so.")
    return found


AS_OF = click.option(
    "--as-of",
    metavar="YYYY-MM-DD",
    callback=lambda _ctx, _param, text: text and past_day(text),
    help="The day on which the source said so; else that in the file's name, or today.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Tell what would happen; store nothing.")
