"""`advocate doctors`: bring doctors in, check them, look at them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from intake.cli import doctors_shown
from intake.cli.imports import AS_OF, DRY_RUN, JSON, importing, now, open_database, refusals, show
from intake.db import transaction
from intake.directory.facts import Fact
from intake.directory.importing import DoctorImport, Store
from intake.directory.nppes import layout, read_row
from intake.directory.outcomes import Outcome, Summary
from intake.directory.rejects import rejects_beside
from intake.directory.table_file import open_table
from intake.directory.upsert import Origin, foretell, store
from intake.errors import BadInput
from intake.rules.expertise import Expertise, VolumeBand
from intake.rules.statuses import DoctorStatus
from intake.rules.taxonomy import SPECIALTIES
from intake.services import directory
from intake.services.directory import Verification

_FILE_DAY = re.compile(r"npidata_pfile_.*?(\d{8})\.csv", re.IGNORECASE)


@click.group()
def command() -> None:
    """The doctors of the directory."""


@command.group("import")
def import_() -> None:
    """Read doctors from a public file as candidates."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@AS_OF
@JSON
@DRY_RUN
def nppes(file: Path, as_of: date | None, as_json: bool, dry_run: bool) -> None:
    """Read FILE, npidata_pfile_....csv out of the monthly or weekly NPPES zip.

    Doctors of the specialties we use become candidates, which families are not shown before
    somebody verifies them. What people checked stays. It can be stopped and run again.
    """
    origin = Origin("nppes", as_of or nppes_day(file))
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
        with importing(run.summary, table.share_read) as after_row:
            run.run(table.rows, after_row)
    return run.summary


def nppes_day(file: Path) -> date:
    """The day in the name that NPPES gives its files, today for any other name."""
    found = _FILE_DAY.fullmatch(file.name)
    try:
        return min(date.fromisoformat(found[1]), now().date()) if found else now().date()
    except ValueError:
        return now().date()


def storing(origin: Origin, *, dry_run: bool = False) -> Store:
    """Commit each batch, or only tell what would become of it."""

    def stored(batch: Sequence[Fact]) -> Counter[Outcome]:
        with transaction() as session:
            return foretell(session, batch) if dry_run else store(session, batch, origin, now=now())

    return stored


@contextmanager
def _directory() -> Iterator[Session]:
    open_database()
    with transaction() as session:
        yield session


@command.command()
@click.argument("npi")
@click.option("--expertise", required=True, metavar="CODE,CODE", help=f"Any of {', '.join(Expertise)}.")
@click.option("--by", required=True, metavar="NAME", help="Who checked.")
@click.option("--source", default="editor", show_default=True, help="Where it was read.")
@click.option("--accepts-new/--no-accepts-new", default=None, help="Takes new patients.")
@click.option("--video/--no-video", default=None, help="Gives second opinions by video.")
@click.option(
    "--volume",
    type=click.Choice([band.value for band in VolumeBand]),
    help="How many people with mesothelioma.",
)
@click.option("--languages", metavar="CODE,CODE", help="Languages besides English, such as es.")
@JSON
def verify(npi: str, expertise: str, languages: str | None, as_json: bool, **given: object) -> None:
    """Record what a person checked about the doctor with NPI; families are shown the doctor from now on.

    The expertise given replaces what was recorded before.
    """
    with refusals():
        facts = _verification(expertise, languages, given)
        open_database()
        with transaction() as session:
            directory.verify(session, directory.find(session, npi), facts, now=now())
        _show_one(npi, as_json=as_json)


def _verification(expertise: str, languages: str | None, given: dict[str, object]) -> Verification:
    return Verification(
        expertise=_codes(expertise),
        languages=None if languages is None else _codes(languages),
        by=str(given["by"]),
        source=str(given["source"]),
        accepts_new=given["accepts_new"],  # type: ignore[arg-type]
        video_opinion=given["video"],  # type: ignore[arg-type]
        volume_band=given["volume"],  # type: ignore[arg-type]
    )


def _codes(text: str) -> list[str]:
    return [code.strip().lower() for code in text.split(",") if code.strip()]


@command.command("show")
@click.argument("npi")
@JSON
def show_one(npi: str, as_json: bool) -> None:
    """Everything known of the doctor with NPI (samples have none: give the id)."""
    with refusals():
        open_database()
        _show_one(npi, as_json=as_json)


def _show_one(npi: str, *, as_json: bool) -> None:
    with transaction() as session:
        doctors_shown.one(directory.find(session, npi), as_json=as_json)


@command.command("list")
@click.option(
    "--status", type=click.Choice([status.value for status in DoctorStatus]), help="Only those of one status."
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@JSON
def list_(status: str | None, limit: int, as_json: bool) -> None:
    """Doctors by name."""
    with refusals(), _directory() as session:
        found = directory.listed(session, status=status, limit=limit + 1)
        doctors_shown.several(found[:limit], as_json=as_json, more=len(found) > limit)


@command.command()
@click.argument("npi")
@click.option("--reason", required=True, help="Why, for whoever looks next.")
def deactivate(npi: str, reason: str) -> None:
    """Show the doctor with NPI to nobody any more."""
    with refusals(), _directory() as session:
        directory.deactivate(session, directory.find(session, npi), reason, now=now())
    click.echo(f"{npi} is deactivated.")


@command.command()
@click.argument("npi")
def reactivate(npi: str) -> None:
    """Bring a deactivated doctor back, as a candidate to verify."""
    with refusals(), _directory() as session:
        doctor = directory.find(session, npi)
        if doctor.status != DoctorStatus.DEACTIVATED:
            raise BadInput(f"{npi} is not deactivated: the status is {doctor.status}.")
        directory.reactivate(session, doctor, now=now())
    click.echo(f"{npi} is a candidate again. `advocate doctors verify` shows it to families.")
