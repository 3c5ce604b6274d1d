"""Half a second, resets and cut answers between every two parts that speak to each other."""

import json
import signal

from intake import machine
from intake.children import Child
from intake.embedded import socket_directory
from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, experiment, none
from tests.chaos.pressure import Pressure
from tests.chaos.system import PARTS, System, outside, start_parts, system
from tests.chaos.visitors import SEE_OTHER, Door

LEADS = 60
PER_SECOND = 3.0
WORKING_SECONDS = 60.0
LATENCY_SECONDS = 0.5
SHARE = 0.05
# No answer at all (0), a moment without the database (503).
HONEST = frozenset({0, 503, SEE_OTHER})


@experiment
def bad_network(given: Given) -> Rows:
    """500 ms latency, 5 % resets and 5 % cut answers between all parts, servers and families.

    Then the network is whole again, and everything that was promised must come.
    """
    with system(given.home / "system", parts=()) as running:
        start_parts(running, PARTS, _Between(running, given.seed))
        door = machine.free_port()
        _start(running, given.seed, "door", [(door, running.port)])
        pressure = Pressure("bad network", running, given, LEADS, PER_SECOND, route=lambda _: Door(door))
        pressure.press()
        running.watch(WORKING_SECONDS, lambda: running.open_work() == 0)
        open_work = running.open_work()
        for name in running.supervisor.children:
            if name.endswith("-proxy"):
                running.send(name, signal.SIGUSR1)
        others = sum(n for status, n in pressure.ledger.statuses().items() if status not in HONEST)
        # An answer that was lost after the mail server took the mail makes it of unknown fate.
        mails = int(running.ask("SELECT count(*) FROM mailing WHERE step = 'guide'")[0][0])
        lost = pressure.ledger.statuses()[0]
        return [
            Figure("bad network: posts without a whole answer", lost, "posts"),
            Figure("bad network: work still open as it ends", open_work, "rows"),
            none("bad network: other answers", others, "posts"),
            *pressure.rows(unknown_at_most=mails // 4),
        ]


class _Between:
    """Put a proxy of its own between a part and each server that it speaks to."""

    def __init__(self, running: System, seed: int) -> None:
        self.running, self.seed = running, seed
        sockets = socket_directory(running.home)
        own = sockets / "postgres"
        self.postgres = (own if own.exists() else sockets) / ".s.PGSQL.5432"
        self.valkey = sockets / "valkey.sock"

    def __call__(self, child: Child) -> None:
        database, redis, mail = (machine.free_port() for _ in range(3))
        pairs: list[tuple[int, int | str]] = [(database, str(self.postgres)), (redis, str(self.valkey))]
        pairs.append((mail, self.running.here.mail_port))
        _start(self.running, self.seed, child.name, pairs)
        child.env = {
            **outside(self.running),
            "DATABASE_URL": f"postgresql+psycopg://postgres@127.0.0.1:{database}/advocate?sslmode=disable"
            "&gssencmode=disable",
            "BROKER_URL": f"redis://127.0.0.1:{redis}/0",
            "LIMITS_URL": f"redis://127.0.0.1:{redis}/1",
            "SMTP_PORT": str(mail),
        }


def _start(running: System, seed: int, name: str, pairs: list[tuple[int, int | str]]) -> None:
    plan = {"latency": LATENCY_SECONDS, "resets": SHARE, "cuts": SHARE, "seed": seed, "pairs": pairs}
    command = ["-m", "tests.chaos.proxy", json.dumps(plan)]
    running.supervisor.start(machine.part(running.here, f"{name}-proxy", command, outside(running)))
