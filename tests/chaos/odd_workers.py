"""Leads that are poison, parts that run twice, workers whose clock is wrong."""

from dataclasses import replace

from intake.children import Child
from tests.bench.figures import Figure
from tests.chaos import visitors
from tests.chaos.experiment import Given, Rows, experiment, none
from tests.chaos.pressure import Pressure
from tests.chaos.system import System, outside, start_parts, system

LEADS = 100
# Whose leads tests.chaos.odd_worker raises for, exits for, and eats memory for.
POISON_ZIPS = ("59715", "99501", "96813")
WORKERS = ("worker", "mailer", "quarantine")
SHIFTS = {"an hour fast": 3_600, "an hour slow": -3_600, "a day fast": 86_400, "a day slow": -86_400}
EARLY = """SELECT count(*) FROM mailing WHERE status NOT IN ('planned', 'suppressed')
    AND due_at > clock_timestamp()"""


@experiment
def poison(given: Given) -> Rows:
    """One lead raises, one ends its process, one eats its memory; all others are served, these are parked."""
    with system(given.home / "system", parts=("web", "relay", "beat")) as running:
        start_parts(running, WORKERS, lambda child: _odd(running, child, CHAOS_POISON="1"))
        families = visitors.prepare(LEADS)
        for zip_code in POISON_ZIPS:
            families += visitors.prepare(1, mailbox=f"poison{zip_code}", zip_code=zip_code)
        pressure = Pressure("poison", running, given, len(families))
        pressure.press(families=families)
        # The mails are handed over by a process that none of them can take down.
        rows = pressure.rows(allowed=frozenset({"not one current match set", "work parked"}))
        wrong = "SELECT count(*) FROM lead WHERE zip = '77030' AND 1 <> {}"
        sets = "(SELECT count(*) FROM match_set WHERE lead_id = lead.id AND current)"
        parked = running.ask("SELECT task, count(*) FROM outbox_task WHERE state = 'parked' GROUP BY 1")
        waits = running.ask(
            """SELECT extract(epoch FROM percentile_cont(0.95) WITHIN GROUP (
                ORDER BY outbox_task.finished_at - outbox_task.created_at))
            FROM outbox_task JOIN lead ON lead.id = subject_id WHERE task = 'match_lead' AND zip = '77030'"""
        )
        return [
            *(row for row in rows if "disagree" not in row.name),
            none("poison: others without a match", int(running.ask(wrong.format(sets))[0][0]), "leads"),
            none(
                "poison: not exactly the three are parked", abs(dict(parked).get("match_lead", 0) - 3), "rows"
            ),
            Figure("poison: match of the others, p95", 1000 * float(waits[0][0]), "ms"),
        ]


@experiment
def doubles(given: Given) -> Rows:
    """Two relays, two beats and two workers at once."""
    with system(given.home / "system") as running:
        for child in [running.child(name) for name in ("relay", "beat", "worker", "mailer")]:
            command = [
                str(word).replace("@%h", "2@%h").replace("beat.db", "beat2.db") for word in child.command
            ]
            second = replace(child, name=f"{child.name}2", command=command, process=None)
            running.supervisor.start(second)
        pressure = Pressure("doubles", running, given, 2 * LEADS)
        pressure.press()
        return pressure.rows()


@experiment
def wrong_clocks(given: Given) -> Rows:
    """Workers an hour and a day fast and slow: the database's clock decides, so nothing is early or lost."""
    with system(given.home / "system", parts=("web", "relay", "beat")) as running:
        pressure = Pressure("wrong clocks", running, given, LEADS)
        families = visitors.prepare(LEADS)
        part = LEADS // len(SHIFTS)
        for number, (name, seconds) in enumerate(SHIFTS.items()):
            _set_workers(running, str(seconds))
            print(f"    {name}")
            pressure.press(families=families[number * part : (number + 1) * part])
            running.quiesce()
        return [
            *pressure.rows(),
            none("wrong clocks: mails sent before their time", int(running.ask(EARLY)[0][0]), "mails"),
        ]


def _set_workers(running: System, seconds: str) -> None:
    for name in WORKERS:
        if name in running.supervisor.children:
            running.child(name).kill()
    start_parts(running, WORKERS, lambda child: _odd(running, child, CHAOS_SHIFT=seconds))


def _odd(running: System, child: Child, **environment: str) -> None:
    child.command = ["tests.chaos.odd_worker" if word == "workers.app" else word for word in child.command]
    child.env = {**outside(running), **environment}
