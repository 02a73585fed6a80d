"""Flash: segments that are lit up for a moment, because they have changed or are looked for."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QVariantAnimation
from PySide6.QtGui import QPainter

from app.overlays import Argb, flash_overlay, image_of
from core.segments import LabelMap

FLASH_MS = 1200


class Flash(QVariantAnimation):
    """A light over some segments, which fades."""

    def __init__(self, parent: QObject) -> None:
        """Begin with nothing lit."""
        super().__init__(parent, startValue=1.0, endValue=0.0, duration=FLASH_MS)
        self.labels: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self._light: Argb | None = None  # at its brightest

    def light_up(self, labels: list[int]) -> None:
        """Light these segments, and no others any more."""
        self.labels, self._light = np.array(labels, np.int32), None
        self.stop()
        self.start()

    def outdate(self) -> None:
        """The view is another one, or the drawing."""
        self._light = None

    def draw(self, painter: QPainter, seen: LabelMap, count: int, ratio: float) -> None:
        """Outline what is lit, and veil it in white that fades; nothing once it is over.

        Args:
            painter: in device pixels.
            seen: `[h, w]`, the label of every device pixel.
            count: segments of the drawing.
            ratio: device pixels per screen pixel.
        """
        if self.state() != QVariantAnimation.State.Running:
            return
        if self._light is None:
            is_lit = np.zeros(count + 1, bool)
            is_lit[self.labels] = True
            self._light = flash_overlay(seen, is_lit, ratio=ratio)
        painter.setOpacity(self.currentValue())
        painter.drawImage(0, 0, image_of(self._light))
        painter.setOpacity(1)
