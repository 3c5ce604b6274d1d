"""Fuzzed requests over every route. The long run (100,000) is `make fuzz`; this one is its lean cousin."""

from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing import EVALUATED, MARK, Crowd, check, leads_away, pages_afterwards, requests, send

LEAN, LONG = 250, 100_000
P99_SECONDS = 0.5


def run(app: Flask, count: int) -> tuple[list[float], Counter[int]]:
    """Send `count` requests, each checked; their times and statuses."""
    crowd = Crowd(app)
    crowd.gather()
    times: list[float] = []
    statuses: Counter[int] = Counter()
    strategy = requests(crowd)

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def every(data: st.DataObject) -> None:
        sent = data.draw(strategy)
        answer, seconds = send(crowd, sent)
        times.append(seconds)
        statuses[answer.status_code] += 1
        check(answer, sent)
        if sent.route.method == "POST" and answer.status_code in (303, 401):
            crowd.bring_back(sent.who)

    every()
    for name in crowd.clients:
        crowd.bring_back(name)
    for where, page in pages_afterwards(crowd):
        assert page.status_code < 500, where
        if page.mimetype == "text/html":
            assert MARK not in page.text, where
            assert EVALUATED not in page.text, where
    return times, statuses


@pytest.mark.parametrize(
    ("location", "away"),
    [
        ("/s/evil.example/stop", False),
        ("http://localhost/guide", False),
        ("//evil.example", True),
        ("https://evil.example/", True),
        ("\\\\evil.example", True),
        ("/\t/evil.example", True),
    ],
)
def test_a_redirect_that_leads_away_is_known(location: str, away: bool) -> None:
    assert leads_away(location) is away


@pytest.fixture
def loud_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Errors answer as they do in production, so that a 500 is counted and named."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return app


def test_no_request_is_an_error_or_comes_back_unescaped(loud_app: Flask) -> None:
    times, statuses = run(loud_app, LEAN)
    assert len(times) >= LEAN
    assert len(statuses) > 5


@pytest.mark.long
def test_a_hundred_thousand_requests_are_answered_in_time(loud_app: Flask) -> None:
    times, statuses = run(loud_app, LONG)
    times.sort()
    p50, p99 = (times[int(len(times) * share)] for share in (0.5, 0.99))
    print(f"\n{len(times):,} requests: p50 {p50:.4f} s, p99 {p99:.4f} s, worst {times[-1]:.2f} s")
    print("statuses: " + ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items())))
    assert p99 < P99_SECONDS
