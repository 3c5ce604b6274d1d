"""Does the time of an answer tell what its words do not? Mann-Whitney over many interleaved tries.

Speed is not asserted, only that two answers cannot be told apart; that the same statements run is shown
for every route in test_route_matrix.py, and for the sign-in here.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine, event

from intake.db import transaction
from intake.services import recovery_codes, staff
from tests.desk import account, press, sign_in, signed_in
from tests.factories import NOON
from tests.objects import Objects
from tests.routes import routes

TRIES = 400
LEAST_P = 0.001


def p_value(first: list[float], second: list[float]) -> float:
    """Two-sided, by the normal approximation of U (Mann and Whitney 1947); ties do not occur in times."""
    both = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(place + 1 for place, (_, which) in enumerate(both) if which == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def timed(one: Callable[[], object], other: Callable[[], object]) -> float:
    """The p value for two ways to ask, turn by turn in one run."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(2 * TRIES):
        which = turn % 2
        started = time.perf_counter()
        (one, other)[which]()
        times[which].append(time.perf_counter() - started)
    return p_value(times[0][20:], times[1][20:])


@contextmanager
def work(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What an answer's time is made of: SQL statements and slow comparisons of passwords."""
    seen: list[str] = []
    compare = PasswordHasher.verify

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    def compared(hasher: PasswordHasher, stored: str, given: str) -> bool:
        seen.append("compare")
        return compare(hasher, stored, given)

    event.listen(engine, "before_cursor_execute", note)
    with monkeypatch.context() as patch:
        patch.setattr(PasswordHasher, "verify", compared)
        yield seen
    event.remove(engine, "before_cursor_execute", note)


REFUSED = {
    "no account": ("nobody@desk.example", {"password": "wrong", "code": "000000"}),
    "wrong password": ("ana@desk.example", {"password": "wrong", "code": "000000"}),
    "wrong code": ("ana@desk.example", {"code": "000000"}),
    "disabled": ("gone@desk.example", {"code": "000000"}),
    "not joined": ("new@desk.example", {"password": "wrong", "code": "000000"}),
}
PAPER = {
    "no account": ("nobody@desk.example", {"password": "wrong", "code": "aaaaa-bbbbb"}),
    "wrong password": ("ana@desk.example", {"password": "wrong", "code": "aaaaa-bbbbb"}),
    "wrong code": ("ana@desk.example", {"code": "aaaaa-bbbbb"}),
}


@pytest.fixture
def people(database: Engine) -> None:
    with transaction() as session:
        ana = account(session)
        session.flush()
        recovery_codes.renew(session, ana.id)
        staff.disable(session, account(session, name="Gone"), now=NOON)
        account(session, name="New", password=None, totp_secret=None)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("cases", [REFUSED, PAPER], ids=["app", "paper"])
def test_refused_sign_in_does_the_same_work_whatever_was_wrong(
    app: Flask,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
    cases: dict[str, tuple[str, dict[str, str]]],
) -> None:
    done = {}
    for name, (email, given) in cases.items():
        client = app.test_client()
        client.get("/console/sign-in")
        with work(database, monkeypatch) as seen:
            assert sign_in(client, email, **given).status_code == 400
        done[name] = seen
    first = next(iter(done.values()))
    assert "compare" in first
    assert {name for name, seen in done.items() if seen != first} == set()


@pytest.mark.usefixtures("people")
def test_forgotten_password_does_the_same_work_for_every_address(
    app: Flask, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    for email in ("ana@desk.example", "nobody@desk.example", "gone@desk.example", "new@desk.example"):
        client = app.test_client()
        with work(database, monkeypatch) as seen:
            press(client, "/console/forgot", "/console/forgot", email=email)
        done.append(seen)
    assert all(seen == done[0] for seen in done)


@pytest.mark.long
@pytest.mark.usefixtures("people")
def test_time_of_a_refused_sign_in_does_not_tell_whether_there_is_an_account(app: Flask) -> None:
    client = app.test_client()
    p = timed(
        lambda: sign_in(client, "ana@desk.example", password="wrong", code="000000"),
        lambda: sign_in(client, "nobody@desk.example", password="wrong", code="000000"),
    )
    print(f"\nsign-in refused, account or none: p = {p:.3f}")
    assert p > LEAST_P


@pytest.mark.long
def test_time_of_a_foreign_call_is_that_of_an_absent_one(app: Flask) -> None:
    client = app.test_client()
    objects = Objects(signed_in(client))
    route = next(route for route in routes(app) if route.endpoint == "console.call")
    foreign, absent = (objects.path(route, app, which) for which in ("foreign", "absent"))
    p = timed(lambda: client.get(foreign), lambda: client.get(absent))
    print(f"\na colleague's call or none: p = {p:.3f}")
    assert p > LEAST_P
