"""`advocate up`: run the whole product on this machine until it is told to stop."""

import errno
import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import FrameType

import click

from intake import embedded, machine
from intake.children import Child, ChildFailed, Keeper, Supervisor, follow_parent
from intake.config import ROOT
from intake.errors import AdvocateDeskError
from intake.machine import Machine

READY_WITHIN = 120.0  # seconds


class Stopped(Exception):
    """Somebody asked us to stop: not an error."""


@dataclass
class Wish:
    """Set by Ctrl-C, SIGTERM and SIGHUP."""

    to_stop: bool = False

    def listen(self) -> None:
        signal.signal(signal.SIGINT, self._noted)
        signal.signal(signal.SIGTERM, self._noted)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._noted)

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self.to_stop = True

    def obey(self, seconds: float) -> None:
        """Wait a little; raises Stopped when we are to stop."""
        if self.to_stop:
            raise Stopped
        time.sleep(seconds)


@click.command()
@click.option("--port", envvar="PORT", type=click.IntRange(1, 65535), default=8765, show_default=True)
@click.option("--with-parent", is_flag=True, help="Stop when the process that started this one ends.")
@click.option("--production", is_flag=True, help="Refuse to start unless it can serve real families.")
def command(port: int, with_parent: bool, production: bool) -> None:
    """Run everything on this machine: database, broker, web, workers and a mail catcher.

    Data lies in .advocate, or where ADVOCATE_HOME says. Ctrl-C stops everything; the data stays.
    """
    wish = Wish()
    wish.listen()
    if with_parent:
        follow_parent(os.getppid(), signal.SIGTERM)
    home = Path(os.environ.get("ADVOCATE_HOME") or ROOT / ".advocate").resolve()
    here = Machine(home=home, port=port, mail_port=machine.free_port(), outside=dict(os.environ))
    if production:
        machine.refuse_trial(here)
    try:
        run(here, wish)
    except Stopped:
        say("Stopped. The data is kept.")


def run(here: Machine, wish: Wish) -> None:
    """Start, watch and at the end stop every part. Raises Stopped, or ChildFailed with what to read."""
    machine.prepare(here)
    with only_one(here.home, here.url), children_lock(here.home, wish) as held:
        check_port(here.port)
        supervisor = Supervisor(here.logs, held=held, pause=wish.obey)
        try:
            start(here, supervisor, wish)
            watch(here, supervisor, wish)
        finally:
            say("Stopping ...")
            machine.remove_services(here)
            for name in supervisor.stop_all():
                say(f"{name} did not stop in time and was killed")
            embedded.remove_socket_directory(here.home)


def start(here: Machine, supervisor: Supervisor, wish: Wish) -> None:
    say("Starting ...")
    database_url = embedded.start_postgres(here.home, supervisor)
    broker_url, limits_url = embedded.start_valkey(here.home, supervisor)
    settings = machine.settings_of(
        here, database_url=database_url, broker_url=broker_url, limits_url=limits_url
    )
    machine.write_services(here, settings)
    env = machine.child_environment(here, settings)
    if not machine.is_current(here, database_url):
        bring_up_to_date(here, env, wish)
        machine.mark_current(here, database_url)
    machine.forget_heartbeats(database_url)
    for child in machine.front(here, env):
        supervisor.start(child)
    load_work(env)  # while the web loads what is its own
    for child in machine.work(here, env):
        supervisor.start(replace(child, copied=True))


def load_work(env: dict[str, str]) -> None:
    """Take on the environment of the parts and load what those share that work."""
    os.environ.clear()
    os.environ.update(env)
    import_module("workers.loaded")


def bring_up_to_date(here: Machine, env: dict[str, str], wish: Wish) -> None:
    """Migrate the database and, in a sample organisation, load the samples."""
    run_once(machine.part(here, "migrate", ["-m", "intake.cli", "db", "upgrade"], env), wish)
    if here.sample:
        run_once(machine.part(here, "sample", ["-m", "intake.cli", "sample", "load"], env), wish)


def run_once(child: Child, wish: Wish) -> None:
    """Run a command to its end; raises ChildFailed when it fails."""
    child.start()
    try:
        while child.alive:
            wish.obey(0.02)
    finally:
        child.stop()
    if child.exit_code != 0:
        raise child.failed(f"ended with exit code {child.exit_code}")


def watch(here: Machine, supervisor: Supervisor, wish: Wish) -> None:
    """Tell when everything is ready, and keep it so until we are to stop."""
    keeper = Keeper(supervisor, say)
    await_ready(here, keeper, wish)
    for line in greeting(here):
        say(line)
    while True:
        keeper.look()
        wish.obey(0.2)


def await_ready(here: Machine, keeper: Keeper, wish: Wish) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while (answer := readiness(here.port)).get("status") != "ready":
        if time.monotonic() > deadline:
            raise ChildFailed(
                f"Not ready after {READY_WITHIN:.0f} seconds: {answer}. The logs are in {here.logs}"
            )
        keeper.look()
        wish.obey(0.05)


def readiness(port: int) -> dict[str, object]:
    """What /readyz says; empty while the web does not answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/readyz")
        found = json.loads(line.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        line.close()
    return found if isinstance(found, dict) else {}


def greeting(here: Machine) -> list[str]:
    lines = [f"Ready.  Site     {here.url}/", f"        Console  {here.url}/console/"]
    if here.catches_mail:
        lines.append(f"        Mail     lands in {here.mail} (a Maildir); none leaves this machine")
    if here.sample:
        lines += ["Sample accounts:", *(account_line(account) for account in sample_accounts(here))]
    return [*lines, "Ctrl-C stops everything; the data stays."]


def sample_accounts(here: Machine) -> list[dict[str, str]]:
    found = json.loads(here.accounts.read_text())
    return found if isinstance(found, list) else []


def account_line(account: dict[str, str]) -> str:
    secret = account.get("totp_secret")
    line = f"  {account['role']:<11} {account['email']}  password {account['password']}"
    return f"{line}  TOTP secret {secret}" if secret else line


def check_port(port: int) -> None:
    """Raises ChildFailed when the web port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as wrong:
            why = "busy" if wrong.errno == errno.EADDRINUSE else "not allowed"
            other = 8800 if port != 8800 else 8801
            raise PortBusy(f"Port {port} is {why}. Choose another: make up PORT={other}") from wrong


class PortBusy(AdvocateDeskError):
    """Another program listens there, or the port needs a privilege."""


class AlreadyRunning(AdvocateDeskError):
    """Another supervisor holds this data."""


@contextmanager
def only_one(home: Path, url: str) -> Iterator[None]:
    """Hold the lock of this data; raises AlreadyRunning when another supervisor has it."""
    with (home / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as wrong:
            lock.seek(0)
            raise AlreadyRunning(
                f"Already running on {home} ({lock.read().strip() or 'starting'}). "
                "Stop it with Ctrl-C there first, or set ADVOCATE_HOME to keep other data beside it."
            ) from wrong
        lock.truncate(0)
        lock.write(f"{url}, process {os.getpid()}")
        lock.flush()
        yield


@contextmanager
def children_lock(home: Path, wish: Wish) -> Iterator[int]:
    """A lock that the children hold with us: after `kill -9` it tells when the last of them has ended."""
    with (home / "children.lock").open("a") as lock:
        told = False
        while not _taken(lock.fileno()):
            if not told:
                say("Waiting for the parts of an earlier run to end ...")
            told = True
            wish.obey(0.1)
        yield lock.fileno()


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def say(line: str) -> None:
    """Print; a terminal that has gone away must not keep us from stopping the children."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of this process
