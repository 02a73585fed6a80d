"""Shown: what is to be seen of every frame, predictions with a person's word laid over them."""

from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True)
class Recolored:
    """Segments of a frame that a new prediction shows in another colour: label, before, after."""

    frame_id: int
    segments: tuple[tuple[int, int, int], ...]


def recolored(
    frame_id: int, former: FrameColors | None, now: FrameColors | None
) -> Recolored | None:
    """Compare what was shown of a frame with what is; None if nothing, or nothing comparable."""
    if former is None or now is None or tuple(former.keys) != tuple(now.keys):
        return None
    labels = np.flatnonzero(former.colors != now.colors) + 1
    if not len(labels):
        return None
    before, after = former.colors[labels - 1].tolist(), now.colors[labels - 1].tolist()
    return Recolored(frame_id, tuple(zip(labels.tolist(), before, after, strict=True)))


class ShownFrames:
    """The latest prediction of every frame, and what is shown of it, worked out when asked for."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._predictions: dict[int, Prediction] = {}
        self._shown: dict[int, FrameColors] = {}
        self._failed: set[int] = set()

    def put(self, prediction: Prediction) -> None:
        """Take a new prediction in place of the former one."""
        self._predictions[prediction.frame_id] = prediction
        self._shown.pop(prediction.frame_id, None)
        self._failed.discard(prediction.frame_id)

    def fail(self, frame_id: int) -> None:
        """Forget what was predicted of a frame: its drawing cannot be read any more."""
        self._predictions.pop(frame_id, None)
        self._shown.pop(frame_id, None)
        self._failed.add(frame_id)

    def is_awaited(self, frame_id: int) -> bool:
        """Tell whether there is no prediction of a frame yet, though there will be one."""
        return frame_id not in self._predictions and frame_id not in self._failed

    def prediction(self, frame_id: int, drawing: Drawing | None = None) -> Prediction | None:
        """Return the latest prediction of a frame; of this very drawing if one is given."""
        latest = self._predictions.get(frame_id)
        is_former = latest is not None and drawing is not None and latest.digest != drawing.digest
        return None if is_former else latest

    def repaint(self, frame_ids: Iterable[int]) -> None:
        """Work these frames out anew: their paint has changed."""
        for frame_id in frame_ids:
            self._shown.pop(frame_id, None)

    def clear(self) -> None:
        """Forget everything."""
        self._predictions.clear()
        self._shown.clear()
        self._failed.clear()

    def colors(
        self, frame_id: int, paint: FramePaint, drawing: Drawing | None = None
    ) -> FrameColors | None:
        """Return what is to be shown of a frame, None while nothing is known of it.

        Args:
            frame_id: which frame.
            paint: what a person settled in it.
            drawing: if it has been read; it is enough to show the paint before there is a
                prediction, and while there is only one of a former drawing.
        """
        if frame_id not in self._shown:
            prediction = self.prediction(frame_id, drawing)
            if prediction is not None:
                keys: Sequence[SegmentKey] = prediction.keys
                predicted, bands = prediction.matches.colors, prediction.bands
                confidence = prediction.matches.confidence
            elif drawing is not None:
                keys = drawing.segments.keys
                predicted, bands = np.zeros(len(keys), np.int32), np.zeros(len(keys), np.int8)
                confidence = np.zeros(len(keys), np.float32)
            else:
                return None
            colors, marks = settle(predicted, keys, paint)
            bands = np.where(marks > 0, np.int8(Band.SURE), bands)
            confidence = np.where(marks > 0, np.float32(1), confidence)
            self._shown[frame_id] = FrameColors(keys, colors, marks, bands, confidence)
        return self._shown[frame_id]
