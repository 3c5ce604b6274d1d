"""Every point at which a process can be stopped, and a fork of this one that stops at the n-th.

Points are each SQL statement, each commit (before and after), each word to and from the mail server, each
message to Redis. A run that stops nowhere counts them, so that a new one in the product joins by itself.
"""

import json
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from intake import db
from intake.config import Settings
from workers.mailings import smtp_session

CRASHED = 137
# Seconds; a worker's own bound is longer, and a test should not wait for it.
LONGEST_TRANSACTION = 15
Act = Callable[[], None]
Work = Callable[["Points"], None]


def crash() -> None:
    """As `kill -9` does: no rollback, no goodbye."""
    os._exit(CRASHED)


def stop() -> None:
    """Stand still until somebody continues us: a worker that is a zombie by then."""
    os.kill(os.getpid(), signal.SIGSTOP)


@dataclass
class Points:
    at: int | None
    act: Act
    names: list[str] = field(default_factory=list)

    def reach(self, name: str) -> None:
        self.names.append(name)
        if self.at == len(self.names) - 1:
            self.act()

    def install(self, engine: Engine) -> None:
        def statement(*given: Any) -> None:
            self.reach(f"statement {' '.join(given[2].split()[:3])}")

        event.listen(engine, "before_cursor_execute", statement)
        event.listen(engine, "commit", lambda _: self.reach("before commit"))
        event.listen(Session, "after_commit", lambda _: self.reach("after commit"))
        for name in ("send", "getreply"):
            self.around(smtp_session.Session, name)

    def around(self, owner: Any, name: str) -> None:
        """A point before and one after each call of `owner.name`."""
        real = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            self.reach(f"before {name}")
            answer = real(*given, **named)
            self.reach(f"after {name}")
            return answer

        setattr(owner, name, wrapped)


def forked(work: Work, *, at: int | None, act: Act = crash, says: int = 2) -> int:
    """Run `work` in a child with connections of its own; returns the child's id at once.

    Stopping nowhere (`at` None) it writes the names of its points to the open file `says`.
    """
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        points = Points(at, act)
        engine = db.connect(Settings.from_env(), pool_size=4, longest_transaction=LONGEST_TRANSACTION)
        points.install(engine)
        work(points)
        if at is None:
            os.write(says, json.dumps(points.names).encode())
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def count(work: Work) -> list[str]:
    """The names of the points that `work` passes."""
    reads, says = os.pipe()
    pid = forked(work, at=None, says=says)
    os.close(says)
    with os.fdopen(reads) as said:
        names: list[str] = json.loads(said.read())
    os.waitpid(pid, 0)
    return names


def ended(pid: int) -> int:
    """Wait for the child's end; its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def stands(pid: int) -> bool:
    """Wait until the child ends or stands still; whether it stands still."""
    return os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
