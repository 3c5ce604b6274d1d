"""Words that stand for a person, put through every input, and where to look for them afterwards."""

import json
import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from redis import Redis
from sqlalchemy import Engine, select, text

from intake.crypto import keyring
from intake.db import bound_to, transaction
from intake.logs import Formatter
from intake.services.resealing import sealed_tables

WORDS = (
    "Zqxcanarella",
    "Zqxcanarsson",
    "Zqxpatientia",
    "zqxcanary@example.com",
    "010-0177",
    "0100177",
    "Zqxstreet",
    "Zqxcity",
    "zqxnotes",
)
_REDIS_DATABASES = 16
PERSON = {
    "name": {"first_name": "Zqxcanarella", "last_name": "Zqxcanarsson"},
    "reach": {"phone": "(555) 010-0177", "email": "zqxcanary@example.com"},
}


def found_in(raw: bytes) -> list[str]:
    """The canaries that stand in these bytes, in whatever case."""
    lower = raw.lower()
    return [word for word in WORDS if word.lower().encode() in lower]


def in_files(*folders: Path) -> dict[str, list[str]]:
    """By file: every byte of it is read, log of the database and write-ahead log too."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = {str(path): found_in(_bytes(path)) for path in files}
    return {path: words for path, words in found.items() if words}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a file of the database's own that came and went
        return b""


def in_database(engine: Engine) -> dict[str, list[str]]:
    """By table: each row as text, as the stolen dump would have it."""
    with engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        rows = {
            table: "\n".join(connection.scalars(text(f'SELECT t::text FROM "{table}" t'))) for table in tables
        }
    found = {table: found_in(said.encode()) for table, said in rows.items()}
    return {table: words for table, words in found.items() if words}


def in_sealed(engine: Engine) -> dict[str, list[str]]:
    """By table: what whoever has the keys could open."""
    found: dict[str, list[str]] = {}
    for one in sealed_tables():
        columns = [one.table.c[f"{name}_sealed"] for name in one.names]
        with transaction() as session:
            rows = session.execute(select(one.table.c.id, *columns)).all()
        opened = "\n".join(
            keyring(needs=value[0]).open(value, bound_to=bound_to(one.table.name, name, row_id))
            for row_id, *values in rows
            for name, value in zip(one.names, values, strict=True)
            if value is not None
        )
        if words := found_in(opened.encode()):
            found[one.table.name] = words
    return found


def in_redis(url: str) -> list[str]:
    """Keys and values of every database of that server, as it would dump them."""
    raw = b""
    with Redis.from_url(url, single_connection_client=True) as redis:
        redis.config_set("rdbcompression", "no")
        for number in range(_REDIS_DATABASES):
            redis.execute_command("SELECT", number)
            raw += b"\n".join(key + (redis.dump(key) or b"") for key in redis.scan_iter("*"))
    return found_in(raw)


def data_directory(engine: Engine) -> Path:
    """Where the database keeps its files, with everything it has in memory written to them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text("CHECKPOINT"))
        return Path(connection.scalar(text("SHOW data_directory")) or "")


def new_temporary_files(since: float) -> Iterable[Path]:
    for path in Path(tempfile.gettempdir()).iterdir():
        if path.is_file() and path.stat().st_mtime >= since:
            yield path


@contextmanager
def logged() -> Iterator[StringIO]:
    """What the product's own handler writes meanwhile, whichever logger said it."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Formatter("web"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    for line in out.getvalue().splitlines():
        json.loads(line)
