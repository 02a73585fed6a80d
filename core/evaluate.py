"""Evaluate: a model on clips with ground truth, in the settings of the paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.beliefs import Reference
from core.encoders import Encoder
from core.encoders.scale import Scale
from core.matching import Band, Matches, bands, match
from core.metrics import Metrics, measure
from core.motion import overlap
from core.truth import TrueFrame, true_frames, true_sheets

Setting = Literal["keyframe", "consecutive", "first-frame"]
SETTINGS: tuple[Setting, ...] = ("keyframe", "consecutive", "first-frame")


@dataclass(frozen=True, eq=False)
class FrameResult:
    """The figures of one frame, and how sure the program was.

    Attributes:
        confidence: `[L]` float32. is_right: `[L]` bool. is_sure: `[L]` bool, the band.
    """

    clip: str
    frame: str
    metrics: Metrics
    confidence: npt.NDArray[np.float32]
    is_right: npt.NDArray[np.bool_]
    is_sure: npt.NDArray[np.bool_]


def evaluate_clip(
    encoder: Encoder, folder: Path, setting: Setting, *, shots: int = 1
) -> Iterator[FrameResult]:
    """Measure a clip frame by frame; frames are predicted from references with true colours.

    Args:
        encoder: the model.
        folder: one clip.
        setting: `keyframe`: the first `shots` sheets are the references; `consecutive`: the
            previous frame is; `first-frame`: the first frame is.
        shots: number of sheets, 0 for all.

    Raises:
        TruthError: if the clip lacks what the setting needs.
    """
    sheets = true_sheets(encoder, folder, shots) if setting == "keyframe" else []
    previous: TrueFrame | None = None
    for frame in true_frames(encoder, folder):
        known = [previous] if previous else sheets
        if known:
            matches, predicted = predict(
                frame, known, encoder.scale, is_beside=previous is not None
            )
            metrics = measure(predicted, frame.colors, frame.encoded.areas)
            is_right = predicted == frame.colors
            is_sure = bands(matches, encoder.scale) == Band.SURE
            yield FrameResult(
                folder.name, frame.name, metrics, matches.confidence, is_right, is_sure
            )
        if setting == "consecutive" or (setting == "first-frame" and previous is None):
            previous = frame


def predict(
    target: TrueFrame, known: Sequence[TrueFrame], scale: Scale, *, is_beside: bool
) -> tuple[Matches, npt.NDArray[np.uint32]]:
    """Match a frame with others; the predicted packed colours are `[L]`.

    `is_beside` says that the first one is a frame of the same clip, near in time.
    """
    values = np.unique(np.concatenate([each.colors for each in known]))
    references = []
    for number, each in enumerate(known):
        ids = np.searchsorted(values, each.colors).astype(np.int32) + 1
        lies_on = overlap(target.encoded, each.encoded) if is_beside and number == 0 else None
        references.append(Reference(each.encoded, ids, lies_on))
    matches = match(target.encoded, references, scale)
    # a clip may have frames without segments: nothing is known from them
    predicted = np.concatenate([np.zeros(1, np.uint32), values])[matches.colors]
    return matches, predicted
