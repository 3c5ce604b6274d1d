"""`advocate centres`: the hospitals and cancer centres where doctors work."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from intake.cli.imports import DRY_RUN, JSON, importing, now, open_database, past_day, refusals, show
from intake.db import transaction
from intake.directory.centre_upsert import store_centres
from intake.directory.centres import CentreFacts, layout, read_centre
from intake.directory.columns import Columns
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import RejectsFile, RowRejected, rejects_beside
from intake.directory.sources import Origin
from intake.directory.table_file import Row, open_table
from intake.models.directory import Centre
from intake.places import find_place
from intake.services import directory


@click.group()
def command() -> None:
    """The centres of the directory."""


@command.group("import")
def import_() -> None:
    """Read centres from a public list."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    required=True,
    metavar="YYYY-MM-DD",
    callback=lambda _ctx, _param, text: past_day(text),
    help="The day on which the NCI's list was so: a designation is a dated fact.",
)
@JSON
@DRY_RUN
def nci(file: Path, as_of: date, as_json: bool, dry_run: bool) -> None:
    """Read FILE, the NCI's designated cancer centres as CSV. Centres for children only are left out."""
    summary = Summary()
    with refusals(), open_table(file) as table, rejects_beside(file) as rejects:
        columns = layout(table.header, name=file.name)
        open_database()
        with importing(summary, table.share_read):
            centres = _read(table.rows, columns, rejects, summary)
            _store(centres, Origin("nci", as_of), summary, dry_run=dry_run)
    show(summary, as_json=as_json, dry_run=dry_run)


def _read(
    rows: Iterable[Row], columns: Columns, rejects: RejectsFile, summary: Summary
) -> dict[tuple[str, str, str], CentreFacts]:
    found: dict[tuple[str, str, str], CentreFacts] = {}
    for row in rows:
        try:
            facts = read_centre(columns, row.values, find_place)
            if facts is not None and (key := (facts.name, facts.city, facts.state)) in found:
                raise RowRejected("name", facts.name, "stands in this file already; delete one of the two")
        except RowRejected as wrong:
            rejects.write(row.line, "", wrong)
            summary.rejects_file = rejects.path
            summary.counts[Outcome.REJECTED] += 1
            continue
        if facts is None:
            summary.counts[Outcome.SKIPPED] += 1
        else:
            found[key] = facts
    return found


def _store(
    found: dict[tuple[str, str, str], CentreFacts], origin: Origin, summary: Summary, *, dry_run: bool
) -> None:
    """A list is short: one commit for all of it, taken back after a dry run."""
    with transaction() as session:
        counts = store_centres(session, list(found.values()), origin, now=now())
        if dry_run:
            session.rollback()
    summary.counts += counts
    summary.repaired = sum(1 for facts in found.values() if facts.note)


@command.command("list")
@JSON
def list_(as_json: bool) -> None:
    """Every centre, with its designation and the day of that fact."""
    with refusals():
        open_database()
        found = _all()
    if as_json:
        click.echo(json.dumps(found))
        return
    for centre in found:
        known_for = centre["designation"] or "-"
        click.echo(
            f"{centre['state']}  {centre['city']:<18.18}{known_for:<20}{centre['seen_on']}  {centre['name']}"
        )
        if centre["note"]:
            click.echo(f"    note: {centre['note']}")


def _all() -> list[dict[str, object]]:
    with transaction() as session:
        return [_facts(centre) for centre in directory.centres(session)]


def _facts(centre: Centre) -> dict[str, object]:
    names = ("name", "street", "city", "state", "zip", "latitude", "longitude", "given_latitude")
    more = ("given_longitude", "designation", "url", "source", "note", "sample")
    plain = {name: getattr(centre, name) for name in (*names, *more)}
    return {"id": str(centre.id), **plain, "seen_on": centre.seen_on.isoformat()}
