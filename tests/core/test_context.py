"""Context: where segments lie and which touch, on the small label map."""

import numpy as np
import pytest

from core.context import measure

SMALL_MAP = np.array(
    [
        [1, 1, 1, 1, 1, 1],
        [1, 2, 2, 3, 3, 1],
        [1, 2, 2, 3, 3, 1],
        [1, 1, 0, 0, 1, 1],
        [1, 1, 0, 4, 0, 1],
    ],
    np.int32,
)
"""The paper, two boxes beside each other, and one below that lines keep from touching anything."""


def test_pairs_of_touching_segments_come_both_ways_round_with_their_common_border():
    context = measure(SMALL_MAP, 5)
    pairs = zip(context.first.tolist(), context.second.tolist(), strict=True)
    cells = dict(zip(pairs, np.expm1(context.touching).tolist(), strict=True))
    expected = {(0, 1): 5, (1, 0): 5, (0, 2): 5, (2, 0): 5, (1, 2): 2, (2, 1): 2}
    assert cells == pytest.approx(expected)


def test_neighbours_speak_by_their_share_of_the_border():
    context = measure(SMALL_MAP, 5)
    values = np.array([[1, 0], [0, 1], [0, 0], [9, 9], [9, 9]], np.float32)
    of_box, of_paper = np.log(6) / (np.log(6) + np.log(3)), 1 / 2
    np.testing.assert_allclose(
        context.around(values),
        [[0, of_paper], [of_box, 0], [of_box, 1 - of_box], [0, 0], [0, 0]],
        rtol=1e-6,
    )


def test_what_touches_nothing_hears_nothing():
    values = np.ones((1, 2), np.float32)
    assert measure(np.ones((4, 4), np.int32), 1).around(values).tolist() == [[0, 0]]
    empty = measure(np.zeros((4, 4), np.int32), 0)
    assert empty.around(values[:0]).shape == (0, 2)


def test_it_takes_no_room_for_pairs_that_do_not_touch():
    count = 40_000  # every pair of them: 12 GB
    context = measure(np.arange(1, count + 1, dtype=np.int32).reshape(200, 200), count)
    assert len(context.first) == 2 * 2 * 200 * 199
    assert context.around(np.ones((count, 1), np.float32)) == pytest.approx(1)
