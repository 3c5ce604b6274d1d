"""The race at its full size: a hundred advocates, a thousand rounds. `make races` runs it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from intake.config import Settings
from tests.call_race import Desk, crowded, windows_at_once

pytestmark = pytest.mark.long
ADVOCATES, ROUNDS = 100, 1_000


@pytest.fixture
def desk(database: Engine, settings: Settings) -> Iterator[Desk]:
    with crowded(settings, ADVOCATES) as desk:
        yield desk


def test_a_hundred_advocates_race_a_thousand_times(desk: Desk) -> None:
    assert desk.race(ROUNDS) == {}


def test_a_hundred_windows_race_a_thousand_times(desk: Desk) -> None:
    assert windows_at_once(desk, ROUNDS) == 0
