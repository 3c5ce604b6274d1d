"""One ranking, exactly, over big directories: against the least numpy pass and against one SQL statement."""

import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

import pytest
from sqlalchemy import Engine, text

from intake.db import transaction
from intake.rules.expertise import Expertise
from intake.rules.facts import CellType, Diagnosis, Stage, Travel, TreatmentStatus
from intake.rules.guidance import shown_by
from intake.rules.taxonomy import SPECIALTIES
from tests.bench.big_database import fill_directory
from tests.bench.big_directory import big_snapshot
from tests.bench.figures import Figure, show
from tests.bench.plain_ranking import ONE_STATEMENT, least_pass
from workers.matching.case import MatchCase, Question
from workers.matching.load import load
from workers.matching.rank import match, rank
from workers.matching.snapshot import Snapshot

TODAY = date(2026, 11, 24)
HUNDRED_THOUSAND = 100_000


def _question(**facts: Any) -> Question:
    usual: dict[str, Any] = {
        "diagnosis": Diagnosis.PLEURAL,
        "cell_type": CellType.UNKNOWN,
        "stage": Stage.ONE,
        "status": TreatmentStatus.NEW,
        "lat": 29.7604,
        "lon": -95.3698,
        "state": "TX",
    }
    return Question.of(MatchCase(**{**usual, **facts}), today=TODAY)


def _ms(work: Callable[[], object], times: int = 60) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return 1000 * median(taken)


def _cold(question: Question, snapshot: Snapshot) -> None:
    snapshot.cells.clear()
    rank(question, snapshot)


CASES = {
    "pleural 1, no wish": _question(),
    "pleural 4, no wish": _question(stage=Stage.FOUR),
    "pleural unknown, an hour": _question(stage=Stage.UNKNOWN, travel=Travel.HOUR),
    "unsure, half a day": _question(diagnosis=Diagnosis.UNSURE, travel=Travel.HALF_DAY),
}


@pytest.mark.long
@pytest.mark.parametrize(("size", "reach"), [(HUNDRED_THOUSAND, 1.0), (1_000_000, 12.0)])
def test_ranking_of_one_lead_over_a_big_directory(size: int, reach: float) -> None:
    snapshot = big_snapshot(size)
    print()
    for name, question in CASES.items():
        rank(question, snapshot)
        floor = _ms(lambda q=question: least_pass(q, snapshot), 20)  # type: ignore[misc]
        warm = _ms(lambda q=question: rank(q, snapshot))  # type: ignore[misc]
        cold = _ms(lambda q=question: _cold(q, snapshot), 20)  # type: ignore[misc]
        row = f"match of {size:,}, {name}"
        show(Figure(f"{row}: alone", warm, "ms", reach))
        show(Figure(row, warm, "ms", 3, floor))
        show(Figure(f"{row}: first of cell", cold, "ms", 3, floor))


@pytest.mark.long
def test_ranking_against_one_sql_statement(database: Engine) -> None:
    with transaction() as session:
        fill_directory(session, HUNDRED_THOUSAND)
    with transaction() as session:
        snapshot = load(session, sample=True)
    question = _question()
    cold = _ms(lambda: _cold(question, snapshot), 20)
    warm = _ms(lambda: rank(question, snapshot))
    whole = _ms(lambda: match(question.case, snapshot, today=TODAY))
    with transaction() as session:
        session.execute(text("SET LOCAL ROLE NONE"))
        session.execute(text("ANALYZE"))
        session.execute(text("SET LOCAL max_parallel_workers_per_gather = 2"))
        statement = _ms(lambda: session.execute(text(ONE_STATEMENT), _given(question)).all(), 5)
    print()
    show(Figure("match as one SQL statement", statement, "ms"))
    show(Figure("statement against ranking", statement, "ms", 20, warm, at_least=True))
    show(Figure("statement against the first of a cell", statement, "ms", 20, cold, at_least=True))
    show(Figure("match, ranked and explained with the nearer", whole, "ms", 5))


def _given(question: Question) -> dict[str, Any]:
    guidance = question.guidance
    codes = [code for short in guidance.specialties for code in sorted(SPECIALTIES[short].codes)]
    return {
        "codes": codes,
        "shown": list(shown_by(question.case.diagnosis)),
        "leading": Expertise(guidance.treatments[0]).value,
        "further": list(guidance.treatments[1:]),
        "lat": question.case.lat,
        "lon": question.case.lon,
    }
