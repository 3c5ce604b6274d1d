"""A row of `make bench` says what it was held against, and whether it was reached."""

import json
from pathlib import Path

import pytest

from tests.bench.figures import Figure, write_rows


@pytest.mark.parametrize(
    ("figure", "ok"),
    [
        (Figure("no reach", 9.0, "ms"), True),
        (Figure("value within", 9.0, "ms", 9), True),
        (Figure("value over", 9.1, "ms", 9), False),
        (Figure("ratio within", 9.0, "ms", 3, 3.0), True),
        (Figure("ratio over", 9.1, "ms", 3, 3.0), False),
        (Figure("at least, reached", 30.0, "1/s", 0.1, 300.0, at_least=True), True),
        (Figure("at least, missed", 29.0, "1/s", 0.1, 300.0, at_least=True), False),
        (Figure("of the value, with a floor", 59.0, "ms", 60, 2.0, of_value=True), True),
        (Figure("of the value, missed", 61.0, "ms", 60, 2.0, of_value=True), False),
    ],
    ids=lambda given: given.name if isinstance(given, Figure) else "",
)
def test_verdict_is_about_the_ratio_where_there_is_a_floor_and_else_about_the_value(
    figure: Figure, ok: bool
) -> None:
    assert figure.ok is ok
    assert ("NOT REACHED" in figure.line()) is not ok


def test_rows_of_a_part_replace_their_namesakes_and_leave_the_others(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_rows(path, [Figure("a", 1.0, "ms"), Figure("b", 2.0, "ms", 3, 1.0)], whole=True)
    write_rows(path, [Figure("a", 5.0, "ms")], whole=False)
    rows = {row["name"]: row for row in json.loads(path.read_text())}
    assert (rows["a"]["value"], rows["b"]["ratio"], rows["b"]["ok"]) == (5.0, 2.0, True)
    write_rows(path, [Figure("a", 6.0, "ms")], whole=True)
    assert [row["name"] for row in json.loads(path.read_text())] == ["a"]
