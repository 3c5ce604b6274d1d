"""The product as processes of our own, each of which can be killed, stopped and brought back."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine

from intake import db, embedded, machine
from intake.children import Child, ChildFailed, Supervisor
from intake.config import Settings
from intake.machine import Machine
from tests.chaos.sink import taken

READY_SECONDS = 90.0
LOOK_SECONDS = 0.05
SERVERS = ("postgres", "valkey")
PARTS = ("web", "relay", "worker", "mailer", "quarantine", "beat")
Change = Callable[[Child], None]


@dataclass
class System:
    """Everything under one home directory, watched from the main thread: children die with it."""

    home: Path
    supervisor: Supervisor
    here: Machine
    settings: dict[str, str] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)
    engine: Engine | None = None

    @property
    def port(self) -> int:
        return self.here.port

    @property
    def dsn(self) -> str:
        return self.settings["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://", 1)

    @property
    def mail_log(self) -> Path:
        """Beside the system, not in it: what was taken outside does not depend on its disk."""
        return self.home.parent / "mails.jsonl"

    @property
    def mails(self) -> list[dict[str, str]]:
        """What the mail server took."""
        return taken(self.mail_log)

    def child(self, name: str) -> Child:
        return self.supervisor.children[name]

    def keep(self) -> None:
        """Start again whatever died, unless it is held down."""
        for child in self.supervisor.dead():
            if child.name not in self.down:
                child.signal_group(signal.SIGKILL)
                child.start()

    def kill(self, name: str) -> bool:
        """SIGKILL to the part and all its processes; False when it was dead already."""
        child = self.child(name)
        if not child.alive or child.pid is None:
            return False
        # PostgreSQL's backends lead groups of their own.
        for pid in [*_descendants(child.pid), child.pid]:
            _send(pid, signal.SIGKILL)
        child.kill()
        self.kills[name] += 1
        return True

    def hold_down(self, name: str) -> None:
        self.down.add(name)
        self.child(name).kill()

    def let_up(self, name: str) -> None:
        self.down.discard(name)

    def send(self, name: str, sign: int) -> None:
        """A signal to every process of a part."""
        self.child(name).signal_group(sign)

    def watch(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep everything alive for so long, or until the condition holds; say whether it did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.keep()
            if until():
                return True
            time.sleep(LOOK_SECONDS)
        return until()

    def quiesce(self, seconds: float = 120.0) -> float:
        """Wait until nothing is due or under way; the seconds it took, more than given when it did not."""
        started = time.monotonic()
        asked = [0.0]

        def quiet() -> bool:
            if time.monotonic() - asked[0] < 0.5:
                return False
            asked[0] = time.monotonic()
            return self.open_work() == 0

        self.watch(seconds, quiet)
        return time.monotonic() - started

    def open_work(self) -> int:
        """Rows of work that are due or under way; -1 while the database is away."""
        wanted = """SELECT count(*) FROM outbox_task WHERE state IN ('due', 'leased')
            AND due_at <= now() AND event <> 'canary.sent'"""
        found = self.ask(wanted)
        return int(found[0][0]) if found else -1

    def ask(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        """Rows of a query over a connection of its own; empty while the database is away."""
        try:
            with psycopg.connect(self.dsn, connect_timeout=3, autocommit=True) as line:
                cursor = line.execute(query, given)
                return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            return []

    def advocate(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "intake.cli", *words]
        env = machine.child_environment(self.here, self.settings)
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=180)

    def check(self) -> dict[str, Any]:
        """What `advocate check` says."""
        said: dict[str, Any] = json.loads(self.advocate("check", "--json").stdout)
        return said

    def use_database(self) -> None:
        """Let this process's own sessions reach the product's database."""
        for name, value in self.settings.items():
            os.environ[name] = value
        self.engine = db.connect(Settings.from_env(self.settings), pool_size=4)

    def stop(self) -> None:
        if self.engine is not None:
            self.engine.dispose()
        for name in self.supervisor.children:
            self.send(name, signal.SIGCONT)
        self.supervisor.stop_all()
        embedded.remove_socket_directory(self.home)


@contextmanager
def system(home: Path, *, parts: tuple[str, ...] = PARTS, **changes: str) -> Iterator[System]:
    """Servers and mail sink, the database migrated and filled, `parts` running. `changes` are settings."""
    supervisor = Supervisor(home / "logs")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ADVOCATE")}
    here = Machine(home=home, port=machine.free_port(), mail_port=machine.free_port(), outside=outside)
    running = System(home, supervisor, here)
    try:
        machine.prepare(here)
        start_servers(running, changes)
        start_parts(running, parts)
        yield running
    finally:
        running.stop()


def start_servers(running: System, changes: Mapping[str, str]) -> None:
    """PostgreSQL, Valkey, the mail sink; then the tables and the samples."""
    home, supervisor = running.home, running.supervisor
    database_url = embedded.start_postgres(home, supervisor)
    broker_url, limits_url = embedded.start_valkey(home, supervisor)
    told = machine.settings_of(
        running.here, database_url=database_url, broker_url=broker_url, limits_url=limits_url
    )
    running.settings = {**told, **changes}
    sink = ["-m", "tests.chaos.sink", str(running.here.mail_port), str(running.mail_log)]
    supervisor.start(machine.part(running.here, "sink", sink, outside(running)))
    for words in (("db", "upgrade"), ("sample", "load")):
        done = running.advocate(*words)
        if done.returncode != 0:
            raise ChildFailed(f"advocate {' '.join(words)} failed: {done.stderr}")
    running.use_database()


def outside(running: System) -> dict[str, str]:
    return machine.child_environment(running.here, running.settings)


def start_parts(running: System, names: tuple[str, ...], change: Change = lambda child: None) -> None:
    """Start parts of the product and wait until /readyz names none of them as missing."""
    for child in machine.parts(running.here, outside(running)):
        if child.name in names:
            change(child)
            running.supervisor.start(child)
    if "web" in names and not running.watch(READY_SECONDS, lambda: readiness(running, names)):
        raise ChildFailed(f"not ready within {READY_SECONDS:.0f} s: the logs are in {running.here.logs}")


def readiness(running: System, names: tuple[str, ...]) -> bool:
    from intake.cli.up import readiness as asked

    said = asked(running.port)
    return bool(said) and all(said.get(name, "ok") == "ok" for name in names)


def _descendants(pid: int) -> list[int]:
    """Children and their children, by /proc."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in found for each in (int(child), *_descendants(int(child)))]


def _send(pid: int, sign: int) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
