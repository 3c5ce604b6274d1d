"""Where the marks of a chart stand: inside the picture, in order, legible."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from intake.views.console.charts import EDGE, LABEL, WIDTH, bar_chart, time_chart

times = st.lists(st.floats(0, 30 * 86400), min_size=3, max_size=3).map(sorted)


@given(st.lists(times, max_size=8))
def test_marks_stand_in_order_inside_the_picture(rows: list[list[float]]) -> None:
    chart = time_chart([("row", marks, "") for marks in rows])
    for strip in chart.strips:
        assert list(strip.marks) == sorted(strip.marks)
        assert all(LABEL <= x <= WIDTH - EDGE + 0.1 for x in strip.marks)
        assert 0 < strip.y < chart.height
    places = [tick.x for tick in chart.ticks]
    assert all(later - earlier >= 70 for earlier, later in pairwise(places))


def test_ten_times_longer_is_the_same_step_farther() -> None:
    (strip,) = time_chart([("row", [10, 100, 1000], "")]).strips
    first, second, third = strip.marks
    assert abs((second - first) - (third - second)) < 0.2


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_longest_bar_fills_the_width_and_no_other_is_longer(values: list[float]) -> None:
    bars = bar_chart([("row", value, "") for value in values]).bars
    widths = [bar.width for bar in bars]
    assert all(0 <= width <= WIDTH - LABEL - EDGE for width in widths)
    if max(values, default=0) > 0:
        assert max(widths) == WIDTH - LABEL - EDGE
