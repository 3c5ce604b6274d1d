"""`advocate setup`: from the sample to a real organisation."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake import db
from intake.cli.doctor_imports import file_day, import_nppes, storing
from intake.cli.doctors_curated import import_curated
from intake.cli.imports import now, refusals, show
from intake.cli.setup_file import organisation_toml, write_checked
from intake.cli.setup_questions import QUESTIONS, Question
from intake.config import Settings
from intake.db import transaction
from intake.directory.curated import layout as curated_layout
from intake.directory.nppes import layout as nppes_layout
from intake.directory.sources import NPPES, Origin
from intake.directory.table_file import open_table
from intake.errors import BadInput
from intake.models.lead import Lead
from intake.sample import accounts
from intake.sample.remove import remove_samples
from intake.services import staff, staff_changes
from intake.services.staff import NewStaff, Role


def _asked(command: Callable[..., None]) -> Callable[..., None]:
    for question in reversed(QUESTIONS):
        shown = f"{question.prompt}." + (f" [{question.default}]" if question.default else "")
        command = click.option(question.option, help=shown)(command)
    return command


@click.command()
@_asked
@click.option("--nppes", type=click.Path(path_type=Path), help="NPPES file to import as candidates.")
@click.option("--curated", type=click.Path(path_type=Path), help="Your own list of doctors to import.")
@click.option("--replace", is_flag=True, help="Write over the organisation that is set up already.")
def command(nppes: Path | None, curated: Path | None, replace: bool, **given: str | None) -> None:
    """Set up your own organisation: asks what is not given as an option.

    Writes organisation.toml, makes the first administrator and removes the samples. The services
    must be running (`advocate up`), or DATABASE_URL set. Start `advocate up` again afterwards.
    """
    with refusals():
        settings = Settings.for_setup()
        path = settings.home / "organisation.toml"
        _check_may_begin(settings, path, _layouts(nppes, curated), replace=replace)
        answers = _answers(given)
        for line in _set_up(path, answers, settings):
            click.echo(line)
        _import(nppes, curated, by=answers["admin_email"])


def _import(nppes: Path | None, curated: Path | None, *, by: str) -> None:
    """The registry first: the organisation's own list then says what it knows better."""
    if nppes is not None:
        found = import_nppes(nppes, storing(Origin(NPPES, file_day(nppes))))
        show(found, as_json=False, dry_run=False)
    if curated is not None:
        show(import_curated(curated, by=by), as_json=False, dry_run=False)


def _layouts(nppes: Path | None, curated: Path | None) -> list[tuple[Path, Callable[..., object]]]:
    given = ((nppes, nppes_layout), (curated, curated_layout))
    return [(file, layout) for file, layout in given if file is not None]


def _check_may_begin(
    settings: Settings, path: Path, files: list[tuple[Path, Callable[..., object]]], *, replace: bool
) -> None:
    """Before the first question: a person should not answer ten of them for nothing."""
    if path.exists() and not replace:
        raise BadInput(f"{path} exists already. Edit it, or write over it with --replace.")
    for file, layout in files:
        with open_table(file) as table:
            layout(table.header, name=file.name)
    db.connect(settings, pool_size=1)
    with transaction() as session:
        session.execute(select(func.count()).select_from(Lead))


def _answers(given: dict[str, str | None]) -> dict[str, Any]:
    """Every answer, checked. At a terminal what is wrong or missing is asked for, elsewhere refused."""
    ask = sys.stdin.isatty()
    missing = [q.option for q in QUESTIONS if given[q.name] is None and q.default is None]
    if missing and not ask:
        raise BadInput(f"Give {', '.join(missing)}, or run the command at a terminal, where it asks.")
    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        default = question.default.format(**answers) if question.default else None
        answers[question.name] = _answer(question, given[question.name], default, ask=ask)
    return answers


def _answer(question: Question, given: str | None, default: str | None, *, ask: bool) -> Any:
    typed = given if given is not None or ask else default
    while True:
        try:
            return question.check(typed if typed is not None else _typed(question, default))
        except BadInput as wrong:
            if not ask:
                raise BadInput(f"{question.option}: {wrong}.") from wrong
            click.echo(f"{question.option}: {wrong}.", err=True)
            typed = None


def _typed(question: Question, default: str | None) -> str:
    return str(click.prompt(question.prompt, default=default))


def _set_up(path: Path, answers: dict[str, Any], settings: Settings) -> Iterator[str]:
    """Do it: the file is checked first and takes its place last. Yields what to tell."""
    fresh = write_checked(path, organisation_toml(answers))
    with transaction() as session:
        told = list(_admin(session, answers, settings))
        removed = remove_samples(session, now=now())
        leads = session.scalar(select(func.count()).select_from(Lead)) or 0
    fresh.replace(path)
    (path.parent / accounts.FILE).unlink(missing_ok=True)
    yield f"{path} is written."
    if removed:
        yield (
            f"Sample doctors: {removed['deleted']} deleted, {removed['deactivated']} kept as deactivated "
            f"because a match names them. Sample accounts closed: {removed['accounts']}."
        )
    if leads:
        yield f"{leads} requests from the time before are still there: look at them in the console."
    yield from told
    yield "Stop `advocate up` and start it again; elsewhere set ADVOCATE_MODE=production."


def _admin(session: Session, answers: dict[str, Any], settings: Settings) -> Iterator[str]:
    """Make the first administrator, unless the address has an account already."""
    found = staff.find(session, answers["admin_email"])
    if found is not None and not found.sample:
        yield f"{found.email} has an account already ({found.role}); it stays as it is."
        return
    new = NewStaff(email=answers["admin_email"], name="Administrator", role=Role.ADMIN)
    link = staff_changes.invite(session, new, now=now(), by_hand=True)
    yield f"Administrator  {new.email}: open this link within three days, once everything runs again."
    yield f"               {settings.public_url}/console/link/{link.token}"
    yield "               Lost? `advocate staff lost EMAIL both --print` makes another."
