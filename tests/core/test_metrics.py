"""Metrics: the paper's five figures, counted by hand."""

import numpy as np
import pytest

from core.metrics import calibration_error, mean, measure, wrong_auroc

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


def test_a_segment_of_ten_pixels_is_too_small_for_the_threshold_and_one_of_eleven_is_not():
    areas = np.array([11, 10], np.int32)
    right_and_wrong = measure(np.array([5, 6], np.uint32), np.array([5, 7], np.uint32), areas)
    assert right_and_wrong.acc == pytest.approx(1 / 2)
    assert right_and_wrong.acc_thresh == pytest.approx(1)


def test_the_mean_is_over_frames_and_leaves_out_what_a_frame_does_not_have():
    all_background = measure(
        np.zeros(1, np.uint32), np.zeros(1, np.uint32), np.array([9], np.int32)
    )
    assert np.isnan(all_background.pix_f_acc)
    both = mean([measure(PREDICTED, TRUTH, AREAS), all_background])
    assert both.acc == pytest.approx((3 / 4 + 1) / 2)
    assert both.pix_f_acc == pytest.approx(1.0)


def test_calibration_error_is_the_gap_between_confidence_and_the_share_that_is_right():
    confidence = np.full(10, 0.8, np.float32)
    right = np.arange(10)
    assert calibration_error(confidence, right < 8) == pytest.approx(0, abs=1e-6)
    assert calibration_error(confidence, right < 5) == pytest.approx(0.3, abs=1e-6)
    assert np.isnan(calibration_error(confidence[:0], right[:0] < 0))


def test_auroc_counts_pairs_of_a_wrong_and_a_right_segment():
    confidence = np.array([0.1, 0.9, 0.9, 0.5], np.float32)
    # of the four pairs: two in order, one equal, one the wrong way round
    assert wrong_auroc(confidence, np.array([False, True, False, True])) == pytest.approx(2.5 / 4)
    assert np.isnan(wrong_auroc(confidence, np.ones(4, bool)))
