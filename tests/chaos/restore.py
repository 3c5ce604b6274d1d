"""The restore drill: a base backup and the WAL, back to a moment, while families press Send and say stop."""

import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import redis

from intake.embedded import postgres_program
from tests.bench.figures import Figure
from tests.chaos import oracle
from tests.chaos.experiment import Given, Rows, experiment, none
from tests.chaos.ledger import Ledger
from tests.chaos.mail_faults import MAIL_RULES, stop
from tests.chaos.pressure import Between, Pressure
from tests.chaos.system import PARTS, READY_SECONDS, System, readiness, system

# Around the moment: their guides went out after it, so a restored database would send them again.
STOPPED = tuple(f"storm.{number}@family.example" for number in range(50, 80))
LEADS, PER_SECOND = 120, 4.0
BACKUP_AT, MOMENT_AT = 4.0, 18.0
# What comes of the time that was lost: its families and its mails are known outside only.
LOST_TIME = (
    *("promised and not stored", "mail taken more than once", "mail taken that no row knows"),
    "mail taken and neither accepted nor unknown",
)


@experiment
def restore_drill(given: Given) -> Rows:
    """pg_basebackup under load, WAL archived, restored to a moment: all promised before it is there again."""
    with system(given.home / "system") as running:
        drill = Drill(running, given.home / "wal", given.home / "base")
        drill.archive()
        pressure = Pressure("restore", running, given, LEADS, PER_SECOND)
        pressure.press(Between(BACKUP_AT, MOMENT_AT, drill.back_up, drill.remember))
        running.quiesce()
        for address in STOPPED:
            stop(address)
        drill.restore()
        before, after = _leads(pressure.ledger, drill.moment.timestamp())
        stored = {row[0] for row in running.ask("SELECT submission_id FROM lead")}
        sent_before = len(running.mails)
        drill.go_on()
        caught_up = running.quiesce()
        broken = oracle.violations(running, pressure.ledger, allowed=MAIL_RULES)
        lost_time = {name: broken.pop(name, 0) for name in LOST_TIME}
        again = sum(count - 1 for count in Counter(mail["to"] for mail in running.mails).values())
        print(f"    of the time that was lost: {lost_time}")
        kept = int(running.ask("SELECT count(*) FROM suppression WHERE reason = 'chaos'")[0][0])
        mailed = sum(mail["to"] in STOPPED for mail in running.mails[sent_before:])
        return [
            none("restore: stops after the moment, forgotten", len(STOPPED) - kept, "stops"),
            none("restore: mails to those who said stop", mailed, "mails"),
            Figure("restore: answered before the moment", len(before), "leads", 20, at_least=True),
            none("restore: of these not there", len(before - stored), "leads"),
            Figure("restore: asked after the moment", len(after), "leads", 20, at_least=True),
            none("restore: of these there all the same", len(after & stored), "leads"),
            none("restore: promises broken", broken),
            Figure("restore: mails sent again", again, "mails"),
            Figure("restore: caught up after", caught_up, "s", 120),
        ]


def _leads(ledger: Ledger, moment: float) -> tuple[set[str], set[str]]:
    """Promised before the moment, and first asked for after it."""
    lines = ledger.lines()
    before = {line["answered"] for line in lines if line.get("status") == 303 and line["at"] < moment}
    early = {line["asked"] for line in lines if "asked" in line and line["at"] <= moment}
    return before, ledger.all_asked() - early


@dataclass
class Drill:
    running: System
    wal: Path
    base: Path
    moment: datetime = field(init=False)

    def archive(self) -> None:
        """As docs/operations.md says: every finished piece of the WAL is copied away."""
        self.wal.mkdir()
        self.running.ask("ALTER SYSTEM SET archive_mode = on")
        self.running.ask(f"ALTER SYSTEM SET archive_command = 'cp %%p {self.wal}/%%f'")
        self.running.child("postgres").restart()
        self.running.watch(READY_SECONDS, lambda: self.running.open_work() == 0)

    def back_up(self) -> None:
        program = postgres_program("pg_basebackup")
        assert program, "pg_basebackup is not installed"
        command = [program, "-d", self.running.dsn, "-D", str(self.base), "-c", "fast", "-X", "stream"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def remember(self) -> None:
        self.moment = self.running.ask("SELECT clock_timestamp()")[0][0]

    def restore(self) -> None:
        """Everything stops, the disk is lost, the base backup and the WAL come back up to the moment."""
        self.running.ask("SELECT pg_switch_wal()")
        self.running.watch(5.0)
        for name in PARTS:
            self.running.down.add(name)
            self.running.child(name).stop()
        postgres = self.running.child("postgres")
        postgres.stop()
        data = self.running.home / "postgres"
        shutil.rmtree(data)
        shutil.move(self.base, data)
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {self.wal}/%f %p'\n")
            settings.write(f"recovery_target_time = '{self.moment.isoformat()}'\n")
            settings.write("recovery_target_action = 'promote'\n")
        (data / "recovery.signal").touch()
        postgres.start()
        promoted = self.running.watch(READY_SECONDS, self._promoted)
        assert promoted, f"not restored: {postgres.last_words()}"

    def go_on(self) -> None:
        """Redis still rings for rows of the time that was lost: it is emptied before anything runs."""
        url = self.running.settings["LIMITS_URL"].replace("db=1", "db=0")
        redis.Redis.from_url(url).flushall()
        self.running.down.difference_update(PARTS)
        for name in PARTS:
            self.running.child(name).start()
        # A part takes in the ledger before its first transaction; where nothing is due, nobody waits for one.
        assert self.running.watch(READY_SECONDS, lambda: readiness(self.running, PARTS))

    def _promoted(self) -> bool:
        return self.running.ask("SELECT pg_is_in_recovery()") == [(False,)]
