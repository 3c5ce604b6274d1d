"""At most three attempts a day at one person, however many press at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import Engine, func, select

from intake.db import transaction
from intake.models import CallAttempt, Staff
from intake.services import callbacks, claims
from tests.desk import account, waiting_call
from tests.factories import NOON

WORKERS, CALLS, CAP = 10, 4, 3


def held_calls() -> list[tuple[UUID, Staff]]:
    """Four calls to one number, each with an advocate of its own."""
    held = []
    for number in range(CALLS):
        with transaction() as session:
            staff = account(session, name=f"Eva{number}")
            callback_id = waiting_call(session).id
        with transaction() as session:
            claims.claim(session, callback_id, staff, NOON)
        held.append((callback_id, staff))
    return held


def test_three_of_four_attempts_succeed_when_ten_workers_press_at_once(database: Engine) -> None:
    calls, ready = held_calls(), threading.Barrier(WORKERS)

    def press(number: int) -> bool:
        callback_id, staff = calls[number % CALLS]
        ready.wait()
        with transaction() as session:
            return callbacks.start_call(session, callback_id, staff.id, now=NOON).allowed

    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(press, range(WORKERS)))
    allowed = {number % CALLS for number, yes in enumerate(answers) if yes}
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(CallAttempt)) == CAP
    assert len(allowed) == CAP
