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

SETTINGS = ("cf", "ff", "kf1", "kf6")
"""Previous frame, first frame, one sheet view, all sheet views."""

MIN_SEGMENTS = 3
"""Frames with fewer are left out, as the laboratory did."""


@dataclass(frozen=True)
class Encoded:
    """A drawing with its features and true colours (packed RGBA)."""

    features: SegmentFeatures
    colors: npt.NDArray[np.uint32]
    areas: npt.NDArray[np.int32]


def encode_clip(encoder: Encoder, clip: Path) -> tuple[list[Encoded], list[Encoded]]:
    """Encode the drawings of a clip and its sheets."""
    found = []
    for folder in (clip, clip / "ref"):
        encoded = []
        for path in sorted((folder / "line").glob("*.png")):
            line = read_line_image(path)
            segments = segment(line)
            if len(segments) < MIN_SEGMENTS or not (folder / "gt" / path.name).exists():
                continue
            colors = segment_colors(segments.label_map, read_image(folder / "gt" / path.name))
            encoded.append(Encoded(encoder.encode(line, segments), colors, segments.areas))
        found.append(encoded)
    frames, sheets = found
    return frames, sheets


def answers(
    frames: Sequence[Encoded], sheets: Sequence[Encoded], setting: str
) -> Iterator[Metrics]:
    """Colour the frames of a clip and measure each."""
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
        yield measure(predicted, frame.colors, frame.areas)


def benchmark(encoder: Encoder, folder: Path) -> dict[str, list[Metrics]]:
    """Measure all clips of a folder that have sheets: the figures of every frame, per setting."""
    found: dict[str, list[Metrics]] = {setting: [] for setting in SETTINGS}
    for clip in sorted(path.parent for path in folder.glob("*/gt")):
        frames, sheets = encode_clip(encoder, clip)
        if sheets and len(frames) > 2:
            for setting in SETTINGS:
                found[setting] += answers(frames, sheets, setting)
    return found
