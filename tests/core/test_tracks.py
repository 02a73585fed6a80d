"""Tracks: which segments of two frames that follow each other are taken for the same."""

import numpy as np

from core.encoders.scale import Scale
from core.tracks import links
from tests.frames import frame

SCALE = Scale()


def test_each_segment_is_linked_with_the_one_that_is_like_it():
    one, other = frame(np.eye(3)), frame(np.eye(3)[[2, 0, 1]])
    assert links(one, other, None, SCALE).tolist() == [1, 2, 0]


def test_of_two_segments_that_are_like_the_same_one_the_more_alike_is_linked():
    """The other would not be found on the way back: two tracks never become one."""
    two, one = frame([[1, 0.1], [1, 0]]), frame([[1, 0]])
    assert links(two, one, None, SCALE).tolist() == [-1, 0]


def test_a_segment_that_could_as_well_be_one_of_five_is_linked_with_none():
    one, five = frame([[1, 0]]), frame([[1, 0]] * 5)
    assert links(one, five, None, SCALE).tolist() == [-1]
    lies_on = np.array([[0, 0, 1, 0, 0]], np.float32)
    assert links(one, five, lies_on, SCALE).tolist() == [2]


def test_without_segments_there_is_nothing_to_link():
    empty, some = frame(np.zeros((0, 2)), np.zeros((4, 4))), frame(np.eye(2))
    assert links(empty, some, None, SCALE).tolist() == []
    assert links(some, empty, None, SCALE).tolist() == [-1, -1]
