"""`advocate keys`: the keys that seal names, numbers, notes. They live in a file, never in the database."""

import json
import time
from pathlib import Path
from uuid import UUID

import click

from intake import crypto, db
from intake.config import Settings
from intake.db import transaction
from intake.errors import BadInput
from intake.services import name_index, resealing

_SETTLE_SECONDS = 2 * crypto.RELOAD_SECONDS


@click.group()
def command() -> None:
    """The keys that seal what families told us."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def generate(file: Path) -> None:
    """Make a new keyring. Keep a copy away from the database and its backups."""
    if file.exists():
        raise BadInput(f"{file.name} is there already, and what it seals would be lost. Name another file.")
    crypto.create_keyring(file)
    click.echo(f"{file} holds a new keyring. Without it nobody can read what it sealed: keep a copy.")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Which keys there are, and how many values each seals."""
    path = _connect()
    ring = crypto.load_keyring(path)
    with transaction() as session:
        counts = resealing.in_use(session)
    rows = {number: counts.get(number, 0) for number in sorted(ring.keys)}
    lost = {number: count for number, count in counts.items() if number not in ring.keys}
    if as_json:
        click.echo(json.dumps({"current": ring.current, "keys": rows, "lost": lost}))
        return
    for number, count in rows.items():
        click.echo(f"key {number:<4}{count:>10,} values{'  (current)' if number == ring.current else ''}")
    for number, count in lost.items():
        click.echo(f"key {number:<4}{count:>10,} values  MISSING from the keyring: they cannot be read")


@command.command()
@click.option("--prepare", is_flag=True, help="Only add the key, to copy the file to other machines first.")
def rotate(prepare: bool) -> None:
    """Seal everything under a new key, while everything runs. Run it again when it was interrupted."""
    path = _connect()
    ring = crypto.load_keyring(path)
    newest = max(ring.keys)
    if newest == ring.current:
        newest = crypto.add_key(path)
    if prepare:
        click.echo(
            f"Key {newest} is ready. Copy the keyring to every machine, then run this without --prepare."
        )
        return
    crypto.use_key(path, newest)
    click.echo(f"Key {newest} is the current one. Waiting until every process has seen it ...")
    time.sleep(_SETTLE_SECONDS)
    click.echo(
        f"{_reseal():,} rows were looked at. The old key stays, for backups: see `advocate keys drop`."
    )


@command.command()
def index() -> None:
    """Index every last name as names are looked up today. Safe to run again, while everything runs."""
    _connect()
    looked_at, after = 0, resealing.FIRST
    while True:
        with transaction() as session:
            page = name_index.index_some(session, after)
        looked_at += page.rows
        if page.after is None:
            break
        after = page.after
    click.echo(f"{looked_at:,} people were looked at.")


@command.command()
@click.argument("number", type=int)
def drop(number: int) -> None:
    """Take an old key out for good: backups that it sealed can then never be read."""
    path = _connect()
    if number == crypto.load_keyring(path).current:
        raise BadInput(f"Key {number} is the current one. Rotate first: `advocate keys rotate`.")
    with transaction() as session:
        still = resealing.in_use(session).get(number, 0)
    if still:
        raise BadInput(f"Key {number} still seals {still:,} values. Run `advocate keys rotate` first.")
    crypto.drop_key(path, number)
    click.echo(f"Key {number} is gone.")


def _connect() -> Path:
    settings = Settings.from_env()
    db.connect(settings, pool_size=1)
    return settings.keyring_file


def _reseal() -> int:
    """Every table, a few hundred rows a transaction, so that nobody waits long for a row."""
    looked_at = 0
    for one in resealing.sealed_tables():
        after: UUID | None = resealing.FIRST
        while after is not None:
            with transaction() as session:
                after, rows = resealing.reseal_some(session, one, after)
            looked_at += rows
    return looked_at
