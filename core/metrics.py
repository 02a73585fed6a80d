"""Metrics: the paper's five figures for one frame, and their mean over frames."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

THRESHOLD = 10
"""Acc-Thresh leaves out segments of this many pixels or fewer."""


@dataclass(frozen=True)
class Metrics:
    """Shares from 0 to 1; nan where a frame has nothing to count.

    Attributes:
        acc: right segments among all segments.
        acc_thresh: the same among segments of more than `THRESHOLD` pixels.
        pix_acc: right pixels among the pixels of all segments (line pixels do not count).
        pix_f_acc: right pixels among those whose true colour is not background.
        pix_b_miou: predicted and true background pixels, intersection over union.

    Source: DACoN (ICCV 2025), section 4; `dacon/utils/metrics.py` of the reference.
    """

    acc: float
    acc_thresh: float
    pix_acc: float
    pix_f_acc: float
    pix_b_miou: float

    NAMES = ("Acc", "Acc-Thresh", "Pix-Acc", "Pix-F-Acc", "Pix-B-MIoU")


def measure(
    predicted: npt.NDArray[np.uint32],
    truth: npt.NDArray[np.uint32],
    areas: npt.NDArray[np.int32],
) -> Metrics:
    """Compare the colours of one frame.

    Args:
        predicted: packed RGBA per segment `[L]`; 0 is background.
        truth: the same, from the ground truth.
        areas: pixels per segment `[L]`.
    """
    right = predicted == truth
    is_large = areas > THRESHOLD
    says_background, is_background = predicted == 0, truth == 0
    both = areas[says_background & is_background].sum()
    either = areas[says_background | is_background].sum()
    foreground = areas[~is_background]
    return Metrics(
        acc=_share(right.sum(), len(right)),
        acc_thresh=_share(right[is_large].sum(), is_large.sum()),
        pix_acc=_share(areas[right].sum(), areas.sum()),
        pix_f_acc=_share(areas[right & ~is_background].sum(), foreground.sum()),
        pix_b_miou=_share(both, either),
    )


def mean(frames: Sequence[Metrics]) -> Metrics:
    """Average over frames; a figure that a frame does not have is left out of its mean."""
    table = np.array([astuple(frame) for frame in frames], np.float64).reshape(-1, 5)
    known = ~np.isnan(table)
    sums = np.where(known, table, 0).sum(axis=0)
    return Metrics(*(_share(*pair) for pair in zip(sums, known.sum(axis=0), strict=True)))


def calibration_error(
    confidence: npt.NDArray[np.float32], is_right: npt.NDArray[np.bool_], *, bins: int = 15
) -> float:
    """Return the expected calibration error: how far confidence is from the share that is right.

    Args:
        confidence: `[N]`, 0 to 1.
        is_right: `[N]`.
        bins: of equal width; each counts with what lies in it.

    Source: Guo et al., On Calibration of Modern Neural Networks (ICML 2017), equation 3.
    """
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(bin_of, confidence.astype(np.float64) - is_right, minlength=bins)
    return _share(float(np.abs(gaps).sum()), len(confidence))


def wrong_auroc(confidence: npt.NDArray[np.float32], is_right: npt.NDArray[np.bool_]) -> float:
    """Return how well low confidence finds what is wrong: the area under the ROC curve.

    It is the probability that a wrong segment has less confidence than a right one; nan if there
    are not both.
    """
    _, rank, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    right = int(is_right.sum())
    wrong = len(is_right) - right
    above = float(middle[rank][is_right].sum()) - right * (right + 1) / 2
    return _share(above, right * wrong)


def _share(part: np.number | float, whole: np.number | float) -> float:
    return float(part) / float(whole) if whole else float("nan")
