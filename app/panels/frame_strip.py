"""Frame strip: every frame as it is painted now, with the number of its doubtful segments."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.desk import Desk
from app.theme import ACCENT, PAPER
from core.jobs import Prediction
from core.palette import pack
from core.project import FrameEntry
from core.shown import FrameColors

THUMBNAIL = QSize(144, 81)
CELL = QSize(160, 118)
DOUBTS = Qt.ItemDataRole.UserRole
IS_KNOWN = Qt.ItemDataRole.UserRole + 1
HAS_COLOR = Qt.ItemDataRole.UserRole + 2
"""The colour in the bucket, if the frame has it."""

Index = QModelIndex | QPersistentModelIndex


def _says_something(shown: FrameColors) -> bool:
    """Tell whether a frame has doubts, or is beyond them: every segment has a colour."""
    return bool(len(shown.doubtful) or not shown.is_unpainted.any())


class _Frames(QAbstractListModel):
    """The frames of the clip; thumbnails are made when they come into sight."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        # the rows that the view knows of: the desk may be ahead, between a change and its signal
        self._entries: tuple[FrameEntry, ...] = ()
        self._rows: dict[int, int] = {}  # by frame
        self._thumbnails: dict[int, QPixmap] = {}
        desk.cut_changed.connect(self._on_cut)
        desk.frames_painted.connect(self._on_painted)
        desk.palette_changed.connect(self._on_palette)
        desk.color_changed.connect(self._on_color)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._entries[index.row()]
        shown = self._desk.frame_colors(entry.id)
        prediction = self._desk.prediction(entry.id)
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name.rpartition(".")[0]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(entry.id, prediction)
        if role == Qt.ItemDataRole.ToolTipRole:
            if prediction is None or shown is None:
                return self.tr("{}: not predicted yet").format(entry.name)
            if not _says_something(shown):
                count = int(shown.is_unpainted.sum())
                return self.tr("{name}: {count} without colour").format(
                    name=entry.name, count=count
                )
            return self.tr("{name}: {doubtful} of {total} doubtful").format(
                name=entry.name, doubtful=len(shown.doubtful), total=len(shown.colors)
            )
        if role == DOUBTS:
            return len(shown.doubtful) if shown is not None else 0
        if role == IS_KNOWN:
            return prediction is not None and shown is not None and _says_something(shown)
        if role == HAS_COLOR:
            color = self._desk.cut.palette.color(self._desk.color_id)
            is_here = shown is not None and bool((shown.colors == self._desk.color_id).any())
            return QColor(*color.rgba) if color and color.rgba[3] and is_here else None
        return None

    def _thumbnail(self, frame_id: int, prediction: Prediction | None) -> QPixmap | None:
        shown = self._desk.frame_colors(frame_id)
        if prediction is None or shown is None or len(shown.colors) != len(prediction.keys):
            return None
        if frame_id not in self._thumbnails:
            values = pack(self._desk.cut.palette.table())
            by_label = values[np.concatenate([np.zeros(1, np.int32), shown.colors])]
            picture = np.ascontiguousarray(by_label[prediction.small_map])
            self._thumbnails[frame_id] = _thumbnail(picture, prediction.small_line)
        return self._thumbnails[frame_id]

    @Slot()
    def _on_cut(self) -> None:
        self.beginResetModel()
        self._entries = self._desk.cut.project.frames if self._desk.cut.project else ()
        self._rows = {entry.id: row for row, entry in enumerate(self._entries)}
        self._thumbnails.clear()
        self.endResetModel()

    @Slot()
    def _on_palette(self) -> None:
        self._thumbnails.clear()
        self._on_color()

    @Slot()
    def _on_color(self) -> None:
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(rows - 1))

    @Slot(object)
    def _on_painted(self, frame_ids: frozenset[int]) -> None:
        for frame_id in frame_ids:
            self._thumbnails.pop(frame_id, None)
            if (row := self._rows.get(frame_id)) is not None:
                self.dataChanged.emit(self.index(row), self.index(row))


class _Cell(QStyledItemDelegate):
    """One frame: thumbnail, name, and a badge with the number of doubtful segments."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        rect: QRect = option.rect.adjusted(2, 2, -2, -2)
        palette: QPalette = option.palette
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, palette.highlight() if is_current else palette.window())
        frame = QRect(rect.x() + 6, rect.y() + 6, THUMBNAIL.width(), THUMBNAIL.height())
        painter.fillRect(frame, PAPER)
        pixmap = index.data(Qt.ItemDataRole.DecorationRole)
        if pixmap is not None:
            size = pixmap.deviceIndependentSize().toSize()
            place = QRect(frame.topLeft(), size)
            place.moveCenter(frame.center())
            painter.drawPixmap(place, pixmap)
        else:
            painter.setPen(QColor("#8a8a8a"))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "…")
        color = index.data(HAS_COLOR)
        if color is not None:
            dot = QRect(frame.left() + 3, frame.bottom() - 12, 9, 9)
            painter.setPen(QColor("#161616"))
            painter.setBrush(color)
            painter.drawRect(dot)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if is_current:
            painter.setPen(ACCENT)
            painter.drawRect(frame.adjusted(-1, -1, 0, 0))
        text = QRect(
            frame.left(), frame.bottom() + 4, frame.width(), rect.bottom() - frame.bottom()
        )
        painter.setPen(palette.highlightedText().color() if is_current else palette.text().color())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft, index.data())
        if index.data(IS_KNOWN):
            self._draw_badge(painter, text, index.data(DOUBTS))
        painter.restore()

    def _draw_badge(self, painter: QPainter, text: QRect, doubts: int) -> None:
        label = f"? {doubts}" if doubts else "✓"
        width = painter.fontMetrics().horizontalAdvance(label) + 12
        badge = QRect(text.right() - width, text.top(), width, painter.fontMetrics().height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#e69f00") if doubts else QColor("#00805c"))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setPen(QColor("#1a1a1a") if doubts else QColor("#ffffff"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, label)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return CELL


class FrameStrip(QListView):
    """All frames in a row."""

    def __init__(self, desk: Desk) -> None:
        """Show the clip on the desk."""
        super().__init__()
        self._desk = desk
        self.setModel(_Frames(desk))
        self.setItemDelegate(_Cell(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(CELL.height() + 22)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Frames"))
        self.selectionModel().currentChanged.connect(self._on_chosen)
        desk.frame_changed.connect(self._mark)
        desk.cut_changed.connect(self._mark)

    @Slot()
    def _mark(self) -> None:
        if self._desk.frame_id is not None:
            index = self.model().index(self._desk.position, 0)
            if self.currentIndex() != index:
                self.setCurrentIndex(index)
            self.scrollTo(index)

    @Slot(QModelIndex, QModelIndex)
    def _on_chosen(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: ARG002
        if current.isValid() and current.row() != self._desk.position:
            self._desk.show(current.row())


def _thumbnail(picture: npt.NDArray[np.uint32], line: npt.NDArray[np.uint8]) -> QPixmap:
    """Shrink a painted preview `[h, w]` (packed RGBA) and darken it where there is line."""
    height, width = picture.shape
    paper = QImage(width, height, QImage.Format.Format_RGB32)
    paper.fill(PAPER)
    painter = QPainter(paper)
    painter.drawImage(
        0, 0, QImage(picture.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    )
    ink = np.ascontiguousarray(line.astype(np.uint32) << 24)
    painter.drawImage(0, 0, QImage(ink.data, width, height, 4 * width, QImage.Format.Format_ARGB32))
    painter.end()
    small = paper.scaled(
        THUMBNAIL,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return QPixmap.fromImage(small)
