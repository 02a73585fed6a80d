"""Tracks: one segment followed through the frames of a clip."""

import numpy as np
import pytest

from core.cache import encoded_frame
from core.segments import segment
from core.tracks import follow
from tests.drawings import draw


def frame(art, features):
    line = draw(art)
    segments = segment(line)
    rows = np.array(features, np.float32)
    return encoded_frame(rows / np.linalg.norm(rows, axis=1, keepdims=True), segments, line)


TWO = "...#...\n...#..."
EAST, NORTH, NORTHEAST = [1, 0], [0, 1], [1, 1]


def test_a_segment_is_followed_wherever_it_is_the_best_match_of_both_sides():
    start = frame(TWO, [EAST, NORTH])
    others = [frame(TWO, [NORTH, EAST]), frame(TWO, [EAST, NORTH])]
    assert list(follow(start, 0, others, weight=0)) == [1, 0]


def test_a_segment_that_is_more_like_another_one_is_not_it():
    start = frame(TWO, [NORTHEAST, EAST])
    one = frame("...\n...", [EAST])
    assert list(follow(start, 0, [one], weight=0)) == [None]
    assert list(follow(start, 1, [one], weight=0)) == [0]


def test_a_frame_in_which_it_is_hidden_is_passed_over():
    start, hidden = frame(TWO, [NORTHEAST, EAST]), frame("...\n...", [EAST])
    again = frame(TWO, [EAST, NORTHEAST])
    assert list(follow(start, 0, [hidden, None, again], weight=0)) == [None, None, 1]


def test_among_alike_segments_the_place_decides():
    start = frame(TWO, [EAST, EAST])
    assert list(follow(start, 1, [frame(TWO, [EAST, EAST])], weight=0.3)) == [1]


@pytest.mark.parametrize("row", [0, 1])
def test_a_still_clip_is_one_track(row):
    still = [frame(TWO, [EAST, NORTH]) for _ in range(5)]
    assert list(follow(still[0], row, still[1:], weight=0.3)) == [row] * 4
