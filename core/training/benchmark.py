"""The development benchmark: accuracy of an encoder in four settings.

As the laboratory measured it: argmax of single segments with the product's own segments, Acc and
Acc-Thresh averaged over frames. `core.evaluate` measures one clip in one setting; here every
drawing is encoded once for all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.encoders import Encoder, SegmentFeatures
from core.images import read_image, read_line_image
from core.matching import nearest
from core.metrics import Metrics, measure
from core.segments import segment
from core.sheets import segment_colors
from core.training.drawings import complete_drawings, true_colors

SETTINGS = {
    "cf": "previous frame",
    "ff": "first frame",
    "kf1": "one sheet",
    "kf6": "all sheets",
}
"""What a frame is coloured from, by a short name."""

MIN_SEGMENTS = 3
"""Frames with fewer are left out, as the laboratory did."""


@dataclass(frozen=True)
class Encoded:
    """A drawing with its features and true colours (packed RGBA)."""

    path: Path
    features: SegmentFeatures
    colors: npt.NDArray[np.uint32]
    areas: npt.NDArray[np.int32]


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


def encode_clip(encoder: Encoder, clip: Path) -> tuple[list[Encoded], list[Encoded]]:
    """Encode the drawings of a clip and its sheets, those that have their colours.

    Raises:
        ImageError: if one cannot be read.
    """
    found = []
    for folder in (clip, clip / "ref"):
        encoded = []
        for path in complete_drawings(folder)[0]:
            line = read_line_image(path)
            segments = segment(line)
            if len(segments) < MIN_SEGMENTS:
                continue
            colors = segment_colors(segments.label_map, read_image(true_colors(path)))
            encoded.append(
                Encoded(
                    path,
                    encoder.encode(line, segments),
                    colors,
                    segments.areas,
                )
            )
        found.append(encoded)
    frames, sheets = found
    return frames, sheets


def answers(frames: Sequence[Encoded], sheets: Sequence[Encoded], setting: str) -> Iterator[Answer]:
    """Colour the frames of a clip: every segment as the most similar one that is known."""
    for index, frame in enumerate(frames):
        if setting in ("cf", "ff"):
            known = [frames[index - 1] if setting == "cf" else frames[0]] if index else []
        else:
            known = list(sheets[:1] if setting == "kf1" else sheets)
        if not known:
            continue
        features = np.concatenate([each.features for each in known])
        colors = np.concatenate([each.colors for each in known])
        predicted = nearest(frame.features, features, colors)
        metrics = measure(predicted, frame.colors, frame.areas)
        yield Answer(frame.path, predicted, predicted == frame.colors, metrics)


def measure_clip(encoder: Encoder, clip: Path) -> dict[str, list[Answer]]:
    """Measure a clip in all settings; one without sheets or with less than three frames gives none.

    Raises:
        ImageError: if a drawing cannot be read.
    """
    frames, sheets = encode_clip(encoder, clip)
    if not sheets or len(frames) < 3:
        return {setting: [] for setting in SETTINGS}
    return {setting: list(answers(frames, sheets, setting)) for setting in SETTINGS}
