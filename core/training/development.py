"""Development accuracy: a quick look at a model while it is trained, on clips it never sees."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.encoders import SegmentFeatures
from core.training.clips import find_training_clips


@dataclass(frozen=True)
class Encoded:
    """A frame: features `[L, C]`, true colours `[L]` (packed RGBA), and whose it is."""

    features: SegmentFeatures
    colors: npt.NDArray[np.uint32]
    is_sheet: bool


def measure(
    folders: Sequence[Path], encode: Callable[[Path], Sequence[Encoded]]
) -> dict[str, float]:
    """Return the accuracy in per cent, argmax of single segments, as `core.evaluate` has it.

    A figure per folder and setting: `cf` the previous frame, `kf1` the first sheet. Every second
    clip and a part of its frames are measured: it is done often.

    Args:
        folders: of clips.
        encode: gives the frames of a clip, and then its sheets.
    """
    found: dict[str, list[float]] = {}
    for folder, clips in zip(folders, find_training_clips(folders), strict=True):
        for clip in clips[::2]:
            frames = encode(clip)
            drawings = [frame for frame in frames if not frame.is_sheet]
            sheets = [frame for frame in frames if frame.is_sheet]
            pairs = [("cf", b, a) for a, b in pairwise(drawings)][::2]
            pairs += [("kf1", a, sheets[0]) for a in drawings[::3] if sheets]
            for setting, target, reference in pairs:
                nearest = (target.features @ reference.features.T).argmax(axis=1)
                right = reference.colors[nearest] == target.colors
                found.setdefault(f"{folder.name} {setting}", []).append(100 * float(right.mean()))
    return {key: float(np.mean(values)) for key, values in found.items()}
