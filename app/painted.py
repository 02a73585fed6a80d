"""Painted frame: the picture on the canvas, kept up to date, drawn in any size."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from app.theme import PAPER
from app.view import View
from core.images import Image
from core.jobs import Drawing
from core.paint import Picture, paint, repaint
from core.palette import Palette
from core.shown import FrameColors

LINES_AT_LEAST = 0.6
"""How strong the thinnest line of a reduced picture is: in sight, but not as bold as thick ones."""

FEW = 64
"""Up to so many changed segments are repainted one by one."""

INVERT = np.uint32(0x00FFFFFF)
"""Inverts a packed colour, but not its alpha."""


class PaintedFrame:
    """A drawing with its colours, and all of its lines while it is reduced."""

    def __init__(self) -> None:
        """Begin with no picture."""
        self._picture: Picture | None = None
        self._line: Image | None = None  # of the picture
        self._shown: FrameColors | None = None  # its colours
        self._as_drawn: npt.NDArray[np.bool_] = np.zeros(0, bool)  # trace pixels, not painted over
        self._lines: tuple[View, QImage] | None = None  # reduced, and in which view

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in image pixels, None without a picture."""
        return None if self._picture is None else (self._picture.shape[1], self._picture.shape[0])

    def clear(self) -> None:
        """Have no picture."""
        self._picture = self._line = self._shown = self._lines = None

    def outdate(self) -> None:
        """Paint everything anew the next time: other colours in the palette, another drawing."""
        self._shown = None

    def repaint(self, drawing: Drawing, shown: FrameColors, palette: Palette) -> list[int] | None:
        """Bring the picture up to date: only the segments that changed, if they are few.

        Returns:
            The labels of which anything to be seen has changed, None if it may be all.
        """
        former, self._shown = self._shown, shown
        line, segments, colors = drawing.line, drawing.segments, shown.colors
        if self._picture is not None and former is not None:
            is_recolored = former.colors != colors
            is_marked = (former.bands != shown.bands) | (former.marks != shown.marks)
            changed: list[int] = (np.flatnonzero(is_recolored | is_marked) + 1).tolist()
            if len(changed) <= FEW:
                labels = np.flatnonzero(is_recolored) + 1
                repaint(self._picture, line, segments, colors, palette, labels=labels)
                self._keep_lines(self._picture, drawing)
                return changed
        self._picture = paint(line, segments, colors, palette)
        self._keep_lines(self._picture, drawing)
        return None

    def _keep_lines(self, picture: Picture, drawing: Drawing) -> None:
        """Reduce the lines anew only if there are others, or others are painted over."""
        former_line, former = self._line, self._as_drawn
        self._line, trace = drawing.line, drawing.segments.trace_pixels
        self._as_drawn = picture.ravel()[trace] == drawing.line.view("<u4").ravel()[trace]
        if self._line is not former_line or not np.array_equal(former, self._as_drawn):
            self._lines = None

    def draw(self, painter: QPainter, view: View, size: QSize) -> None:
        """Draw the part that is seen on a canvas of this size, in device pixels."""
        picture, line = self._picture, self._line
        if picture is None or line is None:
            return
        height, width = picture.shape
        image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        corners = view.to_image(0, 0), view.to_image(size.width(), size.height())
        seen = QRect(*(QPoint(*corner) for corner in corners)).intersected(image.rect())
        if seen.isEmpty():
            return
        target = QRectF(
            seen.x() * view.scale + view.x,
            seen.y() * view.scale + view.y,
            seen.width() * view.scale,
            seen.height() * view.scale,
        )
        painter.fillRect(target, PAPER)
        # magnified pixels stay squares; reduced ones are mixed, which leaves some thin lines out
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.scale < 1)
        painter.drawImage(target, image, QRectF(seen))
        if view.scale < 1:
            painter.setOpacity(LINES_AT_LEAST)
            painter.drawImage(0, 0, self._reduced_lines(picture, line, view, size))
            painter.setOpacity(1)

    def _reduced_lines(self, picture: Picture, line: Image, view: View, size: QSize) -> QImage:
        if self._lines is None or self._lines[0] != view or self._lines[1].size() != size:
            width, height = size.toTuple()
            lines = visible_lines(picture, line, view, width, height)
            image = QImage(lines.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
            premultiplied = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
            self._lines = (view, premultiplied)
        return self._lines[1]


def visible_lines(picture: Picture, line: Image, view: View, width: int, height: int) -> Picture:
    """Reduce the lines of a picture to a canvas so that none of them gets lost.

    Args:
        picture: `[H, W]` packed RGBA, in which some trace lines are painted over.
        line: `[H, W, 4]`, its lines.
        view: where it lies; its scale is below 1.
        width: of the canvas in device pixels.
        height: of the canvas in device pixels.

    Returns:
        `[height, width]` packed RGBA: the strongest line pixel under every device pixel, a dark one
        if several are; transparent where there is none.
    """
    lines = np.zeros((height, width), np.uint32)
    rows = _places(line.shape[0], view.scale, view.y)
    columns = _places(line.shape[1], view.scale, view.x)
    top, bottom = np.searchsorted(rows, [0, height])
    left, right = np.searchsorted(columns, [0, width])
    if top < bottom and left < right:
        rows, columns = rows[top:bottom], columns[left:right]
        packed = line.view("<u4")[top:bottom, left:right, 0]
        # alpha is the highest byte; with the others inverted, the largest number is wanted
        is_line = packed == picture[top:bottom, left:right]
        packed = np.where(is_line, packed ^ INVERT, np.uint32(0))
        packed = _largest(_largest(packed, rows, axis=0), columns, axis=1)
        lines[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = packed ^ INVERT
    return lines


def _places(count: int, scale: float, offset: float) -> npt.NDArray[np.int64]:
    """Return on which device pixel the middle of every row or column lies."""
    places: npt.NDArray[np.float64] = np.floor((np.arange(count) + 0.5) * scale + offset)
    return places.astype(np.int64)


def _largest(
    values: npt.NDArray[np.uint32], groups: npt.NDArray[np.int64], axis: int
) -> npt.NDArray[np.uint32]:
    """Return the largest value of every group of rows or columns; groups are ascending numbers.

    A pass per member of a group is several times as fast as `np.maximum.reduceat`.
    """
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    last = np.append(first[1:], len(groups)) - 1
    largest = values.take(first, axis=axis)
    for step in range(1, int((last - first).max()) + 1):
        np.maximum(largest, values.take(np.minimum(first + step, last), axis=axis), out=largest)
    return largest
