"""Child processes of one machine: start them so that none outlives us, stop them in order.

On Linux the kernel signals a child when the thread that started it ends, so every child has to be
started from the main thread. Elsewhere an orphan after `kill -9` of this process is possible.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from intake.errors import AdvocateDeskError
from intake.forks import Fork, fork

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
LAST_LINES = 5
LAST_BYTES = 20_000
_ERROR = re.compile(r"[\w.]*(Error|Exception)\b")
READY_SECONDS = 300.0  # after a crash a server replays its log before it answers
DEATHS_ALLOWED = 5
DEATHS_WITHIN = 30.0  # seconds
FIRST_BACKOFF = 0.2  # seconds, doubled at every death
LONGEST_BACKOFF = 5.0  # seconds


class ChildFailed(AdvocateDeskError):
    """A child process ended or was not ready in time; the message names it and its log."""


def follow_parent(parent: int, sign: int) -> None:
    """Ask the kernel to send `sign` to this process when `parent` ends; end now when it has ended."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(sign))
    if os.getppid() != parent:
        os._exit(1)


def _tie_to(parent: int, sign: int) -> Callable[[], None]:
    return lambda: follow_parent(parent, sign)


def _be_called(name: str) -> None:
    """So that `ps` tells the copies of one process apart."""
    if _libc is not None:
        _libc.prctl(_PR_SET_NAME, name.encode())


@dataclass
class Child:
    """One process: `grace` is the seconds it gets between its stop signal and SIGKILL.

    Neighbours of one `group` are asked to stop together. What it prints goes to `log`. A `copied` child
    runs the module of its command, `python -m module ...`, in a copy of this process, whose environment
    it has.
    """

    name: str
    command: Sequence[str]
    log: Path
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    group: str = ""
    env: Mapping[str, str] | None = None
    run_as: str | None = None
    ready: Callable[[], bool] = lambda: True
    pass_fds: tuple[int, ...] = ()
    copied: bool = False
    asked: bool = field(default=False, repr=False)
    process: subprocess.Popen[bytes] | Fork | None = field(default=None, repr=False)

    def start(self, *, pass_fds: Sequence[int] = ()) -> None:
        """Start it in a session of its own: Ctrl-C in the terminal is for the supervisor alone."""
        self.pass_fds = tuple(pass_fds) or self.pass_fds
        self.asked = False
        with self.log.open("ab") as log:
            self.process = self._copy(log) if self.copied else self._new(log)

    def _copy(self, log: BinaryIO) -> Fork:
        _, _, *program = self.command
        tie = _tie_to(os.getpid(), self.stop_signal)

        def first() -> None:
            tie()
            _be_called(self.name)

        return fork(program, log, keep=self.pass_fds, first=first)

    def _new(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=self.pass_fds,
            env=self.env,
            user=self.run_as,
            extra_groups=[] if self.run_as else None,
            start_new_session=True,
            preexec_fn=_tie_to(os.getpid(), self.stop_signal),  # noqa: PLW1509 - one thread starts all
        )

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before it was started."""
        return self.process.poll() if self.process else None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_group(self, sign: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, sign)
        except ProcessLookupError:
            return

    def ask_to_stop(self) -> None:
        """Send the stop signal, once: a second one makes some servers drop their work."""
        if self.process is not None and self.process.poll() is None and not self.asked:
            self.asked = True
            self.process.send_signal(self.stop_signal)

    def stop(self) -> bool:
        """Stop it and wait; False when it had to be killed."""
        if self.process is None:
            return True
        self.ask_to_stop()
        try:
            self.process.wait(self.grace)
            return True
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def kill(self) -> None:
        """SIGKILL to the process and its group, as an out-of-memory kill would."""
        self.signal_group(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def restart(self) -> None:
        """Stop it if it runs, start it again and wait until it is ready."""
        self.stop()
        self.start()
        self.wait_ready()

    def wait_ready(self, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Wait until it answers; raise ChildFailed when it ends first or READY_SECONDS pass."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.ready():
            if not self.alive:
                raise self.failed(f"ended with exit code {self.exit_code}")
            if time.monotonic() > deadline:
                raise self.failed(f"was not ready within {READY_SECONDS:.0f} seconds")
            pause(0.02)

    def last_words(self) -> str:
        """The end of the log, led by the last error before it: gunicorn says much after a traceback."""
        if not self.log.exists():
            return ""
        lines = self.log.read_bytes()[-LAST_BYTES:].decode(errors="replace").splitlines()
        error = [line for line in lines[:-LAST_LINES] if _ERROR.match(line)][-1:]
        return "\n".join(error + lines[-LAST_LINES:])

    def failed(self, what: str) -> ChildFailed:
        return ChildFailed(f"{self.name} {what}. Its log is {self.log}; the last lines:\n{self.last_words()}")


class Supervisor:
    """The children of this process, stopped in the reverse of the order in which they were added.

    Every child inherits the open file `held`: a lock on it ends with the last of them. `pause` waits
    while a child gets ready, and may raise to give up.
    """

    def __init__(
        self, logs: Path, *, held: int | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.logs = logs
        self.pause = pause
        self.pass_fds = () if held is None else (held,)
        self.children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def start(self, child: Child) -> Child:
        """Start it and wait until it is ready. Raises ChildFailed."""
        self.children[child.name] = child
        child.start(pass_fds=self.pass_fds)
        child.wait_ready(pause=self.pause)
        return child

    def dead(self) -> list[Child]:
        return [child for child in self.children.values() if not child.alive]

    def stop_all(self) -> list[str]:
        """Stop every child in order; returns the names of those that had to be killed."""
        killed: list[str] = []
        for _, group in groupby(
            reversed(self.children.values()), key=lambda child: child.group or child.name
        ):
            members = list(group)
            for child in members:
                child.ask_to_stop()
            killed += [child.name for child in members if not child.stop()]
        return killed


@dataclass
class Keeper:
    """Brings back children that die, and gives up on one that keeps dying."""

    supervisor: Supervisor
    tell: Callable[[str], None]
    deaths: dict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=DEATHS_ALLOWED))
    )
    due: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        """Note new deaths, restart what is due. Raises ChildFailed for one that died too often."""
        now = time.monotonic()
        for child in self.supervisor.dead():
            if child.name not in self.due:
                self.due[child.name] = now + self._note_death(child, now)
            elif now >= self.due[child.name]:
                del self.due[child.name]
                child.start()

    def _note_death(self, child: Child, now: float) -> float:
        """Seconds to wait before the restart. What is left of its group would hold its port."""
        child.signal_group(signal.SIGKILL)
        died = self.deaths[child.name]
        died.append(now)
        if len(died) == DEATHS_ALLOWED and now - died[0] <= DEATHS_WITHIN:
            raise child.failed(
                f"died {DEATHS_ALLOWED} times within {DEATHS_WITHIN:.0f} seconds, so everything stops"
            )
        lately = sum(now - moment <= DEATHS_WITHIN for moment in died)
        wait = min(FIRST_BACKOFF * 2.0 ** (lately - 1), LONGEST_BACKOFF)
        self.tell(f"{child.name} ended with exit code {child.exit_code}; starting it again in {wait:.1f} s")
        return wait
