"""`advocate staff`: accounts of the console. Passwords and secrets are printed once."""

import json
from datetime import UTC, datetime

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services import passwords
from intake.services import staff as accounts
from intake.services.staff import NewStaff, Role

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def command() -> None:
    """Accounts of the console."""
    db.connect(Settings.from_env(), pool_size=1)


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues and families hear it.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@_as_json
def add(email: str, name: str, role: str, as_json: bool) -> None:
    """Add an account. Prints its one-time password and the secret for its code app."""
    new = NewStaff(
        email=email,
        name=name,
        role=role,
        password=passwords.new_password(),
        totp_secret=passwords.new_totp_secret(),
        temporary=True,
    )
    with transaction() as session:
        stored = accounts.create(session, new, now=_now())
        email = stored.email
    _show(as_json, email=email, role=role, password=new.password, totp_secret=new.totp_secret)


@command.command("list")
@_as_json
def list_accounts(as_json: bool) -> None:
    """The accounts there are."""
    with transaction() as session:
        rows = [
            {"email": staff.email, "name": staff.name, "role": staff.role, "active": staff.active}
            for staff in accounts.everyone(session)
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['email']}  {row['role']}  {'' if row['active'] else 'disabled  '}{row['name']}")


@command.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account and sign it out everywhere."""
    with transaction() as session:
        accounts.disable(session, accounts.get(session, email), now=_now())
    click.echo(f"{email} is disabled and signed out.")


@command.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open a disabled account again."""
    with transaction() as session:
        accounts.enable(session, accounts.get(session, email), now=_now())
    click.echo(f"{email} may sign in again.")


@command.command()
@click.argument("email")
@click.argument("role", type=click.Choice([str(role) for role in Role]))
def role(email: str, role: str) -> None:
    """Give an account another role, and sign it out everywhere."""
    with transaction() as session:
        accounts.change_role(session, accounts.get(session, email), role, now=_now())
    click.echo(f"{email} is {role} now.")


@command.command()
@click.argument("email")
@_as_json
def password(email: str, as_json: bool) -> None:
    """Replace a lost password with a one-time one, and sign the account out everywhere."""
    with transaction() as session:
        new = accounts.reset_password(session, accounts.get(session, email), now=_now())
    _show(as_json, email=email, password=new)


@command.command()
@click.argument("email")
@_as_json
def totp(email: str, as_json: bool) -> None:
    """Replace a lost code app: prints the new secret, and signs the account out everywhere."""
    with transaction() as session:
        new = accounts.reset_totp(session, accounts.get(session, email), now=_now())
    _show(as_json, email=email, totp_secret=new)


def _show(as_json: bool, **facts: str) -> None:
    if as_json:
        click.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
    if "password" in facts:
        click.echo("The password works for one sign-in; then a new one must be chosen.")


def _now() -> datetime:
    return datetime.now(UTC)
