"""The development benchmark: accuracy of an encoder in four settings.

As the laboratory measured it: argmax of single segments with the product's own segments, Acc and
Acc-Thresh averaged over frames. `core.evaluate` measures one clip in one setting; here every
drawing is encoded once for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.encoders import Encoder, SegmentFeatures
from core.matching import nearest
from core.metrics import Metrics, measure
from core.truth import complete_drawings, frames_and_sheets, read_drawing

SETTINGS = {
    "cf": "previous frame",
    "ff": "first frame",
    "kf1": "one sheet",
    "kf6": "all sheets",
}
"""What a frame is coloured from, by a short name."""

MIN_SEGMENTS = 3
"""Frames with fewer are left out, as the laboratory did."""


@dataclass(frozen=True, eq=False)
class Known:
    """A drawing with its features `[L, C]` and true colours `[L]` (packed RGBA)."""

    features: SegmentFeatures
    colors: npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class KnownFile(Known):
    """The same with what the figures and the pictures of the worst frames need."""

    path: Path
    areas: npt.NDArray[np.int32]


K = TypeVar("K", bound=Known)


@dataclass(frozen=True)
class Answer:
    """The colours of one frame in one setting, and what they are worth.

    Attributes:
        path: the line image.
        predicted: `[L]` packed RGBA; right: `[L]`, where it is the true colour.
    """

    path: Path
    predicted: npt.NDArray[np.uint32]
    right: npt.NDArray[np.bool_]
    metrics: Metrics


def tasks(frames: Sequence[K], sheets: Sequence[K], setting: str) -> list[tuple[K, Sequence[K]]]:
    """Return the frames of a clip that a setting has references for, with those."""
    if setting == "cf":
        return [(frame, [before]) for before, frame in pairwise(frames)]
    if setting == "ff":
        return [(frame, frames[:1]) for frame in frames[1:]]
    known = sheets[:1] if setting == "kf1" else sheets
    return [(frame, known) for frame in frames if known]


def colored(target: Known, known: Sequence[Known]) -> npt.NDArray[np.uint32]:
    """Colour every segment as the most similar one that is known."""
    features = np.concatenate([each.features for each in known])
    return nearest(target.features, features, np.concatenate([each.colors for each in known]))


def encode_clip(encoder: Encoder, clip: Path) -> tuple[list[KnownFile], list[KnownFile]]:
    """Encode the drawings of a clip and its sheets, those that have their colours.

    Raises:
        ImageError: if one cannot be read.
    """
    found: tuple[list[KnownFile], list[KnownFile]] = ([], [])
    for known, folder in zip(found, frames_and_sheets(clip), strict=True):
        for path in complete_drawings(folder)[0]:
            line, segments, colors = read_drawing(path)
            if len(segments) >= MIN_SEGMENTS:
                features = encoder.encode(line, segments)
                known.append(KnownFile(features, colors, path, segments.areas))
    return found


def measure_clip(encoder: Encoder, clip: Path) -> dict[str, list[Answer]]:
    """Measure a clip in all settings; one without sheets or with less than three frames gives none.

    Raises:
        ImageError: if a drawing cannot be read.
    """
    frames, sheets = encode_clip(encoder, clip)
    if not sheets or len(frames) < 3:
        return {setting: [] for setting in SETTINGS}
    return {
        setting: [_answer(*task) for task in tasks(frames, sheets, setting)] for setting in SETTINGS
    }


def _answer(frame: KnownFile, known: Sequence[KnownFile]) -> Answer:
    predicted = colored(frame, known)
    metrics = measure(predicted, frame.colors, frame.areas)
    return Answer(frame.path, predicted, predicted == frame.colors, metrics)
