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
    def crowd(shift):
        label_map = np.pad(page(shift), ((0, 20), (0, 0)), constant_values=1)
        label_map[30:40, 5 + shift : 25 + shift] = 4
        label_map[23:27, 12 + shift : 18 + shift] = 5  # within the third
        return label_map

    like_none = np.vstack([np.eye(6)[:4], np.eye(6)[5]])
    lies_on = overlap(frame(like_none, crowd(12)), frame(np.eye(6)[:5], crowd(0)))
    assert lies_on[4].argmax() == 4


def test_limbs_that_pass_each_other_keep_apart():
    """Each has a patch that looks like nothing in the other frame, and goes where its limb goes."""

    def limbs(shift):
        label_map = np.ones((80, 120), np.int32)
        for first, (top, left) in ((2, (20, 30 + shift)), (6, (44, 54 - shift))):
            for number, (y, x) in enumerate(((0, 0), (0, 18), (10, 0))):
                label_map[top + y : top + y + 9, left + x : left + x + 16] = first + number
            label_map[top + 11 : top + 16, left + 22 : left + 28] = first + 3
        return label_map

    known = np.eye(11)[:9]
    like_none = known.copy()
    like_none[[4, 8]] = np.eye(11)[[9, 10]]
    lies_on = overlap(frame(like_none, limbs(8)), frame(known, limbs(0)))
    np.testing.assert_allclose(lies_on[[4, 8], [4, 8]], 1)


def test_the_background_stays_and_holds_nothing_back():
    """A figure in the middle of the page, where the background has its centre, too."""

    def walk(x):
        label_map = np.ones((40, 80), np.int32)
        label_map[10:30, x : x + 10] = 2
        return frame(np.eye(2), label_map)

    lies_on = overlap(walk(35), walk(23))
    assert lies_on[1].tolist() == [0, 1]
    page, figure = 40 * 80, 20 * 10
    paper = page - figure
    np.testing.assert_allclose(lies_on[0], [(page - 2 * figure) / page, figure / paper], rtol=1e-6)


def test_frames_of_different_sizes_cannot_be_compared():
    assert overlap(frame(np.eye(3), page(0)), frame(np.eye(3), page(0)[:, :60])) is None


@pytest.mark.parametrize("count", [0, 1])
def test_nearly_empty_frames_are_no_problem(count):
    few = frame(np.eye(3)[:count], np.full((40, 80), count))
    assert overlap(few, frame(np.eye(3), page(0))).shape == (count, 3)
    assert overlap(frame(np.eye(3), page(0)), few).shape == (3, count)
