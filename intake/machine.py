"""The whole product on one machine: where its files lie, what its parts are told, which parts there are.

Everything stands under one home directory (`.advocate` in the checkout). `services.json` in it holds
the environment of the running parts, so that commands typed in the checkout find them.
"""

import hashlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from intake.children import Child
from intake.config import ROOT, SAMPLE_ORGANISATION
from intake.crypto import create_keyring
from intake.errors import ConfigError

LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside at the next start
_SOURCES = ("intake", "migrations", "workers")
_SUFFIXES = {".py", ".toml", ".json", ".csv"}
_QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


@dataclass(frozen=True)
class Machine:
    """One home directory and the web port; `outside` is the environment that `advocate up` was given."""

    home: Path
    port: int
    mail_port: int
    outside: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def sample(self) -> bool:
        """A sample organisation until `advocate setup` has written a real one."""
        return not self.organisation.exists()

    @property
    def organisation(self) -> Path:
        return self.home / "organisation.toml"

    @property
    def accounts(self) -> Path:
        """Where `advocate sample load` keeps the sample accounts."""
        return self.home / "sample_accounts.json"

    @property
    def catches_mail(self) -> bool:
        return self.sample or not self.outside.get("SMTP_HOST")


def refuse_trial(machine: Machine) -> None:
    """Raise ConfigError, naming each thing that is missing before real families can be served."""
    missing = []
    if machine.sample:
        missing.append(f"{machine.organisation} is not there: run `advocate up`, then `advocate setup`")
    if not machine.outside.get("SMTP_HOST"):
        missing.append("SMTP_HOST is not set: mail would be caught here and reach nobody")
    if not machine.outside.get("PUBLIC_URL", "").startswith("https://"):
        missing.append("PUBLIC_URL is not set to the https:// address that families type")
    if missing:
        raise ConfigError(f"Not ready for production. {'. '.join(missing)}.")


