"""The size of a bench's tables: `BENCH_SMALLER=100 make bench ONLY=report` shows that it runs, no more."""

import os


def rows(full: int) -> int:
    return max(full // int(os.environ.get("BENCH_SMALLER", "1")), 100)
