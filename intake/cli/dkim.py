"""`advocate dkim`: the key that signs our mail, and the DNS record that lets others check it."""

import os
from pathlib import Path

import click

from intake.config import Settings
from intake.errors import BadInput
from intake.mails.dkim import dns_record, load_signer, new_key

_selector = click.option("--selector", default="advocate", show_default=True, help="Name of this key.")


@click.group()
def command() -> None:
    """Sign our mail so that mail programs trust it."""


@command.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_selector
def make(path: Path, selector: str) -> None:
    """Write a new private key to PATH and print its DNS record."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as wrong:
        raise BadInput(f"{path} exists already. Choose another name: a key in use must stay.") from wrong
    except OSError as wrong:
        raise BadInput(f"{path} cannot be written: {wrong.strerror}.") from wrong
    with os.fdopen(handle, "wb") as file:
        file.write(new_key())
    _show(path, selector)
    click.echo(f"When the record is there, set DKIM_KEY_FILE={path.resolve()} and DKIM_SELECTOR={selector}.")


@command.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_selector
def record(path: Path, selector: str) -> None:
    """Print the DNS record of the key in PATH."""
    _show(path, selector)


def _show(path: Path, selector: str) -> None:
    domain = Settings.for_setup().organisation.sender_address.rpartition("@")[2]
    click.echo(dns_record(load_signer(path, selector=selector, domain=domain)))
