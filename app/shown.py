"""Shown frames: what is to be seen of every frame of a clip, and what a new prediction changed."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.edits import FramePaint
from core.jobs import Drawing, Prediction
from core.shown import FrameColors, show, show_paint


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
                self._shown[frame_id] = show(prediction, paint)
            elif drawing is not None:
                self._shown[frame_id] = show_paint(drawing, paint)
            else:
                return None
        return self._shown[frame_id]
