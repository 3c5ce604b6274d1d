"""`advocate doctors import ...`: read doctors from public files."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import click

from intake.cli.imports import AS_OF, DRY_RUN, JSON, importing, now, open_database, refusals, show
from intake.db import transaction
from intake.directory import cms as cms_file
from intake.directory import nppes_deactivated as deactivated_file
from intake.directory import nppes_locations as locations_file
from intake.directory import sources
from intake.directory.facts import Fact
from intake.directory.grouped import GroupedImport, ReadStated
from intake.directory.importing import DoctorImport, Store
from intake.directory.nppes import layout, read_row
from intake.directory.nppes_scan import Scan, can_scan
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import rejects_beside
from intake.directory.sources import Origin
from intake.directory.table_file import TableFile, open_table
from intake.directory.upsert import foretell, store
from intake.directory.workbook import open_sheet
from intake.rules.taxonomy import SPECIALTIES
from intake.services.registry import known_npis

_DAY_IN_NAME = re.compile(r".*?(\d{4})-?(\d{2})-?(\d{2})(?=\D*$)")
_FILE = click.argument("file", type=click.Path(path_type=Path))
ReadHeader = Callable[[TableFile], ReadStated]


@click.group("import")
def command() -> None:
    """Read doctors from a file."""


@command.command()
@_FILE
@AS_OF
@JSON
@DRY_RUN
def nppes(file: Path, as_of: date | None, as_json: bool, dry_run: bool) -> None:
    """Read FILE, npidata_pfile_....csv out of the monthly or weekly NPPES zip.

    Doctors of the specialties we use become candidates, which families are not shown before
    somebody verifies them. What people checked stays. It can be stopped and run again.
    """
    origin = Origin(sources.NPPES, as_of or file_day(file))
    with refusals():
        open_database()
        summary = import_nppes(file, storing(origin, dry_run=dry_run))
    show(summary, as_json=as_json, dry_run=dry_run)


def import_nppes(file: Path, store: Store) -> Summary:
    """Give the rows of the file to `store`, in batches. Raises BadFile when it is another kind of file."""
    codes = frozenset(code for specialty in SPECIALTIES.values() for code in specialty.codes)
    with open_table(file) as table, rejects_beside(file) as rejects:
        columns = layout(table.header, name=file.name)
        run = DoctorImport(lambda values: read_row(columns, values, codes), store, rejects)
        scan = Scan(columns, codes, _known(), run.skip)
        fast = can_scan(columns, codes)
        with importing(run.summary, scan.share_read if fast else table.share_read) as after_row:
            run.run(scan.rows(file) if fast else table.rows, after_row)
    return run.summary


@command.command()
@_FILE
@AS_OF
@JSON
@DRY_RUN
def cms(file: Path, as_of: date | None, as_json: bool, dry_run: bool) -> None:
    """Read FILE, Medicare's Doctors and Clinicians (DAC_NationalDownloadableFile.csv), of any year.

    Doctors of the specialties we use become candidates with all their addresses. NPPES is believed
    for names and codes. Counts are rows: those of one doctor share an outcome.
    """

    def read(table: TableFile) -> ReadStated:
        columns = cms_file.layout(table.header, name=file.name)
        return lambda values: cms_file.read_row(columns, values)

    origin = Origin(sources.CMS, as_of or file_day(file))
    with refusals():
        open_database()
        summary = _import_grouped(file, read, storing(origin, dry_run=dry_run))
    show(summary, as_json=as_json, dry_run=dry_run)


@command.command("nppes-locations")
@_FILE
@AS_OF
@JSON
@DRY_RUN
def nppes_locations(file: Path, as_of: date | None, as_json: bool, dry_run: bool) -> None:
    """Read FILE, pl_pfile_....csv out of the NPPES zip: further offices of doctors whom we have.

    Import the NPPES file itself first. Rows of anybody else are skipped.
    """

    def read(table: TableFile) -> ReadStated:
        columns = locations_file.layout(table.header, name=file.name)
        known = _known()
        return lambda values: locations_file.read_row(columns, values, known)

    origin = Origin(sources.NPPES_LOCATIONS, as_of or file_day(file))
    with refusals():
        open_database()
        summary = _import_grouped(file, read, storing(origin, dry_run=dry_run))
    show(summary, as_json=as_json, dry_run=dry_run)


def _import_grouped(file: Path, read: ReadHeader, store: Store) -> Summary:
    with open_table(file) as table, rejects_beside(file) as rejects:
        run = GroupedImport(read(table), store, rejects)
        with importing(run.summary, table.share_read) as after_row:
            run.run(table.rows, after_row)
    return run.summary


@command.command("nppes-deactivated")
@_FILE
@AS_OF
@JSON
@DRY_RUN
def nppes_deactivated(file: Path, as_of: date | None, as_json: bool, dry_run: bool) -> None:
    """Read FILE, the Excel report of deactivated NPIs: those doctors are shown to nobody any more."""
    origin = Origin(sources.NPPES, as_of or file_day(file))
    with refusals(), open_sheet(file) as sheet, rejects_beside(file) as rejects:
        columns = deactivated_file.layout(sheet.rows, name=file.name)
        open_database()
        stored = storing(origin, dry_run=dry_run)
        run = DoctorImport(lambda values: deactivated_file.read_row(columns, values), stored, rejects)
        with importing(run.summary, lambda: 0.0) as after_row:
            run.run(sheet.rows, after_row)
    show(run.summary, as_json=as_json, dry_run=dry_run)


def _known() -> frozenset[str]:
    with transaction() as session:
        return known_npis(session)


def file_day(file: Path) -> date:
    """The last day in the name that its publisher gave the file, today for any other name."""
    found = _DAY_IN_NAME.match(file.stem)
    try:
        return min(date(*map(int, found.groups())), now().date()) if found else now().date()
    except ValueError:
        return now().date()


def storing(origin: Origin, *, dry_run: bool = False) -> Store:
    """Commit each batch, or only tell what would become of it."""

    def stored(batch: Sequence[Fact]) -> list[Outcome]:
        with transaction() as session:
            return foretell(session, batch, origin) if dry_run else store(session, batch, origin, now=now())

    return stored
