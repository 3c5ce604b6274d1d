"""Child processes of one machine: start them so that none outlives us, stop them in order.

On Linux the kernel signals a child when the thread that started it ends, so every child has to be
started from the main thread. Elsewhere an orphan after `kill -9` of this process is possible.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from intake.errors import AdvocateDeskError

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
LAST_LINES = 5


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


@dataclass
class Child:
    """One process: `grace` is the seconds it gets between its stop signal and SIGKILL."""

    name: str
    command: Sequence[str]
    log: Path
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    env: Mapping[str, str] | None = None
    run_as: str | None = None
    await_ready: Callable[["Child"], None] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C in the terminal is for the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
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
        if self.process is not None and self.process.poll() is None:
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

    def wait_ready(self) -> None:
        if self.await_ready is not None:
            self.await_ready(self)

    def last_words(self) -> str:
        if not self.log.exists():
            return ""
        lines = self.log.read_bytes()[-4000:].decode(errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])

    def failed(self, what: str) -> ChildFailed:
        return ChildFailed(f"{self.name} {what}. Its log is {self.log}; the last lines:\n{self.last_words()}")


def poll_until(child: Child, ready: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait until `ready()`; raise ChildFailed when the child ends first or `seconds` pass."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.alive:
            raise child.failed(f"ended with exit code {child.exit_code}")
        if time.monotonic() > deadline:
            raise child.failed(f"was not ready within {seconds:.0f} seconds")
        time.sleep(0.02)


class Supervisor:
    """The children of this process, stopped in the reverse of the order in which they were added."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def start(self, child: Child) -> Child:
        self.children[child.name] = child
        child.start()
        return child

    def dead(self) -> list[Child]:
        return [child for child in self.children.values() if not child.alive]

    def stop_all(self) -> list[str]:
        """Stop every child in order; returns the names of those that had to be killed."""
        return [child.name for child in reversed(self.children.values()) if not child.stop()]
