"""A migration up and down while families press Send, the code of before and of now side by side."""

import io
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from alembic.script import ScriptDirectory

from intake import machine
from intake.children import Child
from intake.cli.up import readiness
from intake.config import ROOT
from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, experiment
from tests.chaos.pressure import Pressure
from tests.chaos.system import PARTS, System, outside, start_parts, system
from tests.chaos.visitors import Door

TREES = ("intake", "workers", "templates", "migrations", "pyproject.toml")
PER_SECOND = 20.0
LEADS = 1000
DRAIN_SECONDS = 2.0
SLOWEST_SECONDS = 5.0
MIGRATED_SECONDS = 30.0
NEW = ("web", "worker", "mailer", "relay")
Step = tuple[float, Callable[[], None]]


@experiment
def migration(given: Given) -> Rows:
    """Up and down one version under 20 posts a second; old and new code serve at once, and none fails."""
    old = old_code(given.home / "old")
    with system(given.home / "system", parts=()) as running:
        mixed = Mixed(running, old)
        mixed.migrate("downgrade", "--", "-1")
        start_parts(running, PARTS, mixed.as_of_old)
        pressure = Pressure("migration", running, given, LEADS, PER_SECOND, route=mixed.door)
        pressure.press(mixed)
        mixed.finish()
        return [
            Figure("migration: slowest of the migrations", max(mixed.seconds), "s", MIGRATED_SECONDS),
            Figure("migration: posts to the code of now", mixed.to_new, "posts", 100, at_least=True),
            *pressure.answers(slowest=SLOWEST_SECONDS),
            *pressure.rows(),
        ]


def old_code(place: Path) -> Path:
    """The product as it was before the newest migration, out of the repository's history."""
    newest = ScriptDirectory(str(ROOT / "migrations")).get_revision("head").path
    added = _git("log", "--diff-filter=A", "--format=%H", "-n", "1", "--", newest).decode().strip()
    if not added:
        raise FileNotFoundError("The code of before is read from git, and this folder has no history")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", f"{added}~1", *TREES))) as tree:
        tree.extractall(place, filter="data")
    shutil.copytree(ROOT / "intake/static/built", place / "intake/static/built")
    return place


def _git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=True).stdout


@dataclass
class Mixed:
    """What happens when, and which web a family comes to: as a front server would decide."""

    running: System
    old: Path
    seconds: list[float] = field(default_factory=list)
    new_port: int = field(default_factory=machine.free_port)
    welcome: bool = False
    serving: bool = False
    to_new: int = 0
    looked: float = 0.0
    late: float = 0.0

    def __post_init__(self) -> None:
        self.steps: list[Step] = [
            (5.0, lambda: self.migrate("upgrade")),
            (8.0, self.start_new),
            (24.0, self.leave_new),
            (24.0 + DRAIN_SECONDS, self.stop_new),
            (28.0, lambda: self.migrate("downgrade", "--", "-1")),
            (34.0, lambda: self.migrate("upgrade")),
            (36.0, self.start_new),
        ]

    def __call__(self, elapsed: float) -> None:
        """What follows waits as long as the new web needs to serve."""
        if self.welcome and not self.serving:
            self.serving = bool(readiness(self.new_port))
            self.late += elapsed - self.looked
        self.looked = elapsed
        while self.steps and elapsed >= self.steps[0][0] + self.late:
            self.steps.pop(0)[1]()

    def finish(self) -> None:
        self(float("inf"))

    def door(self, number: int) -> Door:
        new = self.serving and number % 2 == 1
        self.to_new += new
        return Door(self.new_port if new else self.running.port)

    def migrate(self, *words: str) -> None:
        started = time.monotonic()
        done = self.running.advocate("db", *words)
        assert done.returncode == 0, done.stderr
        self.seconds.append(time.monotonic() - started)

    def as_of_old(self, child: Child) -> None:
        child.command = ["env", f"--chdir={self.old}", *child.command]

    def start_new(self) -> None:
        here = replace(self.running.here, port=self.new_port)
        for child in machine.parts(here, outside(self.running)):
            if child.name in NEW:
                child.name = f"new-{child.name}"
                child.command = [str(word).replace("main@", "new@") for word in child.command]
                self.running.down.discard(child.name)
                self.running.supervisor.start(child)
        self.welcome = True

    def leave_new(self) -> None:
        """No more families to it; those it has are served."""
        self.welcome = self.serving = False

    def stop_new(self) -> None:
        for name in NEW:
            self.running.down.add(f"new-{name}")
            self.running.child(f"new-{name}").stop()
            del self.running.supervisor.children[f"new-{name}"]
