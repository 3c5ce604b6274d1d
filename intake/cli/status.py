"""`advocate status`: how the desk does, and what exactly is wrong."""

import json
import sys

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services import vitals
from intake.services.vitals import Vitals


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(as_json: bool) -> None:
    """Say how the desk does. Exits 1 when something is wrong; what waits for a supervisor is only told."""
    db.connect(Settings.from_env(), pool_size=1)
    with transaction() as session:
        found = vitals.read(session)
    wrong = vitals.wrong(found)
    if as_json:
        click.echo(json.dumps({"ok": not wrong, "wrong": wrong, **found.as_dict()}))
    else:
        click.echo("\n".join(_lines(found, wrong)))
    sys.exit(1 if wrong else 0)


def _lines(found: Vitals, wrong: dict[str, str]) -> list[str]:
    ready = sorted(found.ready)
    middle = f", half of them within {ready[len(ready) // 2]:.1f} s" if ready else ""
    return [
        *(f"WRONG  {part}: {what}" for part, what in wrong.items()),
        f"work due        {sum(found.due.values())}, with workers {found.leased}, parked {found.parked}",
        f"last minute     {found.created} rows in, {found.finished} done",
        f"last hour       {len(ready)} requests ready{middle}; {found.unready} not ready after a minute",
        f"mails unknown   {found.unknown}",
        *([f"unread reply    {_age(found.oldest_reply)}"] if found.oldest_reply else []),
        f"calls waiting   {found.calls_waiting}, late {found.calls_late}",
        f"last backup     {_age(found.backup)}",
        *(f"{part:<16}{_age(age)}" for part, age in found.parts.items()),
        *(f"canary {queue:<9}{_age(age)}" for queue, age in found.canary.items()),
    ]


def _age(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s ago"
