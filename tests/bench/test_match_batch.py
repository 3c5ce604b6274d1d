"""Many leads, a whole worker, a reload under load: 100,000 doctors in the database."""

import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import Engine, func, select, text

from intake import places
from intake.db import transaction
from intake.models.match import Match, MatchSet
from intake.services import directory as shelf
from tests.bench.big_database import fill_directory, fill_leads
from tests.bench.figures import Figure, show
from workers.matching import match_lead as matching
from workers.matching import rerank
from workers.matching.directory import Directory

DOCTORS, LEADS = 100_000, 10_000

_WORKER = """
import workers.app
from intake import db
from intake.config import Settings
from workers.warm_up import warm_up
settings = Settings.from_env()
db.connect(settings, pool_size=12)
warm_up(settings)
from workers.matching.match_lead import directory
with db.transaction() as session:
    assert len(directory().snapshot(session)) == {doctors}
status = open("/proc/self/status").read()
print(*(line.split()[1] for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))))
"""


@pytest.fixture
def held(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Directory:
    with transaction() as session:
        fill_directory(session, DOCTORS)
    fresh = Directory(sample=True)
    for module in (matching, rerank):
        monkeypatch.setattr(module, "directory", lambda: fresh)
    return fresh


@pytest.mark.long
def test_memory_of_a_worker_with_a_big_directory(held: Directory, environment: dict[str, str]) -> None:
    script = _WORKER.format(doctors=DOCTORS)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    peak, now = (int(number) / 1024 for number in ended.stdout.split())
    print()
    show(Figure("worker with 100,000 doctors, resident", now, "MB", 250))
    show(Figure("worker with 100,000 doctors, most while loading", peak, "MB", 250))


@pytest.mark.long
def test_reload_while_matching(held: Directory) -> None:
    with transaction() as session:
        first = held.snapshot(session).version
    with transaction() as session:
        shelf.bump(session)
    waits, started = [], time.perf_counter()
    version = first
    while version == first:
        with transaction() as session:
            at = time.perf_counter()
            version = held.snapshot(session).version
            waits.append(1000 * (time.perf_counter() - at))
        time.sleep(0.005)
    print()
    show(Figure("longest wait for a snapshot in a reload", max(waits), "ms", 200))
    print(f"the reload took {time.perf_counter() - started:.1f} s, {len(waits)} questions meanwhile")


@pytest.mark.long
def test_stall_of_another_thread_while_the_directory_is_read(held: Directory) -> None:
    """What a task that needs no snapshot feels: the interpreter is shared."""
    reading = threading.Thread(target=held._first)
    gaps, last = [], time.perf_counter()
    reading.start()
    while reading.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        gaps.append(1000 * (now - last))
        last = now
    print()
    show(Figure("longest stall of another thread", max(gaps), "ms", 200))


@pytest.mark.long
def test_all_open_leads_ranked_again(held: Directory) -> None:
    places.warm()
    with transaction() as session:
        fill_leads(session, LEADS)
        held.snapshot(session)
    print()
    for round_of in ("from empty lists", "from full lists"):
        started = time.perf_counter()
        worked = time.process_time()
        assert rerank.rerank_open_leads() == LEADS
        show(Figure(f"10,000 leads again, {round_of}", time.perf_counter() - started, "s", 20))
        show(Figure(f"10,000 leads again, {round_of}: own CPU", time.process_time() - worked, "s", 20))
        with transaction() as session:
            session.execute(text("DELETE FROM doctor_expertise WHERE code = 'second_opinion'"))
            shelf.bump(session)
        _wait_for_reload(held)
    with transaction() as session:
        assert session.scalar(select(func.count()).where(MatchSet.current)) == LEADS
        print(f"{session.scalar(select(func.count()).select_from(Match)):,} rows of matches")


def _wait_for_reload(held: Directory) -> None:
    with transaction() as session:
        before = held.snapshot(session).version
        while held.snapshot(session).version == before:
            time.sleep(0.1)
