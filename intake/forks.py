"""Start a Python program as a copy of this process, which has loaded what the program needs.

Five parts of the product load the same second's worth of modules: loaded once and copied, they start
and come back at once, and share the memory. Linux only, and from a process with one Python thread.
"""

import atexit
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

_POLL_SECONDS = 0.02
_OUR_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Fork:
    """A running copy: what `subprocess.Popen` is for a new process, as far as a Child needs it."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative for the signal that ended it; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(_POLL_SECONDS)
        return code

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sign)


def fork(program: Sequence[str], log: BinaryIO, *, keep: Sequence[int], first: Callable[[], None]) -> Fork:
    """Run `program`, a module's name and its arguments, in a copy of this process.

    It has a session of its own, prints to `log`, and holds no other open file than those of `keep`.
    `first` runs in it before anything else.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Fork(pid)
    _become(program, log.fileno(), keep, first)


def _become(program: Sequence[str], log: int, keep: Sequence[int], first: Callable[[], None]) -> NoReturn:
    """Never comes back to the frames below, which belong to the process that was copied."""
    try:
        os.setsid()
        for sign in _OUR_SIGNALS:
            signal.signal(sign, signal.SIG_DFL)
        first()
        _take_over_files(log, keep)
        sys.argv[:] = program
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    finally:
        _leave()


def _take_over_files(log: int, keep: Sequence[int]) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for there, here in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(there, here)
    start = 3
    for held in (*sorted(keep), os.sysconf("SC_OPEN_MAX")):
        os.closerange(start, held)
        start = held + 1
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115 - for the life of this process
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115


def _leave() -> NoReturn:
    """End here as a program does, with what is being raised; as multiprocessing ends its own copies."""
    code = 1
    try:
        code = _exit_code(sys.exception())
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _exit_code(raised: BaseException | None) -> int:
    """Says to stderr what a program that ends so says."""
    if raised is None:
        return 0
    if not isinstance(raised, SystemExit):
        sys.excepthook(type(raised), raised, raised.__traceback__)
        return 1
    if raised.code is None or isinstance(raised.code, int):
        return raised.code or 0
    print(raised.code, file=sys.stderr)
    return 1
