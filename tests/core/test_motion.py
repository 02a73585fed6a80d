"""Motion: frames are moved onto each other before their segments are compared."""

import numpy as np
import pytest

from core.motion import overlap
from tests.frames import frame


def page(shift):
    label_map = np.ones((40, 80), np.int32)
    label_map[10:20, 5 + shift : 25 + shift] = 2
    label_map[20:30, 5 + shift : 25 + shift] = 3
    return label_map


def test_a_frame_lies_on_itself():
    still = frame(np.eye(3), page(0))
    np.testing.assert_allclose(overlap(still, still), np.eye(3))


def test_what_moved_as_a_whole_is_moved_back():
    np.testing.assert_allclose(
        overlap(frame(np.eye(3), page(30)), frame(np.eye(3), page(0)))[1:, 1:], np.eye(2)
    )


def test_a_segment_like_none_moves_with_its_surroundings():
    features = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    lies_on = overlap(frame(features, page(12)), frame(np.eye(4)[:3], page(0)))
    assert lies_on[2].argmax() == 2


def test_frames_of_different_sizes_cannot_be_compared():
    assert overlap(frame(np.eye(3), page(0)), frame(np.eye(3), page(0)[:, :60])) is None


@pytest.mark.parametrize("count", [0, 1])
def test_nearly_empty_frames_are_no_problem(count):
    few = frame(np.eye(3)[:count], np.full((40, 80), count))
    assert overlap(few, frame(np.eye(3), page(0))).shape == (count, 3)
    assert overlap(frame(np.eye(3), page(0)), few).shape == (3, count)
