"""A mail server that misbehaves, and families that say stop in the middle of it."""

import threading
import time
from collections import Counter
from random import Random

from intake.crypto import keyring
from intake.db import database_now, transaction
from intake.rules.facts import Channel
from intake.services import suppressions
from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, experiment, none
from tests.chaos.pressure import Pressure
from tests.chaos.system import System, system
from tests.chaos.visitors import Ready, prepare

EACH = 20
# What becomes of a mail that met this once or twice; `late` and `garbage`: nobody can know.
FATES = {
    "earlyx2": "accepted",
    "refuse451x2": "accepted",
    "slowx1": "accepted",
    "latex1": "unknown",
    "garbagex1": "unknown",
    "refuse550x1": "failed",
    "stopped": "suppressed",
}
MAIL_RULES = frozenset({"guide neither accepted nor unknown"})
# From the last question to the database to the server's taking the mail.
HANDOVER_SECONDS = 2.0


@experiment
def smtp_faults(given: Given) -> Rows:
    """Hangs up early or late, 451, 550, noise, very slow; and addresses that said stop before."""
    with system(given.home / "system") as running:
        families: list[Ready] = []
        for mailbox in FATES:
            families += prepare(EACH, mailbox=mailbox)
        for number in range(EACH):
            stop(f"stopped.{number}@family.example")
        pressure = Pressure("SMTP faults", running, given, len(families))
        pressure.press(families=families)
        unknown = EACH * sum(fate == "unknown" for fate in FATES.values())
        rows = pressure.rows(allowed=MAIL_RULES, unknown_at_most=unknown)
        expected = Counter({fate: EACH * list(FATES.values()).count(fate) for fate in FATES.values()})
        found = Counter(
            dict(running.ask("SELECT status, count(*) FROM mailing WHERE step = 'guide' GROUP BY 1"))
        )
        apart = Counter({fate: abs(expected[fate] - found[fate]) for fate in expected | found})
        to_stopped = sum("stopped" in mail["to"] for mail in running.mails)
        return [
            *rows,
            none("SMTP faults: mails with another fate", +apart, "mails"),
            none("SMTP faults: mails to families who said stop", to_stopped, "mails"),
        ]


@experiment
def stop_race(given: Given) -> Rows:
    """Families say stop at random moments, half of them while their mail is refused again and again."""
    with system(given.home / "system") as running:
        families = prepare(60, mailbox="race") + prepare(60, mailbox="refuse451x3")
        pressure = Pressure("stop race", running, given, len(families))
        addresses = [f"race.{n}@family.example" for n in range(60)]
        addresses += [f"refuse451x3.{n}@family.example" for n in range(60)]
        stops = _Stops(addresses, pressure.per_second, given.chance)
        stops.start()
        pressure.press(families=families)
        stops.join()
        rows = pressure.rows(allowed=MAIL_RULES)
        return [
            *rows,
            none("stop race: mails begun after the stop", stops.begun_after(running), "mails"),
            none("stop race: mails taken long after the stop", stops.taken_after(running), "mails"),
            Figure(
                "stop race: stops before the mail was taken", stops.in_time(running), "", 10, at_least=True
            ),
        ]


class _Stops(threading.Thread):
    """Says stop for each address at a moment around its family's press; keeps when each was committed."""

    def __init__(self, addresses: list[str], per_second: float, chance: Random) -> None:
        super().__init__(daemon=True)
        self.plan = sorted(
            (at / per_second + chance.uniform(0.0, 2.0 if address.startswith("race") else 6.0), address)
            for at, address in enumerate(addresses)
        )
        self.committed: dict[str, float] = {}

    def run(self) -> None:
        started = time.monotonic()
        for moment, address in self.plan:
            time.sleep(max(0.0, moment - (time.monotonic() - started)))
            self.committed[address] = stop(address)

    def begun_after(self, running: System) -> int:
        """Mails whose intent was committed after the stop was, and that were handed over all the same."""
        begun = dict(
            running.ask(
                "SELECT message_id, extract(epoch FROM sending_at) FROM mailing WHERE status = 'accepted'"
            )
        )
        return sum(
            float(begun.get(mail["message_id"], 0)) > self.committed[mail["to"]] for mail in running.mails
        )

    def taken_after(self, running: System) -> int:
        return sum(
            float(mail["at"]) > self.committed[mail["to"]] + HANDOVER_SECONDS for mail in running.mails
        )

    def in_time(self, running: System) -> int:
        return len(self.committed) - len({mail["to"] for mail in running.mails})


def stop(address: str) -> float:
    """Suppress and commit; the moment after, by the database's clock."""
    with transaction() as session:
        blind = keyring().blind("email", address)
        suppressions.suppress(session, Channel.EMAIL, blind, reason="chaos", now=database_now(session))
    with transaction() as session:
        return database_now(session).timestamp()
