"""Baselines: what others reached on the development benchmark, to lay beside what is measured.

Source: the laboratory's model `drawn.pt`, measured with the program's own segments, areas in pixels
of the drawing: model card of the embedded encoder, November 2026.
"""

from dataclasses import dataclass

LABORATORY = "drawn.pt"

_SETTINGS = ("cf", "ff", "kf1", "kf6")

# fmt: off
_TABLE = {  # Acc, Acc-Thresh in per cent: previous frame, first frame, one sheet, all sheets
    "drawn_plain": ((89.7, 91.6), (83.2, 85.0), (78.3, 80.3), (82.1, 84.1)),
    "drawn_shadow": ((87.4, 89.7), (79.9, 82.4), (72.5, 74.9), (76.8, 79.4)),
    "rendered_plain": ((89.9, 91.6), (83.4, 84.9), (58.8, 61.0), (64.8, 66.1)),
    "rendered_shadow": ((81.9, 84.0), (70.1, 72.0), (43.0, 44.4), (53.4, 54.8)),
}
# fmt: on


@dataclass(frozen=True)
class Baseline:
    """Two figures of the laboratory's model, 0 to 1."""

    acc: float
    acc_thresh: float


def laboratory(folder: str, setting: str) -> Baseline | None:
    """Return the figures for a set (by the name of its folder) and a setting, if they are known."""
    if folder not in _TABLE:
        return None
    acc, acc_thresh = _TABLE[folder][_SETTINGS.index(setting)]
    return Baseline(acc / 100, acc_thresh / 100)


def errors_removed(value: float, baseline: float) -> float:
    """Return the share of the errors that are gone: 1 all, 0 none, below 0 more than before."""
    return (value - baseline) / (1 - baseline)
