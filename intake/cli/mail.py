"""`advocate mail`: what a mail server hands on to us."""

import sys
from datetime import UTC, datetime

import click
from sqlalchemy.exc import DBAPIError

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services import mail_replies

# sysexits.h: the mail server keeps the mail and tries again later.
TRY_LATER = 75
# The words come first in a mail; what is attached behind them is not looked at.
_LARGEST = 1 << 20


@click.group()
def command() -> None:
    """Mail that came in."""


@command.command()
def take() -> None:
    """Read one mail on standard input: a line for a mail server's pipe.

    A stop that a mail program wrote counts at once, and so does a mail of ours that came back; a family's
    reply waits for a supervisor under "For the supervisor"; all else is passed over, so let the server keep
    a copy for your mailbox.
    """
    message = sys.stdin.buffer.read(_LARGEST)
    try:
        db.connect(Settings.from_env(), pool_size=1)
        with transaction() as session:
            taken = mail_replies.take_mail(session, message, now=datetime.now(UTC))
    except DBAPIError as away:
        click.echo(f"The database is away ({type(away.orig).__name__}): try again later.", err=True)
        sys.exit(TRY_LATER)
    click.echo(taken)
