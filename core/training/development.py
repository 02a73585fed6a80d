"""Development accuracy: a quick look at a model while it is trained, on clips it never sees."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from core.training.benchmark import Known, colored, tasks
from core.truth import find_clips

SOME = {"cf": 2, "kf1": 3}
"""The settings that are measured, and which part of their frames: every second, every third."""


def measure(
    folders: Sequence[Path], encode: Callable[[Path], tuple[Sequence[Known], Sequence[Known]]]
) -> dict[str, float]:
    """Return the accuracy in per cent, by folder and setting, as the benchmark has it.

    Every second clip and a part of its frames are measured: it is done often.

    Args:
        folders: of clips.
        encode: gives the frames of a clip, and its sheets.
    """
    found: dict[str, list[float]] = {}
    for folder in folders:
        for clip in find_clips(folder)[::2]:
            frames, sheets = encode(clip)
            for setting, every in SOME.items():
                for target, known in tasks(frames, sheets, setting)[::every]:
                    right = colored(target, known) == target.colors
                    found.setdefault(f"{folder.name} {setting}", []).append(
                        100 * float(right.mean())
                    )
    return {key: float(np.mean(values)) for key, values in found.items()}
