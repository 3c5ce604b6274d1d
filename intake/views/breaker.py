"""A page whose database stands still refuses at once, instead of taking every thread of the web with it.

A lock, or a server that answers no more, costs each request its whole timeout. After two such requests, and
none served between them, the same route of this process answers 503 immediately; one request a second looks
whether it is over.
"""

import time
from collections import Counter
from collections.abc import Callable

from flask import Flask, Response, g, request

# What fails sooner takes nobody's place: a dropped connection, a deadlock.
SLOW_SECONDS = 1.0
LOOK_SECONDS = 1.0
FAILURES = 2


class StandsStill(Exception):
    """The database does not answer this route now; nothing was tried."""


class Breaker:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._failures: Counter[str] = Counter()
        self._until: dict[str, float] = {}

    def refuses(self, route: str) -> bool:
        """Whether to answer at once; the first after LOOK_SECONDS is let through to look."""
        until = self._until.get(route)
        if until is None:
            return False
        if self.clock() < until:
            return True
        self._until[route] = self.clock() + LOOK_SECONDS
        return False

    def failed(self, route: str, began: float) -> None:
        if self.clock() - began < SLOW_SECONDS:
            return
        self._failures[route] += 1
        if self._failures[route] >= FAILURES:
            self._until[route] = self.clock() + LOOK_SECONDS

    def served(self, route: str) -> None:
        self._failures.pop(route, None)
        self._until.pop(route, None)


def init_app(app: Flask) -> None:
    """Ask before every request; hear of each that was served, and of each that failed by `note_failure`."""
    breaker = app.extensions["advocate_breaker"] = Breaker()

    def begin() -> None:
        g.began = breaker.clock()
        if breaker.refuses(_route()):
            raise StandsStill

    def end(response: Response) -> Response:
        if response.status_code < 500:
            breaker.served(_route())
        return response

    app.before_request(begin)
    app.after_request(end)


def note_failure(app: Flask) -> None:
    """The request that is being answered failed at the database."""
    breaker: Breaker = app.extensions["advocate_breaker"]
    breaker.failed(_route(), g.get("began", breaker.clock()))


def _route() -> str:
    return f"{request.method} {request.endpoint}"
