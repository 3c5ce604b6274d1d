"""`advocate zips`: where ZIP codes lie, from a gazetteer instead of the built-in table."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from intake.cli.imports import DRY_RUN, JSON, importing, now, open_database, past_day, refusals, show
from intake.db import transaction
from intake.directory.columns import Columns
from intake.directory.gazetteer import DELIMITERS, ZipFacts, layout, read_row
from intake.directory.importing import BATCH
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import RejectsFile, RowRejected, rejects_beside
from intake.directory.sources import Origin
from intake.directory.table_file import Row, open_table
from intake.directory.zip_upsert import move_offices, store_points
from intake.services import zips


@click.group()
def command() -> None:
    """Where ZIP codes lie."""


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    required=True,
    metavar="YYYY-MM-DD",
    callback=lambda _ctx, _param, text: past_day(text),
    help="The day of the gazetteer: a later one is never replaced by an older one.",
)
@JSON
@DRY_RUN
def import_(file: Path, as_of: date, as_json: bool, dry_run: bool) -> None:
    """Read FILE, the Census gazetteer of ZIP code areas. Its points serve before the built-in ones.

    Offices from registries move to the new points at once. Restart the services afterwards.
    """
    summary = Summary()
    with refusals(), open_table(file, delimiters=DELIMITERS) as table, rejects_beside(file) as rejects:
        columns = layout(table.header, name=file.name)
        open_database()
        with importing(summary, table.share_read) as after_row:
            facts = _read(table.rows, columns, rejects, summary)
            _store(facts, Origin("gazetteer", as_of), summary, dry_run=dry_run)
            moved = 0 if dry_run else _move(after_row)
    show(summary, as_json=as_json, dry_run=dry_run)
    if moved:
        click.echo(f"{moved:,} offices stand at their new points. Restart the services.", err=True)


def _read(
    rows: Iterable[Row], columns: Columns, rejects: RejectsFile, summary: Summary
) -> Iterator[ZipFacts]:
    seen: set[str] = set()
    for row in rows:
        try:
            facts = read_row(columns, row.values)
            if facts is not None and facts.zip in seen:
                raise RowRejected("GEOID", facts.zip, "stands in this file already; delete one of the two")
        except RowRejected as wrong:
            rejects.write(row.line, "", wrong)
            summary.rejects_file = rejects.path
            summary.counts[Outcome.REJECTED] += 1
            continue
        if facts is None:
            summary.counts[Outcome.SKIPPED] += 1
        else:
            seen.add(facts.zip)
            yield facts


def _store(facts: Iterator[ZipFacts], origin: Origin, summary: Summary, *, dry_run: bool) -> None:
    """The whole country is small: all of it is read before anything is stored, and one commit stores it."""
    found = list(facts)
    outcomes: list[Outcome] = []
    with transaction() as session:
        for start in range(0, len(found), BATCH):
            outcomes += store_points(session, found[start : start + BATCH], origin)
        if dry_run:
            session.rollback()
    summary.counts.update(outcomes)


def _move(after_row: Callable[[Row], None]) -> int:
    moved = 0
    for digit in "0123456789":
        with transaction() as session:
            moved += move_offices(session, digit, now=now())
        after_row(Row(0, []))
    return moved


@command.command()
@JSON
def disagreements(as_json: bool) -> None:
    """ZIP codes whose gazetteer point lies over ten miles from the built-in one, the farthest first."""
    with refusals():
        open_database()
        with transaction() as session:
            points, offices = zips.stored_points(session), zips.office_counts(session)
    found = zips.disagreements(points, offices)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        where = f"{one.city}, {one.state}"
        click.echo(f"{one.zip}  {one.miles:6.0f} miles  {one.offices:5,} offices  {where}")
    click.echo(f"{len(found):,} ZIP codes. The gazetteer's point serves.", err=True)
