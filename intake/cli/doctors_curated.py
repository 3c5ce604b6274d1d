"""`advocate doctors template`, `export` and `import curated`: the organisation's own list."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from intake.cli.imports import DRY_RUN, JSON, importing, now, open_database, refusals, show
from intake.db import transaction
from intake.directory import curated_file
from intake.directory.curated import CuratedDoctor, layout
from intake.directory.curated_current import verified
from intake.directory.curated_import import CuratedImport, StoreCurated
from intake.directory.curated_upsert import Stored, store_curated
from intake.directory.outcomes import Summary
from intake.directory.rejects import rejects_beside
from intake.directory.table_file import open_table
from intake.errors import BadInput


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def template(file: Path | None) -> None:
    """Write a list to fill in to FILE, or print it: every column explained, and a marked sample row."""
    with refusals():
        _write(file, curated_file.template())


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write the verified doctors to FILE. Importing it again changes nothing; edit it to change them."""
    with refusals():
        open_database()
        with transaction() as session:
            found = verified(session)
        _write(file, curated_file.exported(found))
    click.echo(f"{len(found):,} verified doctors are written to {file}.", err=True)


def _write(file: Path | None, text: str) -> None:
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8-sig", newline="") as fresh:
            fresh.write(text)
    except FileExistsError:
        raise BadInput(f"{file} exists already. Name another file.") from None
    except OSError as wrong:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        raise BadInput(f"{file} cannot be written: {wrong.strerror}.") from wrong


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--by", required=True, metavar="NAME", help="Who imports; who checked where the list is silent."
)
@JSON
@DRY_RUN
def curated(file: Path, by: str, as_json: bool, dry_run: bool) -> None:
    """Read FILE, your own list of doctors, made with `advocate doctors template` or `export`.

    Its doctors become verified: families are shown them. Every fact keeps its source and day.
    Doctors whom the list does not name stay as they are.
    """
    with refusals():
        open_database()
        summary = import_curated(file, by=by, dry_run=dry_run)
    show(summary, as_json=as_json, dry_run=dry_run)


def import_curated(file: Path, *, by: str, dry_run: bool = False) -> Summary:
    """Raises BadFile when it is another kind of file, BadInput without a name."""
    if not by.strip():
        raise BadInput("Say who imports with --by.")
    with open_table(file) as table, rejects_beside(file) as rejects:
        columns = layout(table.header, name=file.name)
        stored = _storing(by.strip(), dry_run=dry_run)
        run = CuratedImport(columns, stored, rejects, by.strip(), now().date())
        with importing(run.summary, table.share_read) as after_row:
            run.run(table.rows, after_row)
    return run.summary


def _storing(by: str, *, dry_run: bool) -> StoreCurated:
    def stored(batch: Sequence[CuratedDoctor]) -> list[Stored]:
        with transaction() as session:
            found = store_curated(session, batch, by=by, now=now())
            if dry_run:
                session.rollback()
        return found

    return stored
