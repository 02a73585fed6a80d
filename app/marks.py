"""Marks: rings around what is doubtful but tiny, and ticks where a person corrected."""

from functools import lru_cache
from math import ceil

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from app.overlays import GREEN, ORANGE, VERMILLION
from app.view import View
from core.edits import Mark
from core.jobs import Drawing
from core.matching import Band
from core.shown import FrameColors

RING_BELOW = 24
"""Segments to look at that look smaller than this (screen pixels) get a ring."""


def draw_marks(
    painter: QPainter,
    drawing: Drawing,
    shown: FrameColors,
    view: View,
    *,
    ratio: float,
    part: QRect,
) -> None:
    """Ring what is doubtful but tiny; tick what a person corrected.

    Args:
        painter: in device pixels.
        drawing: the frame on the canvas.
        shown: what is shown of its segments.
        view: where it lies, in device pixels.
        ratio: device pixels per screen pixel.
        part: what is drawn anew, in device pixels.
    """
    boxes = drawing.segments.boxes
    lengths = boxes[:, 2:].max(axis=1) * view.scale
    is_tiny = lengths < RING_BELOW * ratio
    middles = (boxes[:, :2] + boxes[:, 2:] / 2) * view.scale + (view.x, view.y)
    reach = RING_BELOW * ratio
    is_seen = (
        (middles >= (part.left() - reach, part.top() - reach))
        & (middles <= (part.right() + reach, part.bottom() + reach))
    ).all(axis=1)
    ringed = np.flatnonzero(is_tiny & is_seen & (shown.bands >= Band.DOUBTFUL))
    for length, (x, y), band in zip(
        np.ceil(lengths[ringed]).astype(int).tolist(),
        middles[ringed].tolist(),
        shown.bands[ringed].tolist(),
        strict=True,
    ):
        ring = _ring(length, VERMILLION if band == Band.NO_MATCH else ORANGE, ratio)
        painter.drawImage(QPoint(round(x) - ring.width() // 2, round(y) - ring.width() // 2), ring)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(255, 255, 255, 200), ratio))
    painter.setBrush(QColor.fromRgba(GREEN))
    size = 7 * ratio
    for index in np.flatnonzero((shown.marks == Mark.CORRECTED) & ~is_tiny).tolist():
        y, x = divmod(int(drawing.segments.first_pixels[index]), drawing.line.shape[1])
        corner = QPointF((x + 0.5) * view.scale + view.x, y * view.scale + view.y)
        painter.drawPolygon(
            QPolygonF([corner, corner + QPointF(size, 0), corner + QPointF(0, size)])
        )


@lru_cache(maxsize=256)
def _ring(length: int, color: int, ratio: float) -> QImage:
    """Return a ring around a box of a length in device pixels: drawn once, as there may be many."""
    side = length + 2 * ceil(8 * ratio) + 1
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    start = (side - length) / 2
    draw_ring(painter, QRectF(start, start, length, length), color, ratio)
    painter.end()
    return image


def draw_ring(painter: QPainter, box: QRectF, color: int, ratio: float = 1.0) -> None:
    """Draw a ring of a colour (0xAARRGGBB), with a dark rim, around a box too small to be seen."""
    radius = max(box.width(), box.height()) / 2 + 4 * ratio
    for each, width in ((0x8C000000, 3), (color, 1.5)):
        painter.setPen(QPen(QColor.fromRgba(each), width * ratio))
        painter.drawEllipse(box.center(), radius, radius)
