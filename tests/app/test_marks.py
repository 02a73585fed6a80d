"""Rings around what is doubtful but tiny."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from app.marks import draw_marks
from app.overlays import ORANGE, VERMILLION
from app.view import View

SIZE = 800, 450


def drawn(desk, view, part, ratio=1.0):
    image = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setClipRect(part)
    draw_marks(painter, desk.drawing, desk.shown, view, ratio=ratio, part=part)
    painter.end()
    return image


def colors_in(image, rect):
    """Of the pixels of a rectangle that are fully covered."""
    pixels = (
        image.pixelColor(x, y)
        for x in range(rect.left(), rect.right() + 1)
        for y in range(rect.top(), rect.bottom() + 1)
    )
    return {pixel.rgba() for pixel in pixels if pixel.alpha() == 255}


def test_what_is_doubtful_but_tiny_is_ringed_where_it_is(window, open_clip, specks):
    desk = open_clip(specks)
    image = drawn(desk, View(0.5), QRect(0, 0, *SIZE))
    for label in (2, 3):
        x, y, _, _ = (desk.drawing.segments.boxes[label - 1] // 2).tolist()
        around = QRect(x - 7, y - 7, 15, 15)
        assert colors_in(image, around) & {ORANGE, VERMILLION}
        assert image.pixelColor(x, y) == QColor(0, 0, 0, 0)  # it is not covered
        assert not colors_in(image, around.translated(40, 0))


def test_a_part_is_drawn_as_it_is_in_the_whole(window, open_clip, specks):
    desk = open_clip(specks)
    for ratio in (1.0, 1.5):
        whole = drawn(desk, View(0.5), QRect(0, 0, *SIZE), ratio)
        x, y, _, _ = (desk.drawing.segments.boxes[1] // 2).tolist()
        for part in (QRect(x - 9, y - 9, 8, 9), QRect(x + 2, y - 20, 60, 60)):
            assert drawn(desk, View(0.5), part, ratio).copy(part) == whole.copy(part)
