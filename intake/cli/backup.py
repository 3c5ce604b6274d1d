"""`advocate backup`: a dump of the database that can be read again, and no more than so many of them."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import make_url

from intake import db, embedded
from intake.config import Settings
from intake.db import transaction
from intake.errors import AdvocateDeskError
from intake.services import heartbeats

_SUFFIX = ".dump"


class BackupFailed(AdvocateDeskError):
    """No dump was kept; the message says why."""


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--keep", type=click.IntRange(1), default=14, show_default=True, help="How many dumps stay.")
def command(folder: Path, keep: int) -> None:
    """Dump the database into a folder, look whether the dump can be read, and drop the oldest.

    The keyring and the organisation's file are not in it: keep them in another place.
    """
    settings = Settings.from_env()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump = folder / f"advocate-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{_SUFFIX}"
    _dump(settings.database_url, dump)
    for old in sorted(folder.glob(f"advocate-*{_SUFFIX}"))[:-keep]:
        old.unlink()
    db.connect(settings, pool_size=1)
    with transaction() as session:
        heartbeats.beat(session, "backup")
    click.echo(f"{dump}  {dump.stat().st_size:,} bytes")


def _dump(database_url: str, dump: Path) -> None:
    """Written beside its place and renamed when it was read back: what has the name is whole."""
    fresh = dump.with_suffix(".new")
    url = make_url(database_url)
    plain = plain_url(database_url)
    told = {**os.environ, "PGPASSWORD": url.password} if url.password else {**os.environ}
    old_mask = os.umask(0o077)
    try:
        _run([_program("pg_dump"), "-Fc", "--no-owner", "-f", str(fresh), plain], told)
        _run([_program("pg_restore"), "--list", str(fresh)], told)
        fresh.rename(dump)
    finally:
        os.umask(old_mask)
        fresh.unlink(missing_ok=True)


def plain_url(database_url: str) -> str:
    """The address as PostgreSQL's own programs know it; they are told the password apart."""
    url = make_url(database_url).set(drivername="postgresql", password=None)
    return url.render_as_string(hide_password=False)


def _program(name: str) -> str:
    found = embedded.postgres_program(name) or shutil.which(name)
    if found is None:
        raise BackupFailed(f"{name} is not installed: install PostgreSQL's client programs, version 18.")
    return found


def _run(command: list[str], told: dict[str, str]) -> None:
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise BackupFailed(f"{Path(command[0]).name} failed: {last}")
