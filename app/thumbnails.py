"""Thumbnails: a segment where it lies, with its surroundings dimmed."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from app.theme import PAPER
from core.segments import LabelMap

VEIL = 0x98
"""How dark the surroundings get, 0 to 255."""

AROUND = 1.2
"""How much is shown around a segment, as a multiple of its longer side."""


def segment_thumbnail(
    picture: npt.NDArray[np.uint32],
    line: npt.NDArray[np.uint8],
    label_map: LabelMap,
    label: int,
    *,
    box: tuple[int, int, int, int],
    side: int,
) -> QPixmap:
    """Draw a segment with some of what is around it.

    Args:
        picture: `[h, w]` packed RGBA.
        line: `[h, w]`, 0 to 255: how much of each pixel is line.
        label_map: `[h, w]`.
        label: which segment.
        box: of the segment: x, y, width, height.
        side: of the square pixmap, in pixels.
    """
    x, y, width, height = box
    half = int(max(width, height, 12) * (0.5 + AROUND / 2)) + 1
    x, y = x + width // 2, y + height // 2
    part = np.s_[max(y - half, 0) : y + half + 1, max(x - half, 0) : x + half + 1]
    canvas = QPixmap(2 * half + 1, 2 * half + 1)
    canvas.fill(PAPER)
    painter = QPainter(canvas)
    for layer, format_ in (
        (picture[part], QImage.Format.Format_RGBA8888),
        (line[part].astype(np.uint32) << 24, QImage.Format.Format_ARGB32_Premultiplied),
        (veil(label_map[part], [label], VEIL), QImage.Format.Format_ARGB32_Premultiplied),
    ):
        data = np.ascontiguousarray(layer)
        image = QImage(data.data, data.shape[1], data.shape[0], 4 * data.shape[1], format_)
        painter.drawImage(max(half - x, 0), max(half - y, 0), image)
    painter.end()
    is_reduced = side < canvas.width()
    how = Qt.TransformationMode
    return canvas.scaled(
        side,
        side,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        how.SmoothTransformation if is_reduced else how.FastTransformation,
    )


def veil(labels: LabelMap, lit: list[int], strength: int) -> npt.NDArray[np.uint32]:
    """Return black `[h, w]` of a strength (0 to 255), 0xAARRGGBB, that spares the lit labels."""
    shade = np.full(max([int(labels.max(initial=0)), *lit]) + 1, strength << 24, np.uint32)
    shade[lit] = 0
    return shade.take(labels)