def free_port() -> int:
    """A TCP port that is free on 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(machine: Machine) -> None:
    """Make the directories and, the first time, the secrets.

    Raises ConfigError when the home cannot be written, or when its keyring is lost.
    """
    try:
        machine.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        machine.logs.mkdir(exist_ok=True)
    except OSError as wrong:
        where = f"ADVOCATE_HOME names {machine.home}"
        raise ConfigError(f"{where}, which cannot be used: {wrong.strerror}.") from wrong
    for log in machine.logs.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
    _create_secrets(machine.home)


def _create_secrets(home: Path) -> None:
    keyring, secret_key = home / "keyring.json", home / "secret_key"
    if not keyring.exists():
        if (home / "postgres").exists():
            raise ConfigError(
                f"{keyring} is missing, and without it nobody can read {home / 'postgres'}. "
                "Put the keyring back from your backup, or move that directory away to start empty."
            )
        fresh = home / "keyring.json.new"
        fresh.unlink(missing_ok=True)
        create_keyring(fresh)
        fresh.rename(keyring)
    if not secret_key.exists():
        write_private(secret_key, secrets.token_urlsafe(48))


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600; a reader sees the old text or the new, never half."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def settings_of(machine: Machine, *, database_url: str, broker_url: str, limits_url: str) -> dict[str, str]:
    """The environment of every part, as `services.json` holds it."""
    return {
        "ADVOCATE_MODE": "sample" if machine.sample else "production",
        "ADVOCATE_HOME": str(machine.home),
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "LIMITS_URL": limits_url,
        "SECRET_KEY_FILE": str(machine.home / "secret_key"),
        "KEYRING_FILE": str(machine.home / "keyring.json"),
        "ORGANISATION_FILE": _organisation_file(machine),
        "PUBLIC_URL": _public_url(machine),
        "TRUSTED_HOPS": machine.outside.get("TRUSTED_HOPS", "0"),
        **_smtp(machine),
    }


def _organisation_file(machine: Machine) -> str:
    """Another sample may be named; a real organisation is always the one of this home."""
    if not machine.sample:
        return str(machine.organisation)
    return machine.outside.get("ORGANISATION_FILE") or str(SAMPLE_ORGANISATION)


def _public_url(machine: Machine) -> str:
    return machine.url if machine.sample else machine.outside.get("PUBLIC_URL") or machine.url


def _smtp(machine: Machine) -> dict[str, str]:
    if machine.catches_mail:
        return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(machine.mail_port), "SMTP_SECURITY": "none"}
    return {name: value for name, value in machine.outside.items() if name.startswith("SMTP_")}


def child_environment(machine: Machine, settings: Mapping[str, str]) -> dict[str, str]:
    """What a part sees: the outside, less its mail settings, and ours on top."""
    kept = {name: value for name, value in machine.outside.items() if not name.startswith("SMTP_")}
    return {**kept, **settings}


def write_services(machine: Machine, settings: Mapping[str, str]) -> None:
    write_private(machine.home / "services.json", json.dumps(dict(settings), indent=2) + "\n")


def remove_services(machine: Machine) -> None:
    (machine.home / "services.json").unlink(missing_ok=True)


def parts(machine: Machine, env: Mapping[str, str]) -> list[Child]:
    """The parts beside PostgreSQL and Valkey, in the order of their start."""
    return [*front(machine, env), *work(machine, env)]


def front(machine: Machine, env: Mapping[str, str]) -> list[Child]:
    """What listens: the mail catcher, unless mail leaves this machine, and the web."""
    mail = [_mail(machine)] if machine.catches_mail else []
    return [*mail, part(machine, "web", _web(machine), env)]


def work(machine: Machine, env: Mapping[str, str]) -> list[Child]:
    """What does the work behind it. All stand on `workers.app`, and are asked to stop together."""
    commands = {
        "relay": ["-m", "workers.relay"],
        "worker": _worker("main@%h", "matching,callbacks", "threads", "8"),
        # Each send that a killed mailer leaves behind is of unknown fate: no more of them than it needs.
        "mailer": _worker("mail@%h", "mailings", "threads", "4"),
        "quarantine": _worker("quarantine@%h", "quarantine", "solo", "1"),
        "beat": _celery("beat", "-s", str(machine.home / "beat.db"), "--pidfile="),
    }
    return [replace(part(machine, name, command, env), group="work") for name, command in commands.items()]


def part(machine: Machine, name: str, command: list[str], env: Mapping[str, str]) -> Child:
    """A child which runs this Python with `command`."""
    log = machine.logs / f"{name}.log"
    return Child(name, [sys.executable, *command], log, env=env, grace=15.0)


def _mail(machine: Machine) -> Child:
    listen = [
        "-n",
        "-l",
        f"127.0.0.1:{machine.mail_port}",
        "-c",
        "aiosmtpd.handlers.Mailbox",
        str(machine.mail),
    ]
    return part(machine, "mail", ["-m", "aiosmtpd", *listen], machine.outside)


def _web(machine: Machine) -> list[str]:
    shared = Path("/dev/shm")
    scratch = shared if os.access(shared, os.W_OK) else machine.home
    return [
        *("-m", "gunicorn", "intake.web:app", "--bind", f"127.0.0.1:{machine.port}", "--no-control-socket"),
        *("--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "8"),
        *("--graceful-timeout", "5", "--worker-tmp-dir", str(scratch)),
        *("--logger-class", "intake.views.access.AccessLogger", "--access-logfile", "-"),
    ]


def _worker(name: str, queues: str, pool: str, slots: str) -> list[str]:
    return [*_celery("worker", "-P", pool, "-c", slots, "-Q", queues, "-n", name), *_QUIET]


def _celery(command: str, *options: str) -> list[str]:
    return ["-m", "celery", "-A", "workers.app", command, "--loglevel", "WARNING", *options]


def fingerprint() -> str:
    """SHA-256 over the code and data that migrate the database and fill it with samples."""
    digest = hashlib.sha256()
    for top in _SOURCES:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in _SUFFIXES:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(machine: Machine, database_url: str) -> bool:
    """True when this very database was migrated and filled by this very code."""
    stamp = machine.home / "loaded.json"
    if not stamp.exists() or (machine.sample and not machine.accounts.exists()):
        return False
    return bool(stamp.read_text() == _stamp(machine, database_url))


def mark_current(machine: Machine, database_url: str) -> None:
    write_private(machine.home / "loaded.json", _stamp(machine, database_url))


def forget_heartbeats(database_url: str) -> None:
    """So that /readyz speaks of this run: what an earlier one left would count as alive."""
    with _connected(database_url) as session:
        session.execute("delete from heartbeat")


def _connected(database_url: str) -> psycopg.Connection[tuple[object, ...]]:
    url = make_url(database_url)
    return psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database)


def _stamp(machine: Machine, database_url: str) -> str:
    """The code, the cluster and its migration: a restored or emptied database has another stamp."""
    with _connected(database_url) as session:
        cluster = session.execute("select system_identifier from pg_control_system()").fetchone()
        database = session.execute(
            "select oid from pg_database where datname = current_database()"
        ).fetchone()
        known = session.execute("select to_regclass('alembic_version')").fetchone()
        version = (
            session.execute("select version_num from alembic_version").fetchall() if known != (None,) else []
        )
    code = {"code": fingerprint(), "sample": machine.sample}
    return json.dumps({**code, "cluster": cluster, "database": database, "version": version})
