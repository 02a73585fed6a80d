"""The development benchmark: accuracy of an encoder in four settings, and how to read its margins.

As the laboratory measured it: argmax of single segments with the product's own segments, Acc and
Acc-Thresh averaged over frames. `core.evaluate` measures one clip in one setting; here every
drawing is encoded once for all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.encoders import Encoder, SegmentFeatures
from core.images import read_image, read_line_image
from core.matching import Matches, Reference, match, overlap
from core.metrics import Metrics, mean, measure
from core.segments import segment
from core.sheets import segment_colors
from core.training.clips import find_training_clips
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
    small_map: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Answer:
    """The matches of one frame in one setting and what they are worth.

    Attributes:
        path: the line image.
        predicted: `[L]` packed RGBA; right: `[L]`, where it is the true colour.
    """

    path: Path
    predicted: npt.NDArray[np.uint32]
    matches: Matches
    right: npt.NDArray[np.bool_]
    areas: npt.NDArray[np.int32]
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
                    _small(segments.label_map),
                )
            )
        found.append(encoded)
    frames, sheets = found
    return frames, sheets


def answers(
    frames: Sequence[Encoded], sheets: Sequence[Encoded], setting: str, *, bonus: float = 0
) -> Iterator[Answer]:
    """Colour the frames of a clip; `bonus` is added for a full overlap with the previous frame."""
    for index, frame in enumerate(frames):
        if setting in ("cf", "ff"):
            known = [frames[index - 1] if setting == "cf" else frames[0]] if index else []
        else:
            known = list(sheets[:1] if setting == "kf1" else sheets)
        if not known:
            continue
        values = np.unique(np.concatenate([each.colors for each in known]))
        references = []
        for each in known:
            added = None
            if bonus and setting == "cf":
                counts = (len(frame.areas), len(each.areas))
                iou = overlap(frame.small_map, each.small_map, counts=counts)
                added = None if iou is None else np.float32(bonus) * iou
            ids = np.searchsorted(values, each.colors).astype(np.int32)
            references.append(Reference(each.features, ids, added))
        matches = match(frame.features, references)
        predicted = values[matches.colors]
        metrics = measure(predicted, frame.colors, frame.areas)
        right = predicted == frame.colors
        yield Answer(frame.path, predicted, matches, right, frame.areas, metrics)


def measure_clip(encoder: Encoder, clip: Path, *, bonus: float = 0) -> dict[str, list[Answer]]:
    """Measure a clip in all settings; one without sheets or with less than three frames gives none.

    Raises:
        ImageError: if a drawing cannot be read.
    """
    frames, sheets = encode_clip(encoder, clip)
    if not sheets or len(frames) < 3:
        return {setting: [] for setting in SETTINGS}
    return {setting: list(answers(frames, sheets, setting, bonus=bonus)) for setting in SETTINGS}


def benchmark(
    encoder: Encoder, folder: Path, *, bonus: float = 0
) -> tuple[dict[str, Metrics], dict[str, list[Answer]]]:
    """Measure all clips of a folder, per setting."""
    found: dict[str, list[Answer]] = {setting: [] for setting in SETTINGS}
    [clips] = find_training_clips([folder])
    for clip in clips:
        for setting, measured in measure_clip(encoder, clip, bonus=bonus).items():
            found[setting] += measured
    table = {key: mean([each.metrics for each in values]) for key, values in found.items()}
    return table, found


def _small(label_map: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Shrink a label map as `core.cache` does, lines filled from their neighbours."""
    step = -(-max(label_map.shape) // 480)
    small = np.ascontiguousarray(label_map[::step, ::step])
    for _ in range(2):
        grown = cv2.dilate(small.astype(np.float32), np.ones((3, 3), np.uint8))
        small = np.where(small == 0, grown, small).astype(np.int32)
    return small
