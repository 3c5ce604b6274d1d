"""`advocate audit`: is the record of who did what still as it was written?"""

import json
import sys
from datetime import UTC, datetime

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.ledger import Ledger
from intake.services import audit, audit_chain
from intake.services.audit_chain import Anchors, Head
from intake.services.staff import OFFICE


@click.group()
@click.pass_context
def command(context: click.Context) -> None:
    """The record of who did what."""
    settings = Settings.from_env()
    db.connect(settings, pool_size=1)
    context.obj = Ledger(settings.audit_anchors)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def verify(anchors: Ledger, as_json: bool) -> None:
    """Name the first row that was changed, removed or moved. Exits 1 when there is one."""
    with transaction() as session:
        verdict = audit_chain.verify(session, Anchors.of(anchors.read()), now=datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"sealed": verdict.sealed, "fault": verdict.fault}))
    else:
        click.echo(verdict.fault or f"{verdict.sealed:,} entries are as they were written.")
    sys.exit(1 if verdict.fault else 0)


@command.command()
@click.pass_obj
def seal(anchors: Ledger) -> None:
    """Seal at once whatever is not sealed yet, however old."""
    now = datetime.now(UTC)
    head, end = Head(), -1
    while head.position > end:
        end = head.position
        with transaction() as session:
            head = audit_chain.seal(session, now=now, everything=True)
    anchors.append(head.anchor(now))
    click.echo(f"{head.position:,} entries are sealed.")


@command.command()
@click.option("--by", required=True, help="Who put the backup back.")
@click.option("--reason", required=True, help="Why; it is kept.")
@click.pass_obj
def restored(anchors: Ledger, by: str, reason: str) -> None:
    """Say that a backup was put back, so that its shorter chain is no fault."""
    now = datetime.now(UTC)
    with transaction() as session:
        head = audit_chain.current_head(session)
        audit.note(session, OFFICE, "audit.restored", "audit", head.position, now=now, by=by, reason=reason)
    anchors.append(head.anchor(now, "restored"))
    click.echo(f"The chain goes on from position {head.position:,}.")
