"""Many advocates after one callback: one has it, each time; and the race is lost with each guard cut out."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from intake.config import Settings
from intake.db import transaction
from intake.models import Callback
from intake.services import callbacks, claims, pool
from tests.call_race import Desk, crowded, windows_at_once
from tests.crowd import WAITED
from tests.cut import cut
from tests.factories import NOON


@pytest.fixture
def desk(database: Engine, settings: Settings) -> Iterator[Desk]:
    with crowded(settings, 24) as desk:
        yield desk


def test_call_has_one_owner_whenever_many_press_at_once(desk: Desk) -> None:
    assert desk.race(10) == {}


def test_race_is_lost_when_calls_that_are_being_taken_are_not_skipped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, pool._first, "skip_locked=True, ")
    assert WAITED in desk.race(1)


def test_race_is_lost_when_the_next_call_is_not_locked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    cut(monkeypatch, pool._first, ".with_for_update(skip_locked=True, of=Callback)")
    with transaction() as session:
        session.get_one(Callback, desk.busy).due_at = NOON + timedelta(days=1)
    assert lost(desk, "owners: 2", "IllegalTransition")


def test_race_is_lost_when_the_row_that_was_pressed_is_not_locked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, claims.claim, ".with_for_update(skip_locked=True)")
    assert lost(desk, "owners: 2", "IllegalTransition")


def lost(desk: Desk, *wanted: str) -> bool:
    """Whether one of a few rounds went wrong in one of these ways."""
    return any(not desk.race(1).keys().isdisjoint(wanted) for _ in range(5))


def test_one_of_many_windows_keeps_its_words_and_the_others_are_told(desk: Desk) -> None:
    assert windows_at_once(desk, 10) == 0


@pytest.mark.parametrize(
    ("function", "guard", "without"),
    [
        (callbacks.save_notes, "if not is_fresh(callback, page):", "if False:"),
        (callbacks.locked, "with_for_update=True, ", ""),
    ],
    ids=["the version check", "the lock of the row"],
)
def test_words_are_lost_without(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, function: Callable[..., object], guard: str, without: str
) -> None:
    cut(monkeypatch, function, guard, without)
    assert windows_at_once(desk, 5)
