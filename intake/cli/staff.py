"""`advocate staff`: accounts of the console, for the day when no admin can sign in to it.

No command learns or chooses a password. Links are mailed; `--print` shows one in place of the mail.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import click

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.models.staff import Staff, StaffMail
from intake.services import staff as accounts
from intake.services import staff_changes
from intake.services.staff import NewStaff, Role
from intake.services.staff_mails import MailKind

_LOST = {"password": MailKind.PASSWORD, "phone": MailKind.FACTOR, "both": MailKind.JOIN}
_printed = click.option("--print", "by_hand", is_flag=True, help="Print the link; mail nothing.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
@click.pass_context
def command(context: click.Context) -> None:
    """Accounts of the console."""
    context.obj = Settings.from_env()
    db.connect(context.obj, pool_size=1)


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues and families hear it.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@_printed
@_as_json
@click.pass_obj
def add(settings: Settings, *, email: str, name: str, role: str, by_hand: bool, as_json: bool) -> None:
    """Make an account and mail its owner an invitation."""
    new = NewStaff(email=email, name=name, role=role)
    with transaction() as session:
        mail = staff_changes.invite(session, new, now=_now(), by_hand=by_hand)
    _show(settings, email, mail, by_hand=by_hand, as_json=as_json)


@command.command()
@click.argument("email")
@click.argument("what", type=click.Choice(list(_LOST)))
@_printed
@_as_json
@click.pass_obj
def lost(settings: Settings, *, email: str, what: str, by_hand: bool, as_json: bool) -> None:
    """A password, a phone or both are lost: take them away and mail a link that sets them up anew.

    Also makes a new link for somebody whose invitation is over, or who comes back.
    """
    with transaction() as session:
        staff = accounts.get(session, email)
        mail = staff_changes.lost(session, staff, _LOST[what], now=_now(), by_hand=by_hand)
    _show(settings, email, mail, by_hand=by_hand, as_json=as_json)


@command.command("list")
@_as_json
def list_accounts(as_json: bool) -> None:
    """The accounts there are."""
    with transaction() as session:
        rows = [
            {"email": staff.email, "name": staff.name, "role": staff.role, "state": _state(staff)}
            for staff in accounts.everyone(session)
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['email']}  {row['role']}  {row['state']}  {row['name']}")


@command.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account for now and sign it out everywhere."""
    _change(email, accounts.disable)
    click.echo(f"{email} is disabled and signed out.")


@command.command()
@click.argument("email")
def enable(email: str) -> None:
    """Open a disabled account again."""
    _change(email, accounts.enable)
    click.echo(f"{email} may sign in again.")


@command.command()
@click.argument("email")
def leave(email: str) -> None:
    """Close an account for good; its calls go back into the queue, its history stays."""
    _change(email, staff_changes.leave)
    click.echo(f"{email} has left.")


@command.command("sign-out")
@click.argument("email")
def sign_out(email: str) -> None:
    """End every sign-in of an account."""
    _change(email, accounts.end_all)
    click.echo(f"{email} is signed out everywhere.")


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
@click.option("--until", help="The last day, like 2026-11-30. Without it the deputy's rights end now.")
def deputy(email: str, until: str | None) -> None:
    """Let somebody stand in while the admin is away. It ends by itself after the last day (UTC)."""
    ends = datetime.combine(_day(until) + timedelta(days=1), time(), tzinfo=UTC) if until else None
    with transaction() as session:
        staff_changes.deputise(session, accounts.get(session, email), ends, now=_now())
    click.echo(f"{email} stands in up to and with {until}." if until else f"{email} stands in no longer.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise BadInput(f"--until is {text!r}; write it like 2026-11-30.") from wrong


def _change(email: str, verb: Callable[..., None]) -> None:
    with transaction() as session:
        verb(session, accounts.get(session, email), now=_now())


def _state(staff: Staff) -> str:
    if staff.left_at:
        return "left"
    if not staff.active:
        return "disabled"
    return "open" if staff.password else "invited"


def _show(settings: Settings, email: str, mail: StaffMail, *, by_hand: bool, as_json: bool) -> None:
    link = f"{settings.public_url}/console/link/{mail.token}" if by_hand else None
    until = f"{mail.expires_at:%Y-%m-%d %H:%M} UTC"
    if as_json:
        click.echo(json.dumps({"email": email, "link": link, "good_until": until}))
        return
    click.echo(link or f"A link is on its way to {email}.")
    click.echo(f"It opens once, until {until}. For their eyes only.")


def _now() -> datetime:
    return datetime.now(UTC)
