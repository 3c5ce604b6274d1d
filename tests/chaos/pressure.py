"""Families press Send while something is done to the system; then everything is counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.figures import Figure
from tests.chaos.experiment import Given, Rows, conservation, none
from tests.chaos.ledger import Ledger
from tests.chaos.system import LOOK_SECONDS, System
from tests.chaos.visitors import SEE_OTHER, Door, Ready, Route, Visitors, prepare

QUIESCE_SECONDS = 120.0
# A machine that is busy with other things catches up later; what was lost is judged at the end.
PATIENCE_SECONDS = 600.0
Disturb = Callable[[float], object]


def nothing(seconds: float) -> None:
    """Leave it alone."""


@dataclass
class Pressure:
    """`leads` at `per_second`, each pressed until it is answered 303. `name` begins every row.

    `route` says where they knock: at the web itself when it is not given.
    """

    name: str
    running: System
    given: Given
    leads: int
    per_second: float = 10.0
    patience: float = PATIENCE_SECONDS
    route: Route | None = None

    def __post_init__(self) -> None:
        self.ledger: Ledger = self.given.ledger()

    def press(self, disturb: Disturb = nothing, *, families: list[Ready] | None = None) -> Visitors:
        """Press all of them; `disturb` is called all the time with the seconds since the start."""
        visitors = self.begin(families or prepare(self.leads))
        started = time.monotonic()
        try:
            while visitors.pressing:
                self.running.keep()
                disturb(time.monotonic() - started)
                time.sleep(LOOK_SECONDS)
        except BaseException:  # an interrupt too: else they would press on against a web that is gone
            visitors.stopping.set()
            raise
        visitors.finish()
        print(f"    answers {dict(self.ledger.statuses())}", flush=True)
        return visitors

    def begin(self, families: list[Ready]) -> Visitors:
        """Begin to press and return at once."""
        web = Door(self.running.port)
        route = self.route or (lambda _: web)
        visitors = Visitors(self.ledger, families, self.per_second, route, seed=self.given.seed)
        visitors.start()
        return visitors

    def rows(self, *, allowed: frozenset[str] = frozenset(), unknown_at_most: int = 0) -> Rows:
        """Wait until the work is done, and count."""
        caught_up = self.running.quiesce(min(self.patience, self.given.patience))
        held = conservation(
            self.name, self.running, self.ledger, allowed=allowed, unknown_at_most=unknown_at_most
        )
        promised = len(self.ledger.promised())
        return [
            Figure(f"{self.name}: leads answered 303", promised, "leads", self.leads, at_least=True),
            *held,
            Figure(f"{self.name}: caught up after", caught_up, "s", QUIESCE_SECONDS),
        ]

    def answers(self, *, slowest: float, others: frozenset[int] = frozenset()) -> Rows:
        """No answer but 303 and `others`, none slower than `slowest` seconds."""
        wrong = sum(n for status, n in self.ledger.statuses().items() if status not in {SEE_OTHER, *others})
        return [
            none(f"{self.name}: other answers", wrong, "posts"),
            Figure(f"{self.name}: slowest answer", max(self.ledger.seconds()), "s", slowest),
        ]


class Every:
    """Call something each so many seconds."""

    def __init__(self, seconds: float, act: Callable[[], object]) -> None:
        self.seconds, self.act, self.next_at = seconds, act, seconds

    def __call__(self, elapsed: float) -> None:
        if elapsed >= self.next_at:
            self.next_at = elapsed + self.seconds
            self.act()


class Between:
    """Begin something at one moment and end it at another, once each."""

    def __init__(
        self, first: float, last: float, begin: Callable[[], object], end: Callable[[], object]
    ) -> None:
        self.steps = [(first, begin), (last, end)]

    def __call__(self, elapsed: float) -> None:
        while self.steps and elapsed >= self.steps[0][0]:
            self.steps.pop(0)[1]()

    def finish(self) -> None:
        """What has not come yet, now."""
        self(float("inf"))
