"""`advocate privacy`: what is held about a family, its deletion, and what is kept how long."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.orm import Session

from intake import db, nightly
from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.ledger import Ledger
from intake.rules.references import spoken_receipt
from intake.services import audit, deletions, find, privacy, retention
from intake.services.staff import OFFICE
from intake.services.start_up import take_in_ledger

_who = click.option("--by", required=True, help="Who does it.")
_why = click.option("--reason", required=True, help="Why; it is kept.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
@click.pass_context
def command(context: click.Context) -> None:
    """What is held about families, and its end."""
    context.obj = settings = Settings.from_env()
    db.connect(settings, pool_size=1)
    db.before_anything(take_in_ledger)


@command.command()
@click.argument("reference")
@_who
@click.option(
    "--to", "path", type=click.Path(path_type=Path, dir_okay=False), help="A new file; else printed."
)
def export(reference: str, by: str, path: Path | None) -> None:
    """Everything that is held about one request, as JSON. Noted in the audit."""
    now = datetime.now(UTC)
    with transaction() as session:
        lead_id = _lead_id(session, reference)
        found = json.dumps(privacy.held(session, lead_id), indent=2, ensure_ascii=False)
        audit.note(session, OFFICE, "lead.exported", "lead", lead_id, now=now, by=by)
        if path:
            _write_new(path, found)
    click.echo(path or found)


@command.command()
@click.argument("reference")
@_who
@_why
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(reference: str, by: str, reason: str, *, yes: bool) -> None:
    """Delete everything of one request at once. Nothing brings it back."""
    now = datetime.now(UTC)
    with transaction() as session:
        lead_id = _lead_id(session, reference)
    if not yes:
        click.confirm(f"Delete request {reference} for good?", abort=True)
    with transaction() as session:
        audit.note(session, OFFICE, "lead.erasure_asked", "lead", lead_id, now=now, by=by, reason=reason)
        receipt = deletions.finish(session, lead_id, by=OFFICE, now=now)
    click.echo("It is deleted. That they were called or mailed is kept without a name, as the law wants.")
    click.echo(f"The family's receipt: {spoken_receipt(receipt or '')}")


@command.command()
@_json
def report(*, as_json: bool) -> None:
    """How many were deleted, when old data was last removed, and what is past its time."""
    with transaction() as session:
        found = retention.report(session, now=datetime.now(UTC))
    _say(found, as_json=as_json)


@command.command("retention")
@_json
@click.pass_obj
def run(settings: Settings, *, as_json: bool) -> None:
    """Remove now what was kept long enough, and print how many rows went from which table."""
    done = nightly.run(Ledger(settings.audit_anchors), datetime.now(UTC))
    _say(done or {"removed": 0}, as_json=as_json)


def _say(found: dict[str, object] | dict[str, int], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")


def _lead_id(session: Session, reference: str) -> UUID:
    lead = find.by_reference(session, reference)
    if lead is None:
        raise BadInput(f"No request has the reference {reference}. It may be deleted already.")
    return lead.id


def _write_new(path: Path, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8", opener=_private) as file:
            file.write(text + "\n")
    except OSError as wrong:
        raise BadInput(f"{path} cannot be written: {wrong.strerror}.") from wrong


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
