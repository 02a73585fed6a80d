"""Metrics: the paper's five figures, counted by hand."""

import numpy as np
import pytest

from core.metrics import mean, measure

PREDICTED = np.array([0, 5, 6, 7], np.uint32)
TRUTH = np.array([0, 5, 6, 0], np.uint32)
AREAS = np.array([100, 50, 8, 42], np.int32)


def test_each_figure_counts_what_the_paper_says():
    metrics = measure(PREDICTED, TRUTH, AREAS)
    assert metrics.acc == pytest.approx(3 / 4)
    assert metrics.acc_thresh == pytest.approx(2 / 3)  # the 8 px segment does not count
    assert metrics.pix_acc == pytest.approx(158 / 200)
    assert metrics.pix_f_acc == pytest.approx(58 / 58)
    assert metrics.pix_b_miou == pytest.approx(100 / 142)


def test_the_mean_is_over_frames_and_leaves_out_what_a_frame_does_not_have():
    all_background = measure(
        np.zeros(1, np.uint32), np.zeros(1, np.uint32), np.array([9], np.int32)
    )
    assert np.isnan(all_background.pix_f_acc)
    both = mean([measure(PREDICTED, TRUTH, AREAS), all_background])
    assert both.acc == pytest.approx((3 / 4 + 1) / 2)
    assert both.pix_f_acc == pytest.approx(1.0)
