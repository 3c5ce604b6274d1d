"""A crash, and a stop past the lease, at every point of each task; a crash at each of relay and web."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from flask.testing import FlaskClient

from intake import create_app
from intake.config import Settings
from intake.services.outbox import Claim
from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, conservation, experiment, none
from tests.chaos.hand import Hand, claims, guides, leads
from tests.chaos.points import CRASHED, Points, Work, count, crash, ended, forked, stands, stop
from tests.chaos.system import System, system
from tests.chaos.visitors import PAGE, SEE_OTHER, prepare
from tests.desk import token_in
from workers.relay import Relay

TASKS = ("match_lead", "schedule_callback", "start_series", "send_mailing")
SENDING = ("start_series", "send_mailing")
LEADS = 90
# intake.db: PostgreSQL ends a transaction that stands idle for 15 s.
IDLE_SECONDS = 17.0
WRITTEN = ("match_set", "match", "callback", "mailing", "outbox_task", "audit_entry")
# Says whether the point was reached: not every lead passes as many as the one that was counted.
Meet = Callable[[Work, int], bool]


@experiment
def crash_points(given: Given) -> Rows:
    """Exit 137 at each point of each task; what is left is done by another process."""
    with system(given.home / "system", parts=()) as running:
        hand = Hand(Settings.from_env(running.settings))
        passed = _at_every_point(hand, _crash_at)
        hand.drain()
        return _rows("crash points", running, passed)


@experiment
def relay_points(given: Given) -> Rows:
    """Exit 137 at each point of a round of the relay."""
    with system(given.home / "system", parts=()) as running:
        from workers.app import make_celery

        settings = Settings.from_env(running.settings)
        hand = Hand(settings)
        celery = make_celery(settings)

        def round_once(points: Points) -> None:
            points.around(celery, "send_task")
            Relay(celery, settings.database_url).round()

        leads(1)
        names = count(round_once)
        for at in range(len(names)):
            leads(1)
            _crash_at(round_once, at)
        hand.drain()
        return _rows("relay points", running, Counter(relay=len(names)), least=10)


@experiment
def send_points(given: Given) -> Rows:
    """Exit 137 at each point of the send request; the family presses again."""
    ledger = given.ledger()
    with system(given.home / "system", parts=()) as running:
        settings = Settings.from_env(running.settings)
        hand, app = Hand(settings), create_app(settings)
        families = prepare(LEADS)

        def press(client: FlaskClient, fields: dict[str, str], points: Points | None = None) -> None:
            answer = client.post(PAGE, data=fields)
            ledger.answered(fields["submission_id"], answer.status_code, 0.0)

        names: list[str] = []
        for at, family in enumerate(families):
            client = app.test_client()
            client.set_cookie("draft", family.token)
            fields = {"csrf_token": token_in(client.get(PAGE).text), "submission_id": family.submission_id}
            fields["consent_email"] = "y"
            ledger.asked(family.submission_id, 0)
            work = partial(press, client, fields)
            if at == 0:
                names = count(work)
                continue
            if at > len(names):
                break
            _crash_at(work, at - 1)
            press(client, fields)
        hand.drain()
        app.extensions["advocate_engine"].dispose()
        wrong = sum(n for status, n in ledger.statuses().items() if status != SEE_OTHER)
        return [
            none("send points: pressed again and refused", wrong, "leads"),
            *_rows("send points", running, Counter(send=len(names)), least=8),
        ]


@experiment
def zombies(given: Given) -> Rows:
    """SIGSTOP at each point, the lease passes, another does the work, SIGCONT: nothing is written late."""
    with system(given.home / "system", parts=()) as running:
        hand = Hand(Settings.from_env(running.settings))
        standing: list[int] = []
        late: Counter[str] = Counter()

        def stop_at(work: Work, at: int) -> bool:
            pid = forked(work, at=at, act=stop)
            reached = stands(pid)
            standing.extend([pid] if reached else [])
            return reached

        def wake(task: str) -> None:
            time.sleep(IDLE_SECONDS)
            hand.drain(task)
            before = _written(running)
            for pid in standing:
                os.kill(pid, signal.SIGCONT)
            for pid in standing:
                ended(pid)
            standing.clear()
            late.update(table for table, digest in _written(running).items() if digest != before[table])

        passed = _at_every_point(hand, stop_at, wake)
        hand.drain()
        return [none("zombies: tables written late", late, "tables"), *_rows("zombies", running, passed)]


def _rows(name: str, running: System, passed: Counter[str], *, least: int = 50) -> Rows:
    print(f"    points {dict(passed)}")
    return [
        Figure(f"{name}: points", passed.total(), "", least, at_least=True),
        *conservation(name, running, None, unknown_at_most=sum(passed[task] for task in SENDING)),
    ]


def _crash_at(work: Work, at: int) -> bool:
    code = ended(forked(work, at=at, act=crash))
    assert code in (0, CRASHED), f"point {at} ended with exit code {code}"
    return code == CRASHED


def _at_every_point(hand: Hand, meet: Meet, then: Callable[[str], None] = lambda task: None) -> Counter[str]:
    """`meet(work, n)` for each point n of each task, each with a lead of its own; points by task."""
    leads(LEADS)
    passed: Counter[str] = Counter()

    def work(claim: Claim, points: Points) -> None:
        hand.run(claim)

    for task in TASKS:
        if task == "send_mailing":
            guides(LEADS)
        names = count(partial(work, claims(task, 1)[0]))
        for at, claim in enumerate(claims(task, len(names))):
            passed[task] += meet(partial(work, claim), at)
        then(task)
        hand.drain(task)
    return passed


def _written(running: System) -> dict[str, object]:
    """A digest of every table that tasks write."""
    digest = "SELECT md5(string_agg(row, ',' ORDER BY row)) FROM (SELECT t::text AS row FROM {} t) AS rows"
    return {table: running.ask(digest.format(table)) for table in WRITTEN}
