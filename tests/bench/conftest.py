"""At the end of a run: the one table, and `.advocate/bench.json`."""

import pytest

from intake.config import ROOT
from tests.bench.figures import HEADER, SHOWN, write_rows

RESULTS = ROOT / ".advocate" / "bench.json"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not SHOWN:
        return
    terminalreporter.section("make bench")
    terminalreporter.write_line(HEADER)
    for figure in SHOWN:
        terminalreporter.write_line(figure.line())
    write_rows(RESULTS, SHOWN, whole=not config.option.keyword)
