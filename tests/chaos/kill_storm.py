"""Everything is killed, again and again, while families press Send."""

from random import Random

from tests.bench.figures import Figure, percentile
from tests.chaos.experiment import Given, Rows, experiment
from tests.chaos.pressure import Pressure
from tests.chaos.system import system

VICTIMS = ("web", "relay", "worker", "mailer", "beat", "valkey", "postgres")
DEATHS_EACH = 5
SAFE_SECONDS = 2.0
Plan = list[tuple[float, str]]


@experiment
def kill_storm(given: Given) -> Rows:
    """2,000 leads at 50 a second; each part, Valkey and PostgreSQL killed five times."""
    with system(given.home / "system") as running:
        pressure = Pressure("kill storm", running, given, given.leads, given.per_second)
        plan = _plan(given.chance, given.leads / given.per_second)

        def kill(elapsed: float) -> None:
            """What is dead at its moment is killed once it lives again."""
            for moment, victim in [entry for entry in plan if entry[0] <= elapsed]:
                if running.kill(victim):
                    plan.remove((moment, victim))

        visitors = pressure.press(kill)
        while plan:
            running.watch(1.0)
            kill(float("inf"))
        kills = running.kills.total()
        print(f"    killed {dict(running.kills)}")
        yes = 1000 * percentile(pressure.ledger.seconds(303), 95)
        return [
            Figure("kill storm: leads pressed a second", visitors.offered, "1/s"),
            Figure("kill storm: kills", kills, "kills", DEATHS_EACH * len(VICTIMS), at_least=True),
            *pressure.rows(unknown_at_most=kills),
            Figure("kill storm: answer 303, p95", yes, "ms"),
        ]


def _plan(chance: Random, seconds: float) -> Plan:
    """Five moments for each victim, spread over the storm so that each meets a living process."""
    slot = seconds / DEATHS_EACH
    return sorted(
        (slot * turn + chance.uniform(min(SAFE_SECONDS, slot / 2), slot), victim)
        for turn in range(DEATHS_EACH)
        for victim in VICTIMS
    )
