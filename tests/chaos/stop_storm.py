"""Families say stop at random moments while thousands of mails go out and the worker is killed."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import text

from intake.children import Child
from intake.db import database_now, transaction
from intake.services import series, stops
from intake.services.blind import email_blind
from intake.services.stop_links import stop_token
from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, experiment, none
from tests.chaos.system import System, start_parts, system
from tests.factories import stored_lead

# One stop for so many mails; half of them at a mail that is about to go.
MAILS_A_STOP = 5
MAILS_A_KILL, IDLE_SECONDS = (30, 120), 20.0
PARTS = ("relay", "mailer", "quarantine", "beat")
CHUNK = 100


@experiment
def stop_race_at_size(given: Given) -> Rows:
    """`--leads` guides through one worker of one thread, killed every few seconds; a fifth say stop."""
    with system(given.home / "system", parts=()) as running:
        _plan(given.leads)
        saying = _Stops(running, given.leads, given.chance)
        start_parts(running, PARTS, _one_thread)
        saying.start()
        took = _send_all(running, given)
        saying.over.set()
        saying.join()
        took += running.quiesce(given.patience)
        return [*_rows(running, saying), Figure("stop race at size: seconds", took, "s")]


def _plan(count: int) -> None:
    """Families whose guide is due at once, in their order; their other work is not of this experiment."""
    now = datetime.now(UTC)
    for first in range(0, count, CHUNK):
        with transaction() as session:
            for number in range(first, min(first + CHUNK, count)):
                lead = stored_lead(session, now=now - timedelta(seconds=1), email=_address(number))
                series.begin(session, lead.lead_id, now=now)
            session.execute(text("UPDATE outbox_task SET state = 'done' WHERE task <> 'send_mailing'"))


def _address(number: int) -> str:
    return f"many.{number}@family.example"


def _one_thread(child: Child) -> None:
    """So that a kill interrupts at most one send."""
    if child.name == "mailer":
        command = list(child.command)
        command[command.index("-c") + 1] = "1"
        child.command = command


def _send_all(running: System, given: Given) -> float:
    """Kill the mailer after so many mails, until nothing is due or under way; the seconds it took."""
    started, chance, kill_at = time.monotonic(), Random(given.seed + 1), 0
    while time.monotonic() - started < given.patience and running.open_work():
        kill_at += chance.randint(*MAILS_A_KILL)
        reached = running.watch(IDLE_SECONDS, lambda at=kill_at: len(running.mails) >= at)  # type: ignore[misc]
        if reached:
            time.sleep(chance.uniform(0.0, 0.1))
            running.kill("mailer")
    return time.monotonic() - started


class _Stops(threading.Thread):
    """Says stop as the page behind a mail does; keeps when each was committed, by the database's clock."""

    def __init__(self, running: System, count: int, chance: Random) -> None:
        super().__init__(daemon=True)
        self.running, self.count, self.chance = running, count, chance
        self.committed: dict[str, float] = {}
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            settled = len(self.running.mails)
            while len(self.committed) * MAILS_A_STOP <= settled and len(self.committed) < self.count:
                address = _address(self._somebody(settled + len(self.committed)))
                if address not in self.committed:
                    self.committed[address] = _stop(address)

    def _somebody(self, settled: int) -> int:
        near = settled + self.chance.randint(-5, 15)
        anyone = self.chance.randrange(self.count)
        return near if self.chance.random() < 0.5 and 0 <= near < self.count else anyone


def _stop(address: str) -> float:
    blind = email_blind(address)
    assert blind is not None
    with transaction() as session:
        stops.stop_by_link(session, stop_token(blind), now=database_now(session))
    with transaction() as session:
        return database_now(session).timestamp()


def _rows(running: System, saying: _Stops) -> Rows:
    name, mails = "stop race at size", running.mails
    taken = {mail["message_id"]: mail["to"] for mail in mails}
    repeated = sum(times - 1 for times in Counter(mail["message_id"] for mail in mails).values())
    claimed = dict(running.ask("SELECT message_id, extract(epoch FROM sending_at)::float FROM mailing"))
    fates = dict(running.ask("SELECT status, count(*) FROM mailing WHERE step = 'guide' GROUP BY 1"))
    kills, stopped = running.kills["mailer"], set(saying.committed)
    print(f"    {len(mails)} mails, {len(stopped)} stops, {kills} kills; {fates}", flush=True)
    return [
        Figure(f"{name}: mails", len(mails), "mails"),
        none(f"{name}: mails begun after the stop", _begun_after(taken, claimed, saying.committed), "mails"),
        none(f"{name}: mails that came twice", repeated, "mails"),
        Figure(f"{name}: mails of unknown fate", fates.get("unknown", 0), "mails", kills),
        none(f"{name}: mails left", sum(fates.get(each, 0) for each in ("planned", "sending", "failed"))),
        Figure(f"{name}: kills", kills, "kills", 3, at_least=True),
        Figure(f"{name}: stops that came in time", len(stopped - set(taken.values())), "", 10, at_least=True),
    ]


def _begun_after(
    taken: Mapping[str, str], claimed: Mapping[str, float], committed: Mapping[str, float]
) -> int:
    """Mails that the server took though their claim came after the stop of their address was committed."""
    return sum(
        claimed[message_id] > committed[address]
        for message_id, address in taken.items()
        if address in committed
    )
