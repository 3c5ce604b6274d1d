"""`advocate sample`: the invented organisation that `make up` starts with."""

import json
from dataclasses import asdict

import click

from intake.cli.imports import JSON, now, open_database, refusals
from intake.db import transaction
from intake.errors import BadInput
from intake.sample import accounts
from intake.sample.load import load_directory


@click.group()
def command() -> None:
    """Invented doctors and staff accounts to try the desk with."""


@command.command()
@JSON
def load(as_json: bool) -> None:
    """Load the sample doctors and accounts; what is there already stays as it is."""
    with refusals():
        settings = open_database()
        if not settings.sample:
            raise BadInput("Samples are never loaded into a real organisation (ADVOCATE_MODE=production).")
        with transaction() as session:
            counts = load_directory(session, now=now())
            found = accounts.load_accounts(session, accounts.remembered(settings.home), now=now())
        accounts.remember(settings.home, found)
    if as_json:
        click.echo(json.dumps([asdict(account) for account in found]))
        return
    click.echo("Sample doctors: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    for account in found:
        where = f"{account.role:<11} {account.email}"
        click.echo(f"{where}  password {account.password}  TOTP secret {account.totp_secret}")
