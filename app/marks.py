"""Marks: rings around what is doubtful but tiny, and ticks where a person corrected."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.overlays import GREEN, ORANGE, VERMILLION
from app.shown import FrameColors
from app.view import View
from core.edits import Mark
from core.jobs import Drawing
from core.matching import Band

RING_BELOW = 24
"""Doubtful segments that look smaller than this (screen pixels) get a ring."""


def draw_marks(
    painter: QPainter, drawing: Drawing, shown: FrameColors, view: View, ratio: float
) -> None:
    """Ring what is doubtful but tiny; tick what a person corrected.

    Args:
        painter: in device pixels.
        drawing: the frame on the canvas.
        shown: what is shown of its segments.
        view: where it lies, in device pixels.
        ratio: device pixels per screen pixel.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    boxes = drawing.segments.boxes
    is_tiny = boxes[:, 2:].max(axis=1) * view.scale < RING_BELOW * ratio
    for index in np.flatnonzero(is_tiny & (shown.bands >= Band.DOUBTFUL)).tolist():
        x, y, width, height = boxes[index].tolist()
        middle = QPointF(
            (x + width / 2) * view.scale + view.x, (y + height / 2) * view.scale + view.y
        )
        radius = max(width, height) * view.scale / 2 + 4 * ratio
        unknown = shown.bands[index] == Band.NO_MATCH
        for color, pen_width in ((0x8C000000, 3), (VERMILLION if unknown else ORANGE, 1.5)):
            painter.setPen(QPen(QColor.fromRgba(color), pen_width * ratio))
            painter.drawEllipse(middle, radius, radius)
    painter.setPen(QPen(QColor(255, 255, 255, 200), ratio))
    painter.setBrush(QColor.fromRgba(GREEN))
    size = 7 * ratio
    for index in np.flatnonzero((shown.marks == Mark.CORRECTED) & ~is_tiny).tolist():
        y, x = divmod(int(drawing.segments.first_pixels[index]), drawing.line.shape[1])
        corner = QPointF((x + 0.5) * view.scale + view.x, y * view.scale + view.y)
        painter.drawPolygon(
            QPolygonF([corner, corner + QPointF(size, 0), corner + QPointF(0, size)])
        )
