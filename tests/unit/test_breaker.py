"""A route whose database stands still is refused at once, until one that looks is served."""

from intake.views.breaker import LOOK_SECONDS, SLOW_SECONDS, Breaker

ROUTE, OTHER = "POST public.send", "GET public.home"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(2):
        breaker.failed(ROUTE, clock.now - SLOW_SECONDS)
    return breaker


def test_route_is_refused_after_two_slow_failures_and_others_are_not() -> None:
    breaker = broken(Clock())
    assert breaker.refuses(ROUTE)
    assert not breaker.refuses(OTHER)


def test_one_slow_failure_refuses_nobody() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(ROUTE, clock.now - SLOW_SECONDS)
    breaker.served(ROUTE)
    breaker.failed(ROUTE, clock.now - SLOW_SECONDS)
    assert not breaker.refuses(ROUTE)


def test_quick_failures_refuse_nobody() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(10):
        breaker.failed(ROUTE, clock.now - SLOW_SECONDS / 2)
    assert not breaker.refuses(ROUTE)


def test_one_request_a_second_looks() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += LOOK_SECONDS
    assert [breaker.refuses(ROUTE) for _ in range(3)] == [False, True, True]


def test_route_is_open_again_once_one_was_served() -> None:
    breaker = broken(Clock())
    breaker.served(ROUTE)
    assert not breaker.refuses(ROUTE)
