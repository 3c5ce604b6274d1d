"""Look up ZIP codes: the second look must come from memory."""

import time

import pytest

from intake.places import find_place, warm


def seconds_each(codes: list[str]) -> float:
    started = time.perf_counter()
    for code in codes:
        find_place(code)
    return (time.perf_counter() - started) / len(codes)


@pytest.mark.long
def test_lookup_takes_under_a_millisecond_when_warm() -> None:
    warm()
    find_place.cache_clear()
    codes = [f"{number:05d}" for number in range(20_000, 20_050)]
    cold, again = seconds_each(codes), seconds_each(codes)
    print(f"a ZIP code: {cold * 1000:.2f} ms the first time, {again * 1e6:.1f} µs again")
    assert cold < 0.005
    assert again < cold / 10
