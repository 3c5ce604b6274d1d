"""Everything is killed, again and again, while families press Send."""

import time
from random import Random

from tests.bench.figures import Figure, percentile
from tests.chaos.experiment import Given, Rows, conservation, experiment
from tests.chaos.system import System, system
from tests.chaos.visitors import Visitors, prepare

VICTIMS = ("web", "relay", "worker", "beat", "valkey", "postgres")
DEATHS_EACH = 5
QUIESCE_SECONDS = 120.0
# A machine that is busy with other things catches up later; what was lost is judged at the end.
PATIENCE_SECONDS = 600.0
SAFE_SECONDS = 2.0


@experiment
def kill_storm(given: Given) -> Rows:
    """2,000 leads at 50 a second; web, relay, worker, beat, Valkey and PostgreSQL each killed five times."""
    ledger = given.ledger()
    with system(given.home / "system") as running:
        families = prepare(given.leads)
        visitors = Visitors(running.port, ledger, families, given.per_second, seed=given.seed)
        visitors.start()
        _kill_while(running, visitors, given)
        visitors.finish()
        caught_up = running.quiesce(PATIENCE_SECONDS)
        kills, promised = running.kills.total(), len(ledger.promised())
        print(f"    killed {dict(running.kills)}, answers {dict(ledger.statuses())}")
        return [
            Figure("kill storm: leads answered 303", promised, "leads", given.leads, at_least=True),
            Figure("kill storm: leads pressed a second", visitors.offered, "1/s"),
            Figure("kill storm: kills", kills, "kills", DEATHS_EACH * len(VICTIMS), at_least=True),
            *conservation("kill storm", running, ledger, unknown_at_most=kills),
            Figure("kill storm: caught up after", caught_up, "s", QUIESCE_SECONDS),
            Figure("kill storm: answer 303, p95", 1000 * percentile(ledger.seconds(303), 95), "ms"),
        ]


def _kill_while(running: System, visitors: Visitors, given: Given) -> None:
    """Kill by a plan drawn from the seed; what is dead at its moment is killed once it lives again."""
    plan = _plan(given.chance, given.leads / given.per_second)
    started = time.monotonic()
    while visitors.pressing or plan:
        running.keep()
        due = [entry for entry in plan if entry[0] <= time.monotonic() - started]
        for entry in due:
            if running.kill(entry[1]):
                plan.remove(entry)
        time.sleep(0.05)


def _plan(chance: Random, seconds: float) -> list[tuple[float, str]]:
    """Five moments for each victim, spread over the storm so that each meets a living process."""
    slot = seconds / DEATHS_EACH
    return sorted(
        (slot * turn + chance.uniform(min(SAFE_SECONDS, slot / 2), slot), victim)
        for turn in range(DEATHS_EACH)
        for victim in VICTIMS
    )
