"""Published: the paper's figures on the test set of PaintBucket-Character v2, in per cent.

Source: `checkpoints/README.md` of the published code (September 2025).
"""

from dataclasses import dataclass

from core.evaluate import Setting
from core.metrics import Metrics


@dataclass(frozen=True)
class Published:
    """A row of the published tables; `part` is the part of the test set, if not all of it."""

    model: str
    setting: Setting
    shots: int
    part: str
    figures: Metrics


def _rows(
    setting: Setting, shots: int, part: str, *figures: tuple[float, float]
) -> tuple[Published, Published]:
    """Make the rows of both versions, from pairs as they are printed."""
    old, new = zip(*figures, strict=True)
    return (
        Published("dacon-1.0", setting, shots, part, Metrics(*old)),
        Published("dacon-1.1", setting, shots, part, Metrics(*new)),
    )


# fmt: off
TABLE = (
    *_rows("keyframe", 1, "", (67.61, 68.01), (72.52, 72.87), (96.85, 96.97), (90.65, 91.03), (99.18, 99.11)),  # noqa: E501
    *_rows("keyframe", 5, "", (73.35, 73.91), (77.57, 78.23), (97.76, 97.84), (93.65, 94.28), (99.18, 98.92)),  # noqa: E501
    *_rows("keyframe", 0, "", (74.47, 75.05), (78.53, 79.23), (98.06, 98.19), (94.29, 94.79), (99.23, 99.16)),  # noqa: E501
    *_rows("consecutive", 0, "3D", (84.61, 85.32), (88.14, 88.82), (99.27, 99.34), (97.97, 98.24), (99.63, 99.65)),  # noqa: E501
    *_rows("consecutive", 0, "hand-drawn", (87.40, 87.66), (90.54, 90.84), (99.10, 99.27), (96.95, 97.27), (99.71, 99.75)),  # noqa: E501
)
# fmt: on
"""Acc, Acc-Thresh, Pix-Acc, Pix-F-Acc, Pix-B-MIoU of 1.0 and 1.1; 0 shots are all sheets."""


def published(model: str, setting: Setting, shots: int) -> tuple[Published, ...]:
    """Return the rows to lay beside what was measured; none for other models and settings."""
    return tuple(
        row
        for row in TABLE
        if row.model == model
        and row.setting == setting
        and (setting != "keyframe" or row.shots == shots)
    )
