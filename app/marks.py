"""Marks: rings around what is doubtful but tiny, and ticks where a person corrected."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.overlays import GREEN, ORANGE, VERMILLION
from app.view import View
from core.edits import Mark
from core.jobs import Drawing
from core.matching import Band
from core.shown import FrameColors

RING_BELOW = 24
"""Segments to look at that look smaller than this (screen pixels) get a ring."""


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
        box = QRectF(x * view.scale + view.x, y * view.scale + view.y, 0, 0)
        box.setSize(QSizeF(width * view.scale, height * view.scale))
        unknown = shown.bands[index] == Band.NO_MATCH
        draw_ring(painter, box, VERMILLION if unknown else ORANGE, ratio)
    painter.setPen(QPen(QColor(255, 255, 255, 200), ratio))
    painter.setBrush(QColor.fromRgba(GREEN))
    size = 7 * ratio
    for index in np.flatnonzero((shown.marks == Mark.CORRECTED) & ~is_tiny).tolist():
        y, x = divmod(int(drawing.segments.first_pixels[index]), drawing.line.shape[1])
        corner = QPointF((x + 0.5) * view.scale + view.x, y * view.scale + view.y)
        painter.drawPolygon(
            QPolygonF([corner, corner + QPointF(size, 0), corner + QPointF(0, size)])
        )


def draw_ring(painter: QPainter, box: QRectF, color: int, ratio: float = 1.0) -> None:
    """Draw a ring of a colour (0xAARRGGBB), with a dark rim, around a box too small to be seen."""
    radius = max(box.width(), box.height()) / 2 + 4 * ratio
    for each, width in ((0x8C000000, 3), (color, 1.5)):
        painter.setPen(QPen(QColor.fromRgba(each), width * ratio))
        painter.drawEllipse(box.center(), radius, radius)
