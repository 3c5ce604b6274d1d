"""`advocate doctors`: bring doctors in, check them, look at them."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from intake.cli import doctor_imports, doctors_curated, doctors_shown
from intake.cli.imports import JSON, now, open_database, refusals
from intake.db import transaction
from intake.errors import BadInput
from intake.rules.expertise import Expertise, VolumeBand
from intake.rules.statuses import DoctorStatus
from intake.services import directory, freshness
from intake.services.directory import Verification


@click.group()
def command() -> None:
    """The doctors of the directory."""


for joined in (doctor_imports.command, doctors_curated.template, doctors_curated.export):
    command.add_command(joined)
doctor_imports.command.add_command(doctors_curated.curated)


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


@command.command("to-verify")
@JSON
def to_verify(as_json: bool) -> None:
    """Verified doctors with facts that have grown old, the longest overdue first."""
    with refusals(), _directory() as session:
        doctors_shown.stale(freshness.to_verify(session, now=now()), as_json=as_json)
