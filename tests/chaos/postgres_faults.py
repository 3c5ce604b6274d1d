"""PostgreSQL: backends terminated, a table locked, connections exhausted, the disk full."""

import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.chaos.experiment import Given, Rows, experiment
from tests.chaos.pressure import Between, Every, Pressure
from tests.chaos.system import system

LEADS = 200
UNAVAILABLE = frozenset({503})
SLOWEST_SECONDS = 5.0
FULL_SECONDS = 20.0


@experiment
def backends_terminated(given: Given) -> Rows:
    """Every connection of the product is ended every two seconds."""
    with system(given.home / "system") as running:
        pressure = Pressure("backends ended", running, given, LEADS)
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'advocate'"
        pressure.press(Every(2.0, lambda: running.ask(end)))
        unknown = int(running.ask("SELECT count(*) FROM mailing")[0][0])
        return [
            *pressure.answers(slowest=SLOWEST_SECONDS, others=UNAVAILABLE),
            *pressure.rows(unknown_at_most=unknown // 100),
        ]


@experiment
def table_locked(given: Given) -> Rows:
    """Somebody locks the leads for 30 seconds."""
    with system(given.home / "system") as running:
        pressure = Pressure("table locked", running, given, LEADS, 5.0)
        locks: list[psycopg.Connection[object]] = []

        def lock() -> None:
            locks.append(psycopg.connect(running.dsn))
            locks[0].execute("LOCK TABLE lead IN ACCESS EXCLUSIVE MODE")

        held = Between(3.0, 33.0, lock, lambda: locks.pop().close())
        pressure.press(held)
        held.finish()
        return [*pressure.answers(slowest=SLOWEST_SECONDS, others=UNAVAILABLE), *pressure.rows()]


@experiment
def connections_exhausted(given: Given) -> Rows:
    """Others hold every connection for 20 seconds, and the product's own were ended."""
    with system(given.home / "system") as running:
        pressure = Pressure("no connections", running, given, LEADS)
        taken: list[psycopg.Connection[object]] = []

        def take() -> None:
            running.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'advocate'"
            )
            with suppress(psycopg.OperationalError):
                while True:
                    taken.append(psycopg.connect(running.dsn, connect_timeout=3))

        def free() -> None:
            while taken:
                taken.pop().close()

        held = Between(3.0, 23.0, take, free)
        pressure.press(held)
        held.finish()
        return [
            *pressure.answers(slowest=SLOWEST_SECONDS, others=UNAVAILABLE),
            *pressure.rows(unknown_at_most=2),
        ]


@experiment
def disk_full(given: Given) -> Rows:
    """Data, append-only file, logs and mail on one small disk with no byte left for 20 seconds."""
    home = given.home / "system"
    home.mkdir(parents=True)
    with _Disk(home, megabytes=700), system(home) as running:
        pressure = Pressure("disk full", running, given, LEADS)
        held = _full_for(home, FULL_SECONDS)
        pressure.press(held)
        held.finish()
        # While PostgreSQL is down the answer may take its connect timeout.
        return [
            *pressure.answers(slowest=SLOWEST_SECONDS, others=UNAVAILABLE),
            *pressure.rows(unknown_at_most=8),
        ]


@experiment
def log_disk_full(given: Given) -> Rows:
    """Only the logs have no room: intake goes on as if nothing were."""
    logs = given.home / "system" / "logs"
    logs.mkdir(parents=True)
    with _Disk(logs, megabytes=4), system(given.home / "system") as running:
        pressure = Pressure("log disk full", running, given, LEADS)
        held = _full_for(logs, FULL_SECONDS)
        pressure.press(held)
        held.finish()
        return [*pressure.answers(slowest=SLOWEST_SECONDS), *pressure.rows()]


class _Disk:
    """A small disk of its own at `place`, in memory; needs the right to mount."""

    def __init__(self, place: Path, *, megabytes: int) -> None:
        self.place, self.size = place, megabytes

    def __enter__(self) -> None:
        options = ["-t", "tmpfs", "-o", f"size={self.size}m,mode=0700", "tmpfs", str(self.place)]
        subprocess.run(["mount", *options], check=True)

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)


def _full_for(place: Path, seconds: float) -> Between:
    ballast = place / "ballast"

    def fill() -> None:
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(1_000_000)):
                pass
        with suppress(OSError), ballast.open("ab", buffering=0) as file:
            while file.write(bytes(512)):
                pass

    return Between(3.0, 3.0 + seconds, fill, ballast.unlink)
