"""Where the marks of a chart stand: inside the picture, in order, legible."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from intake.views.console.charts import Axis, width

times = st.lists(st.floats(0, 30 * 86400), max_size=12)


@given(times)
def test_marks_stand_in_order_inside_the_picture(known: list[float]) -> None:
    axis = Axis.over(known)
    marks = [axis.x(seconds) for seconds in sorted(known)]
    assert marks == sorted(marks)
    assert all(0 < mark < 100 for mark in marks)


@given(times)
def test_ticks_are_in_the_picture_and_their_words_apart(known: list[float]) -> None:
    places = [tick.x for tick in Axis.over(known).ticks]
    assert places
    assert all(0 < place < 100 for place in places)
    assert all(later - earlier >= 16 for earlier, later in pairwise(places))


def test_ten_times_longer_is_the_same_step_farther() -> None:
    axis = Axis.over([10, 1000])
    first, second, third = (axis.x(seconds) for seconds in (10, 100, 1000))
    assert second - first > 10
    assert abs((second - first) - (third - second)) < 0.02


def test_longest_bar_fills_the_width_and_nothing_has_none() -> None:
    assert [width(value, 8) for value in (0, 2, 8)] == [0, 25, 100]
    assert width(0, 0) == 0
