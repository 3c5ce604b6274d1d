"""Redis absent, stalled, flushed, full, and wrongly set: latency may change, nothing else."""

import signal
from typing import Any

import redis

from tests.chaos.experiment import Given, Rows, experiment, none
from tests.chaos.pressure import Between, Every, Pressure
from tests.chaos.system import System, system

LEADS = 150
STALLED_SECONDS = 60.0
SLOWEST_SECONDS = 3.0


@experiment
def redis_absent(given: Given) -> Rows:
    """Not there while any family presses: all are stored; the work is done once it is back."""
    with system(given.home / "system") as running:
        running.hold_down("valkey")
        pressure = Pressure("Redis absent", running, given, LEADS)
        pressure.press()
        running.let_up("valkey")
        return [*pressure.answers(slowest=SLOWEST_SECONDS), *pressure.rows()]


@experiment
def redis_stalled(given: Given) -> Rows:
    """SIGSTOP for 60 s: it takes connections and never answers."""
    with system(given.home / "system") as running:
        pressure = Pressure("Redis stalled", running, given, int(STALLED_SECONDS * 4 + 40), 4.0)
        stall = Between(
            5.0,
            5.0 + STALLED_SECONDS,
            lambda: running.send("valkey", signal.SIGSTOP),
            lambda: running.send("valkey", signal.SIGCONT),
        )
        pressure.press(stall)
        stall.finish()
        return [*pressure.answers(slowest=SLOWEST_SECONDS), *pressure.rows()]


@experiment
def redis_flushed(given: Given) -> Rows:
    """FLUSHALL every five seconds."""
    with system(given.home / "system") as running:
        pressure = Pressure("Redis flushed", running, given, 2 * LEADS)
        pressure.press(Every(5.0, lambda: _client(running).flushall()))
        return [*pressure.answers(slowest=SLOWEST_SECONDS), *pressure.rows()]


@experiment
def redis_full(given: Given) -> Rows:
    """noeviction and not a byte left: every write is refused, until there is room."""
    with system(given.home / "system") as running:
        client = _client(running)
        client.config_set("maxmemory", 1)
        pressure = Pressure("Redis full", running, given, LEADS)
        pressure.press()
        client.config_set("maxmemory", 0)
        return [*pressure.answers(slowest=SLOWEST_SECONDS), *pressure.rows()]


@experiment
def redis_evicting(given: Given) -> Rows:
    """A policy that throws queued work away: relay and workers refuse to start and say why."""
    with system(given.home / "system") as running:
        _client(running).config_set("maxmemory-policy", "allkeys-lru")
        names = ("relay", "worker", "mailer", "quarantine")
        for name in names:
            running.kill(name)
            running.child(name).start()
        running.down.update(names)
        running.watch(30.0, lambda: not any(running.child(name).alive for name in names))
        refused = sum(
            not running.child(name).alive and "allkeys-lru" in running.child(name).last_words()
            for name in names
        )
        return [none("evicting Redis: parts that started all the same", len(names) - refused, "parts")]


def _client(running: System) -> Any:
    url = running.settings["LIMITS_URL"].replace("db=1", "db=0")
    return redis.Redis.from_url(url, socket_timeout=2)
