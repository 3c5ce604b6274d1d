"""Races at the desk: many after one call, many windows of one advocate. The guards are cut out elsewhere."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from intake import db
from intake.config import Settings
from intake.db import transaction
from intake.models import Callback, Staff
from intake.services import callbacks, claims, pool
from intake.services.callbacks import NotYours, Page, StalePage
from tests.crowd import WAITED, Crowd
from tests.desk import account, stored, waiting_call
from tests.factories import NOON

# PostgreSQL of the tests takes a hundred connections in all; who finds none free waits for one.
MOST_CONNECTIONS = 60


class Press(NamedTuple):
    """`given`: the row she presses on the page; None for the button “claim next”."""

    staff: Staff
    given: UUID | None


@dataclass
class Desk:
    """One call that waits, one older that a colleague is just taking, and the crowd that wants them."""

    people: list[Staff]
    wanted: UUID
    busy: UUID
    crowd: Crowd

    def race(self, rounds: int) -> Counter[str]:
        """What went wrong in so many rounds. A third press the row, a tenth the one that is being taken."""
        wrong: Counter[str] = Counter()
        for number in range(rounds):
            presses = [Press(person, self._given(at + number)) for at, person in enumerate(self.people)]
            with transaction() as session:
                session.get_one(Callback, self.busy, with_for_update=True)
                got = self.crowd.press(presses, claim)
            wrong.update(self._judge(presses, got))
            with transaction() as session:
                session.execute(text("UPDATE callback SET status = 'waiting', claimed_by = NULL"))
        return wrong

    def _given(self, number: int) -> UUID | None:
        return self.busy if number % 10 == 0 else self.wanted if number % 3 == 0 else None

    def _judge(self, presses: list[Press], got: list[UUID | str | None]) -> list[str]:
        owners = [press.staff.id for press, one in zip(presses, got, strict=True) if one == self.wanted]
        row: Callback = stored(Callback, self.wanted)
        wrong = [one for one in got if isinstance(one, str)]
        if len(owners) != 1:
            wrong.append(f"owners: {min(len(owners), 2)}")
        elif (row.status, row.claimed_by) != ("claimed", owners[0]):
            wrong.append("the row names another")
        return wrong if self.busy not in got else [*wrong, "took what was being taken"]


def claim(press: Press) -> UUID | None:
    with transaction() as session:
        if press.given is None:
            found = claims.claim_next(session, press.staff, now=NOON)
            return found.id if found else None
        try:
            answer = claims.claim(session, press.given, press.staff, NOON)
        except NotYours:
            return None
        assert isinstance(answer, Callback)
        return answer.id


@contextmanager
def crowded(settings: Settings, size: int) -> Iterator[Desk]:
    """A desk with so many advocates; the database must be empty."""
    lines = min(size, MOST_CONNECTIONS)
    db.connect(settings, pool_size=lines + 1)
    crowd = Crowd(size, lines)
    pool._next.cache_clear()
    with transaction() as session:
        people = [account(session, name=f"N{number}") for number in range(size)]
        busy = waiting_call(session, due_at=NOON - timedelta(minutes=1)).id
        wanted = waiting_call(session).id
    yield Desk(people, wanted, busy, crowd)
    crowd.close()
    pool._next.cache_clear()


class Window(NamedTuple):
    page: Page
    words: str
    held: UUID
    staff: Staff


def type_into(window: Window) -> str | None:
    """The words when they were kept; None when the page was told that it is old."""
    with transaction() as session:
        try:
            mine = callbacks.held(session, window.held, window.staff.id)
            callbacks.save_notes(session, mine, window.words, page=window.page, now=NOON)
        except StalePage:
            return None
    return window.words


def windows_at_once(desk: Desk, rounds: int) -> int:
    """In how many rounds not exactly one of many windows of one advocate kept its words."""
    ana, wrong = desk.people[0], 0
    claim(Press(ana, desk.wanted))
    for number in range(rounds):
        row: Callback = stored(Callback, desk.wanted)
        typed = [
            Window(Page(row.version, f"window {at}"), f"{number}: words of window {at}", row.id, ana)
            for at in range(len(desk.people))
        ]
        kept = [words for words in desk.crowd.press(typed, type_into) if words not in (None, WAITED)]
        wrong += kept != [stored(Callback, desk.wanted).notes]
    return wrong
