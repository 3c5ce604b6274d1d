"""`advocate work`: the rows that stopped and wait for a supervisor."""

import json
from datetime import UTC, datetime

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services import parked_work, troubles
from intake.services.staff import OFFICE

_because = click.option("--reason", required=True, help="Why; it is kept.")


@click.group()
def command() -> None:
    """Work that stopped."""
    db.connect(Settings.from_env(), pool_size=1)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def parked(as_json: bool) -> None:
    """List the rows that failed too often, or that no repeat can mend."""
    with transaction() as session:
        rows = [
            {
                "id": row.id,
                "task": row.task,
                "subject_id": str(row.subject_id),
                "attempts": row.attempts,
                "lost": row.lost,
                "error": row.last_error,
            }
            for row in parked_work.parked(session)
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo("{id}  {task} {subject_id}  after {attempts} tries: {error}".format(**row))
    if not rows:
        click.echo("Nothing is parked.")


@command.command()
@click.argument("task_id", type=int, metavar="ID")
@_because
def redo(task_id: int, reason: str) -> None:
    """Try a parked row again, from a clean count."""
    with transaction() as session:
        troubles.redo(session, task_id, reason=reason, by=OFFICE, now=datetime.now(UTC))
    click.echo(f"Task {task_id} is due again.")


@command.command()
@click.argument("task_id", type=int, metavar="ID")
@_because
def discard(task_id: int, reason: str) -> None:
    """Give a parked row up."""
    with transaction() as session:
        troubles.discard(session, task_id, reason=reason, by=OFFICE, now=datetime.now(UTC))
    click.echo(f"Task {task_id} is discarded.")
