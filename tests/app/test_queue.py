"""The queue: which doubtful segment comes next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queue import TINY, Filter, Order, arrange, following
from core.doubts import Doubt
from core.matching import Band


def doubt(position, label, *, area=100, chance=0.5, frames=1, band=Band.DOUBTFUL, color_id=1):
    return Doubt(position, 10 + position, label, band, color_id, chance, area, frames)


def test_frame_by_frame_asks_within_a_frame_for_the_answer_of_most_worth():
    small, large = doubt(0, 1, area=10), doubt(0, 2, area=1000)
    repeated, later = doubt(0, 3, area=10, frames=50), doubt(1, 1, area=10**6)
    queue = arrange([small, large, repeated, later], Order.FRAMES, Filter.ALL, 0)
    assert queue == [large, repeated, small, later]


def test_most_worth_first_jumps_about_in_the_clip():
    sure, unsure = doubt(0, 1, chance=0.9), doubt(1, 1, chance=0.1)
    assert arrange([sure, unsure], Order.WORTH, Filter.ALL, 0) == [unsure, sure]


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (Filter.ALL, [1, 2, 3]),
        (Filter.DOUBTFUL, [1, 2]),
        (Filter.NO_MATCH, [3]),
        (Filter.TINY, [2]),
        (Filter.COLOR, [1]),
    ],
)
def test_filters(wanted, labels):
    doubts = [
        doubt(0, 1, color_id=7),
        doubt(0, 2, area=TINY),
        doubt(0, 3, band=Band.NO_MATCH),
    ]
    queue = arrange(doubts, Order.FRAMES, wanted, color_id=7)
    assert sorted(each.label for each in queue) == labels


def test_an_empty_queue_has_no_next():
    assert following([], Order.FRAMES, position=0, here=None, by=1) is None


def test_the_first_question_is_about_the_current_frame_or_one_after_it():
    queue = [doubt(0, 1), doubt(2, 1)]
    assert following(queue, Order.FRAMES, position=1, here=None, by=1) == queue[1]
    assert following(queue, Order.FRAMES, position=1, here=None, by=-1) == queue[0]


def test_a_question_that_was_answered_still_marks_the_place():
    answered, rest = doubt(0, 2, area=50), [doubt(0, 1, area=90), doubt(0, 3, area=10)]
    assert following(rest, Order.FRAMES, position=0, here=answered, by=1) == rest[1]


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 9), st.integers(1, 50)),
        min_size=1,
        unique_by=lambda row: row[:2],
    ),
    st.sampled_from(Order),
    st.sampled_from([1, -1]),
)
def test_going_on_from_anywhere_visits_every_doubt_once_and_comes_round(rows, order, by):
    doubts = [doubt(position, label, area=area) for position, label, area in rows]
    queue = arrange(doubts, order, Filter.ALL, 0)
    here, seen = None, []
    for _ in queue:
        here = following(queue, order, position=0, here=here, by=by)
        seen.append(here)
    assert sorted(seen, key=lambda each: (each.position, each.label)) == sorted(
        doubts, key=lambda each: (each.position, each.label)
    )
    assert following(queue, order, position=0, here=here, by=by) == seen[0]
