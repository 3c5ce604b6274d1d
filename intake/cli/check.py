"""`advocate check`: does every lead have what it is owed?"""

import json
import sys

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services.check import Findings, Gap, check


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(as_json: bool) -> None:
    """Say what is missing, late, parked or unknown. Exits 1 when anything is missing."""
    db.connect(Settings.from_env(), pool_size=1)
    with transaction() as session:
        findings, gaps = check(session)
    if as_json:
        click.echo(json.dumps(findings.as_dict()))
    else:
        _print(findings, gaps)
    sys.exit(0 if findings.ok else 1)


def _print(findings: Findings, gaps: list[Gap]) -> None:
    for name, value in findings.as_dict().items():
        click.echo(f"{name:<12}{value}")
    for gap in gaps:
        click.echo(f"{gap.reference} lacks {gap.lacks}")
