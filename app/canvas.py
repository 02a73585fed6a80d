"""Canvas: the current frame, painted through a lookup table, with doubts drawn over it."""

from math import ceil

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QEvent,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import tools
from app.desk import Desk
from app.flash import Flash
from app.marks import RING_BELOW, draw_marks
from app.overlays import OUTLINE_REACH, doubt_overlay, image_of, visible_labels
from app.painted import PaintedFrame
from app.shown import Recolored
from app.theme import PAPER, SURROUND
from app.view import View, fit, scale_to_see
from core.jobs import Drawing
from core.palette import NO_COLOR
from core.segments import SHUT_IN

THIN = 4
"""Segments that look thinner than this on average (screen pixels) are too thin to judge."""

CLOSEST = 8.0
"""The canvas goes no closer to a segment by itself, in screen pixels per image pixel."""


class Canvas(QWidget):
    """Shows a frame and turns mouse and wheel into requests to the desk."""

    hovered = Signal(int)  # the label under the cursor, 0 for none

    def __init__(self, desk: Desk) -> None:
        """Show what is on the desk."""
        super().__init__()
        self._desk = desk
        self._view = View()
        self._shows_whole = True  # as long as nobody zoomed or panned
        self._painted = PaintedFrame()
        self._size: tuple[int, int] | None = None  # of the frame that was shown last
        self._frame_id: int | None = None
        self._labels: npt.NDArray[np.int32] | None = None  # under every device pixel
        self._canvas: QImage | None = None  # all but flash and marks, in device pixels
        self._stale = QRegion()  # the parts of it that are to be drawn anew
        self._overlay_on = True
        self._selected = 0
        self._unseen: dict[int, set[int]] = {}  # by frame: what the last step changed there
        self._flash = Flash(self)
        self._flash.valueChanged.connect(self._on_flash)
        self._cursor: QPointF | None = None  # where the mouse is, while it is here
        self._under = 0  # the label there
        self._grip: QPointF | None = None
        self._space_held = False
        self._filled = 0  # the label that a drag has come to
        self._is_drag_a_step = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Canvas"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        desk.frame_changed.connect(self._on_frame)
        desk.frames_painted.connect(self._on_painted)
        desk.palette_changed.connect(self._repaint_all)
        desk.segment_changed.connect(self._on_selected)
        desk.segment_wanted.connect(self._center_on)
        desk.recolored.connect(self._on_recolored)
        desk.color_changed.connect(self._on_color)
        desk.edited.connect(self._unseen.clear)
        desk.cut_changed.connect(self._on_cut)
        desk.cut.taken.connect(self._on_taken)
        self._on_frame()

    def sizeHint(self) -> QSize:
        """Ask for room for a picture."""
        return QSize(800, 520)

    # ------------------------------------------------------------ the view

    @property
    def view(self) -> View:
        """Where the picture lies, in device pixels."""
        return self._view

    @property
    def overlay_on(self) -> bool:
        """Whether doubts are drawn."""
        return self._overlay_on

    def set_overlay_on(self, on: bool) -> None:
        """Draw doubts, or hide them all."""
        self._overlay_on = on
        self._drop_overlay()

    def fit(self) -> None:
        """Show the whole frame."""
        self._shows_whole = True
        if self._painted.size is not None:
            self._set_view(fit(self._painted.size, self._device_size()))

    def zoom_to(self, scale: float) -> None:
        """Show one image pixel as this many device pixels, about the middle."""
        self.zoom(scale / self._view.scale)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Magnify about a widget position, the middle when none is given."""
        width, height = self._device_size()
        middle = QPointF(width / 2, height / 2)
        point = middle if about is None else about * self.devicePixelRatioF()
        self._shows_whole = False
        self._set_view(self._view.zoomed(factor, point.x(), point.y()))

    def widget_pos(self, x: float, y: float) -> QPointF:
        """Return where the middle of an image pixel lies on the widget."""
        view, ratio = self._view, self.devicePixelRatioF()
        return QPointF((x + 0.5) * view.scale + view.x, (y + 0.5) * view.scale + view.y) / ratio

    def _set_view(self, view: View) -> None:
        self._view = view
        self._labels = None
        self._drop_overlay()
        if self._cursor is not None:
            self._hover()

    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    @Slot(int)
    def _center_on(self, label: int) -> None:
        """Bring a segment to the middle; zoom in when it would be too small to see."""
        if self._desk.drawing is None:
            return
        segments, ratio = self._desk.drawing.segments, self.devicePixelRatioF()
        x, y, width, height = segments.boxes[label - 1].tolist()
        canvas = self._device_size()
        scale = scale_to_see(
            (width, height),
            int(segments.areas[label - 1]),
            canvas,
            now=self._view.scale,
            least=(RING_BELOW * ratio, THIN * ratio),
            most=CLOSEST * ratio,
        )
        if self._shows_whole and scale == self._view.scale:
            return  # the whole frame is in sight, and this segment is large enough
        self._shows_whole = False
        middle = (x + width / 2, y + height / 2)
        self._set_view(View(scale).centered(*middle, width=canvas[0], height=canvas[1]))

    # ------------------------------------------------------------ the picture

    @Slot()
    def _on_taken(self) -> None:
        """Show nothing of the former cut: the drawings of this one may not be found."""
        self._painted.clear()
        self._frame_id = self._labels = None
        self._drop_overlay()

    @Slot()
    def _on_cut(self) -> None:
        self._unseen.clear()
        self._hover(is_other_frame=True)

    @Slot()
    def _on_frame(self) -> None:
        self._flash.stop()
        self._hover(is_other_frame=True)
        drawing = self._desk.drawing
        if drawing is None:
            if self._desk.cut.project is None or self._desk.failure:
                self._painted.clear()
                self._frame_id = None
            if self._desk.cut.project is None:
                self._size, self._shows_whole = None, True
            self._labels = None
            self._drop_overlay()
            return
        self._frame_id = self._desk.frame_id
        self._labels = None
        self._repaint_all()
        former_size, self._size = self._size, self._painted.size
        if self._size != former_size or self._shows_whole:
            self.fit()
        unseen = self._unseen.pop(self._desk.frame_id or 0, set())
        self.flash([label for label in unseen if label <= len(drawing.segments)])

    @Slot(object)
    def _on_painted(self, frame_ids: frozenset[int]) -> None:
        if self._frame_id in frame_ids and self._frame_id == self._desk.frame_id:
            self._repaint()

    @Slot()
    def _repaint_all(self) -> None:
        self._painted.outdate()
        self._repaint()

    def _repaint(self) -> None:
        drawing, shown = self._desk.drawing, self._desk.shown
        if drawing is None or shown is None:
            return
        changed = self._painted.repaint(drawing, shown, self._desk.cut.palette)
        if changed is None:
            self._drop_overlay()
        for label in changed or ():
            self._touch(label)

    @Slot()
    def _on_selected(self) -> None:
        former, self._selected = self._selected, self._desk.label
        if self._desk.drawing is None:
            self._drop_overlay()
            return
        for label in {former, self._selected} - {0}:
            self._touch(label)

    @Slot(object)
    def _on_recolored(self, recolored: Recolored) -> None:
        """Flash what an answer elsewhere has changed, in other frames once they are turned to."""
        labels = [label for label, before, _ in recolored.segments if before != NO_COLOR]
        if recolored.frame_id == self._desk.frame_id and self._desk.drawing is not None:
            self.flash(labels)
        else:
            self._unseen.setdefault(recolored.frame_id, set()).update(labels)

    @Slot()
    def _on_color(self) -> None:
        """Flash where the colour in the bucket is shown."""
        shown = self._desk.shown
        if shown is not None and self._desk.color_id != NO_COLOR:
            self.flash((np.flatnonzero(shown.colors == self._desk.color_id) + 1).tolist())

    def flash(self, labels: list[int]) -> None:
        """Light some segments up for a moment, unless doubts are switched off as well."""
        if labels and self._overlay_on and self._desk.drawing is not None:
            self.update()  # another flash may have been on its way
            self._flash.light_up(labels)

    @Slot()
    def _on_flash(self) -> None:
        """Draw anew where it flashes, and nowhere else: many times a second."""
        drawing = self._desk.drawing
        if drawing is not None:
            self._update(self._seen(drawing.segments.boxes[self._flash.labels - 1]))

    @Slot()
    def _drop_overlay(self) -> None:
        self._canvas = None
        self._flash.outdate()
        self.update()

    def _touch(self, label: int) -> None:
        """Draw anew where a segment is, and nowhere else."""
        drawing = self._desk.drawing
        if drawing is None or label > len(drawing.segments):
            self._drop_overlay()
            return
        seen = self._seen(drawing.segments.boxes[[label - 1]])
        self._stale = self._stale.united(seen)
        self._update(seen)

    def _seen(self, boxes: npt.NDArray[np.int32]) -> QRect:
        """Return the part of the canvas, in device pixels, in which some segments are drawn.

        Args:
            boxes: `[N, 4]` of the segments: x, y, width, height in image pixels.
        """
        view = self._view
        # a trace line that is given to a segment may lie that far from it
        margin = max(RING_BELOW * self.devicePixelRatioF(), (SHUT_IN[-1] + 1) * view.scale)
        left, top = boxes[:, :2].min(axis=0).tolist()
        right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0).tolist()
        box = QRectF(left * view.scale + view.x, top * view.scale + view.y, 0, 0)
        box.setSize(QSizeF((right - left) * view.scale, (bottom - top) * view.scale))
        box = box.adjusted(-margin, -margin, margin, margin)
        return box.toAlignedRect().intersected(QRect(QPoint(0, 0), QSize(*self._device_size())))

    def _update(self, seen: QRect) -> None:
        """Ask for a part of the canvas, in device pixels, to be painted."""
        corner, size = QPointF(seen.topLeft()), QSizeF(seen.size())
        ratio = self.devicePixelRatioF()
        self.update(QRectF(corner / ratio, size / ratio).toAlignedRect())

    # ------------------------------------------------------------ painting the widget

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw surround, paper, picture and doubts, in device pixels."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(0, 0, self._drawn())
        drawing = self._desk.drawing
        if self._desk.failure:
            self._draw_failure(painter, self._desk.failure, ratio)
        if drawing is None or self._painted.size is None:
            return  # turning to another frame: its doubts are not known yet
        if self._labels is not None:
            self._flash.draw(painter, self._labels, len(drawing.segments), ratio)
        shown = self._desk.shown
        if self._overlay_on and shown is not None:
            corner, size = QPointF(event.rect().topLeft()), QSizeF(event.rect().size())
            part = QRectF(corner * ratio, size * ratio).toAlignedRect()
            draw_marks(painter, drawing, shown, self._view, ratio=ratio, part=part)

    def _draw_failure(self, painter: QPainter, text: str, ratio: float) -> None:
        """Say in the middle why there is no drawing."""
        painter.save()
        painter.scale(ratio, ratio)
        painter.setPen(PAPER)  # on the dark surround
        middle = self.rect().adjusted(40, 40, -40, -40)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(middle, int(flags), text)
        painter.restore()

    def _drawn(self) -> QImage:
        """Return what lies below flash and marks: kept, for reducing a picture takes a while."""
        size = QSize(*self._device_size())
        if self._canvas is None or self._canvas.size() != size:
            self._canvas = QImage(size, QImage.Format.Format_RGB32)
            self._stale = QRegion(self._canvas.rect())
        painter = QPainter(self._canvas)
        for part in self._stale:  # type: ignore[attr-defined]  # iterable; the stubs do not know
            painter.setClipRect(part)
            painter.fillRect(part, SURROUND)
            self._painted.draw(painter, self._view, size)
            if self._painted.size is not None and self._desk.drawing is not None:
                self._draw_doubts(painter, self._desk.drawing, part)
        painter.end()
        self._stale = QRegion()
        return self._canvas

    def _draw_doubts(self, painter: QPainter, drawing: Drawing, part: QRect) -> None:
        """Draw the doubts of a part of the canvas, to which the painter is clipped."""
        width, height = self._device_size()
        if self._labels is None or self._labels.shape != (height, width):
            self._labels = visible_labels(drawing.segments.label_map, self._view, width, height)
        # outlines look at what is around them: with that they are the same in every part
        margin = ceil(OUTLINE_REACH * self.devicePixelRatioF())
        part = part.adjusted(-margin, -margin, margin, margin).intersected(
            QRect(0, 0, width, height)
        )
        shown = self._desk.shown
        bands = np.zeros(len(drawing.segments), np.int8)
        if self._overlay_on and shown is not None:
            bands = shown.bands
        overlay = doubt_overlay(
            self._labels[part.top() : part.bottom() + 1, part.left() : part.right() + 1],
            bands,
            selected=self._desk.label,
            ratio=self.devicePixelRatioF(),
            origin=(part.top(), part.left()),
        )
        painter.drawImage(part.topLeft(), image_of(overlay))

    # ------------------------------------------------------------ mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left paints (Alt picks the colour), middle or held Space pans."""
        if event.button() == Qt.MouseButton.MiddleButton or self._space_held:
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            label = self._label_at(event.position())
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._pick(label)
            elif label:
                self._is_drag_a_step = False
                self._fill(label)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, paint every segment that a drag crosses, or tell what is under the cursor."""
        self._cursor = event.position()
        if not event.buttons() and (self._filled or self._grip is not None):
            self._let_go()  # it was released elsewhere: a dialog came up in between
        if self._grip is not None:
            moved = (event.position() - self._grip) * self.devicePixelRatioF()
            self._grip = event.position()
            self._shows_whole = False
            self._set_view(self._view.moved(moved.x(), moved.y()))
            return
        label = self._label_at(event.position())
        if self._filled and label and label != self._filled:
            self._fill(label)
        self._hover()

    def _hover(self, *, is_other_frame: bool = False) -> None:
        """Tell what is under the cursor, once: it may rest while frame and view change."""
        label = 0 if self._cursor is None else self._label_at(self._cursor)
        if label != self._under or is_other_frame:
            self._under = label
            self.hovered.emit(label)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        """What was under the cursor is still looked at, to choose one of its candidates."""
        self._cursor = None

    def _fill(self, label: int) -> None:
        """Paint a segment; all that one drag paints is one step."""
        self._filled = label
        self._desk.select(label)
        if self._desk.fill(label, goes_on=self._is_drag_a_step):
            self._is_drag_a_step = True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        """Let go."""
        self._let_go()

    def _let_go(self) -> None:
        self._grip, self._filled = None, 0
        self._show_cursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoom(1.25**notches, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space turns the cursor into a hand while it is held."""
        if event.key() == Qt.Key.Key_Space:
            self._space_held = True
            self._show_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End the hand."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End the hand: where the key is released is not told here any more."""
        self._space_held = False
        self._show_cursor()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002
        """Keep the whole frame in sight if it was."""
        if self._shows_whole:
            self.fit()
        self._drop_overlay()

    def _label_at(self, position: QPointF) -> int:
        if self._desk.drawing is None:
            return 0
        ratio = self.devicePixelRatioF()
        x, y = self._view.to_image(position.x() * ratio, position.y() * ratio)
        return tools.hit(self._desk.drawing.segments, x, y)

    def _pick(self, label: int) -> None:
        shown = self._desk.shown
        if label and shown is not None:
            self._desk.take_color(int(shown.colors[label - 1]))

    def _show_cursor(self) -> None:
        if self._space_held:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
