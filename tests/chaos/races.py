"""Many at once after the same thing: claims of work, claims of a call, and work that was recorded twice."""

import json
import os
import threading
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.services import claims as desk
from intake.services import outbox
from intake.workflow import Queue
from tests.chaos.experiment import Given, Rows, conservation, experiment, none
from tests.chaos.hand import leads
from tests.chaos.points import ended
from tests.chaos.system import PARTS, start_parts, system
from tests.desk import account, waiting_call
from tests.factories import NOON

CLAIMERS, ROWS = 4, 400
ADVOCATES, ROUNDS = 12, 25
TWICE = 60


@experiment
def claim_race(given: Given) -> Rows:
    """Four relays lease 400 rows as fast as they can: each row is leased once."""
    with system(given.home / "system", parts=()) as running:
        leads(ROWS)
        for pid in [_claimer(running.settings) for _ in range(CLAIMERS)]:
            assert ended(pid) == 0
        leased = running.ask("SELECT count(*), sum(token) FROM outbox_task WHERE queue = 'matching'")
        rows, tokens = leased[0]
        return [none("claim race: leases beyond one a row", int(tokens) - int(rows), "leases")]


def _claimer(settings: dict[str, str]) -> int:
    """A process that leases rows and begins each, until none is due."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        db.connect(Settings.from_env(settings), pool_size=1)
        while True:
            with transaction() as session:
                claims = outbox.claim_due(session, Queue.MATCHING)
            if not claims and not _left():
                break
            for claim in claims:
                with transaction() as session:
                    session.execute(
                        text("UPDATE outbox_task SET state = 'done' WHERE id = :id AND token = :token"),
                        {"id": claim.id, "token": claim.token},
                    )
        code = 0
    finally:
        os._exit(code)


def _left() -> bool:
    with transaction() as session:
        return bool(
            session.scalar(
                text("SELECT count(*) FROM outbox_task WHERE queue = 'matching' AND state = 'due'")
            )
        )


@experiment
def call_race(given: Given) -> Rows:
    """Twelve advocates claim one call at once, again and again: exactly one has it."""
    with system(given.home / "system", parts=()) as running:
        running.engine = db.connect(Settings.from_env(running.settings), pool_size=ADVOCATES)
        with transaction() as session:
            people = [account(session, name=f"Advocate{number}").id for number in range(ADVOCATES)]
        winners: list[int] = []
        for _ in range(ROUNDS):
            with transaction() as session:
                waiting_call(session)
            winners.append(_claimed_at_once(people))
            with transaction() as session:
                session.execute(text("UPDATE callback SET status = 'done', claimed_by = NULL"))
        print(f"    winners {json.dumps(winners)}")
        return [none("call race: rounds without exactly one winner", sum(n != 1 for n in winners), "rounds")]


def _claimed_at_once(people: list[UUID]) -> int:
    """How many of them got the call."""
    from intake.models.staff import Staff

    begin, got = threading.Barrier(len(people)), []

    def claim(staff_id: UUID) -> None:
        begin.wait()
        with transaction() as session:
            if desk.claim_next(session, session.get_one(Staff, staff_id), now=NOON) is not None:
                got.append(staff_id)

    threads = [threading.Thread(target=claim, args=[staff_id]) for staff_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(got)


@experiment
def recorded_twice(given: Given) -> Rows:
    """Every row of work of 60 leads stands twice, and both are done at once: one of everything."""
    with system(given.home / "system", parts=()) as running:
        leads(TWICE)
        again = """INSERT INTO outbox_task (event, task, queue, subject_id, state, due_at, created_at, token,
            attempts, lost) SELECT event, task, queue, subject_id, state, due_at, created_at, 0, 0, 0
            FROM outbox_task WHERE event = 'lead.submitted'"""
        with transaction() as session:
            session.execute(text(again))
            session.execute(text("UPDATE outbox_task SET due_at = :now"), {"now": datetime.now(UTC)})
        start_parts(running, PARTS)
        running.quiesce(given.patience)
        return conservation("recorded twice", running, None, allowed=frozenset({"more than one match set"}))
