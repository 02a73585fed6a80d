"""Shown: what is to be seen of a frame, a prediction with a person's word laid over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.edits import FramePaint, SegmentKey, settle
from core.jobs import Drawing, Prediction
from core.matching import Band
from core.palette import NO_COLOR


@dataclass(frozen=True)
class FrameColors:
    """What is shown of a frame.

    Attributes:
        keys: of its L segments.
        colors: `[L]` int32 palette ids. marks: `[L]` int8, see `settle`. bands: `[L]` int8.
        confidence: `[L]` float32, 0 to 1; 1 where a person settled it.
    """

    keys: Sequence[SegmentKey]
    colors: npt.NDArray[np.int32]
    marks: npt.NDArray[np.int8]
    bands: npt.NDArray[np.int8]
    confidence: npt.NDArray[np.float32]

    @property
    def is_unpainted(self) -> npt.NDArray[np.bool_]:
        """Which of the segments `[L]` have no colour, and not because a person wants it so."""
        unpainted: npt.NDArray[np.bool_] = (self.colors == NO_COLOR) & (self.marks == 0)
        return unpainted

    @cached_property
    def doubtful(self) -> npt.NDArray[np.int64]:
        """The labels that a person should look at."""
        return np.flatnonzero(self.bands >= Band.DOUBTFUL) + 1


def show(prediction: Prediction, paint: FramePaint) -> FrameColors:
    """Lay what a person settled in a frame over what was predicted of it."""
    matches = prediction.matches
    return _show(prediction.keys, matches.colors, prediction.bands, matches.confidence, paint)


def show_paint(drawing: Drawing, paint: FramePaint) -> FrameColors:
    """Show what a person settled in a frame of which nothing is predicted."""
    count = len(drawing.segments)
    nothing = np.zeros(count, np.int32), np.zeros(count, np.int8), np.zeros(count, np.float32)
    return _show(drawing.segments.keys, *nothing, paint)


def _show(
    keys: Sequence[SegmentKey],
    predicted: npt.NDArray[np.int32],
    bands: npt.NDArray[np.int8],
    confidence: npt.NDArray[np.float32],
    paint: FramePaint,
) -> FrameColors:
    colors, marks = settle(predicted, keys, paint)
    is_settled = marks > 0
    return FrameColors(
        keys,
        colors,
        marks,
        np.where(is_settled, np.int8(Band.SURE), bands),
        np.where(is_settled, np.float32(1), confidence),
    )
