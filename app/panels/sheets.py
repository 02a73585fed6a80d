"""Sheets panel: the colour design sheets; a click on one takes the colour into the bucket."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.desk import Desk
from app.dropped import dropped_paths
from app.marks import RING_BELOW, draw_ring
from app.overlays import WHITE
from app.panels.keys import ListOfNames
from app.panels.palette import swatch
from app.review import Candidate, Review
from app.theme import PAPER
from app.thumbnails import VEIL, veil
from core.jobs import Sheet
from core.palette import pack, unpack
from core.sheets import SheetFiles

FLASH_MS = 1200
SWATCH = QSize(16, 12)
"""Beside a sheet that uses the colour in the bucket."""


class SheetsPanel(QWidget):
    """The list of design sheets, and the chosen one as a picture."""

    def __init__(self, desk: Desk, review: Review) -> None:
        """Show the sheets on the desk; light the segment that answers the question of a review."""
        super().__init__()
        self._desk, self._review = desk, review
        self._list = ListOfNames()
        self._list.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys as they are
        self._list.setMaximumHeight(120)
        self._list.setIconSize(SWATCH)
        self._list.setAccessibleName(self.tr("Design sheets"))
        self._list.currentItemChanged.connect(self._on_chosen)
        self._picture = SheetPicture()
        self._picture.picked.connect(self._on_picked)
        hint = self.tr(
            "Drop design sheets here: coloured drawings,\n"
            "line and colour files in pairs, or a folder."
        )
        self._hint = QLabel(hint, alignment=Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._add = QPushButton(self.tr("Add sheets…"))
        self._add.clicked.connect(self.choose_files)
        self._add_folder = QPushButton(self.tr("Add folder…"))
        self._add_folder.clicked.connect(self.choose_folder)
        self._remove = QPushButton(self.tr("Remove"))
        self._remove.clicked.connect(self._on_remove)
        buttons = QHBoxLayout()
        for button in (self._add, self._add_folder, self._remove):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._list)
        layout.addWidget(self._hint, 1)
        layout.addWidget(self._picture, 1)
        layout.addLayout(buttons)
        self.setAcceptDrops(True)
        desk.sheets_changed.connect(self._fill)
        desk.cut_changed.connect(self._fill)
        desk.color_changed.connect(self._on_color)
        review.question_changed.connect(self._on_question)
        self._fill()

    def choose_files(self) -> None:
        """Ask for sheet files and add them."""
        names, _ = QFileDialog.getOpenFileNames(
            self,
            self.tr("Add design sheets: coloured drawings, or a line and a colour file together"),
            "",
            self.tr("Pictures (*.png *.tga *.tif *.tiff *.bmp)"),
        )
        if names:
            self._desk.find_sheets(map(Path, names))

    def choose_folder(self) -> None:
        """Ask for a folder of sheets and add them."""
        title = self.tr("Add a folder of design sheets")
        name = QFileDialog.getExistingDirectory(self, title)
        if name:
            self._desk.find_sheets([Path(name)])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files while a clip is open."""
        if dropped_paths(event.mimeData()) and self._desk.cut.project is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped as sheets."""
        if paths := dropped_paths(event.mimeData()):
            self._desk.find_sheets(paths)
            event.acceptProposedAction()

    @Slot()
    def _fill(self) -> None:
        chosen = self._list.currentRow()
        files = self._desk.cut.sheet_files
        self._list.blockSignals(True)
        self._list.clear()
        for sheet in files:
            item = QListWidgetItem(sheet.name)
            item.setToolTip(str(sheet.color))
            self._list.addItem(item)
        if files:
            self._list.setCurrentRow(min(max(chosen, 0), len(files) - 1))
        self._list.blockSignals(False)
        self._mark_used()
        for widget in (self._list, self._picture):
            widget.setVisible(bool(files))
        self._hint.setVisible(not files)
        is_writable = self._desk.cut.is_writable
        self._remove.setEnabled(is_writable and bool(files))
        for button in (self._add, self._add_folder):
            button.setEnabled(is_writable)
        self._on_chosen()

    @Slot()
    def _on_chosen(self) -> None:
        files = self._chosen()
        self._picture.show_sheet(self._desk.sheets.get(files) if files else None)

    @Slot()
    def _on_question(self) -> None:
        """Light what speaks for the colour shown; turn to its sheet if a doubt is asked about."""
        spoken_for = self._candidate()
        source = spoken_for.source if spoken_for is not None else None
        if self._review.is_asking and source in self._desk.cut.sheet_files:
            self._list.setCurrentRow(self._desk.cut.sheet_files.index(source))
        is_here = spoken_for is not None and source == self._chosen()
        self._picture.light([spoken_for.label] if is_here and spoken_for is not None else [])

    def _candidate(self) -> Candidate | None:
        """Return the candidate whose colour the segment shows, the best one if it is none."""
        candidates, shown = self._review.candidates, self._desk.shown
        if not candidates or shown is None:
            return None
        now = shown.colors[self._review.label - 1]
        return next((each for each in candidates if each.color_id == now), candidates[0])

    @Slot()
    def _on_color(self) -> None:
        """Light up for a moment where the colour in the bucket was used; turn to where it was."""
        used = self._mark_used()
        if used:
            row = self._list.currentRow()
            row = row if row in used else min(used)
            self._list.setCurrentRow(row)
            self._picture.flash(used[row])

    def _mark_used(self) -> dict[int, list[int]]:
        """Put a swatch of the colour in the bucket beside the sheets that use it.

        Returns:
            The labels of its segments there, by the row of the sheet.
        """
        color = self._desk.cut.palette.color(self._desk.color_id)
        used: dict[int, list[int]] = {}
        for row, files in enumerate(self._desk.cut.sheet_files):
            self._list.item(row).setIcon(QIcon())
            sheet = self._desk.sheets.get(files)
            if color is None or sheet is None:
                continue
            is_there = sheet.colors == pack(np.array(color.rgba, np.uint8))
            if is_there.any():
                self._list.item(row).setIcon(swatch(color.rgba, size=SWATCH))
                used[row] = (np.flatnonzero(is_there) + 1).tolist()
        return used

    def _chosen(self) -> SheetFiles | None:
        row, files = self._list.currentRow(), self._desk.cut.sheet_files
        return files[row] if 0 <= row < len(files) else None

    @Slot(tuple)
    def _on_picked(self, rgba: tuple[int, int, int, int]) -> None:
        color_id = self._desk.cut.palette.id_of(rgba)
        if color_id:
            self._desk.take_color(color_id)

    @Slot()
    def _on_remove(self) -> None:
        files = self._chosen()
        if files is not None:
            self._desk.cut.remove_sheet(files)


class SheetPicture(QWidget):
    """One design sheet, as large as there is room."""

    picked = Signal(tuple)  # the RGBA of the segment that was clicked

    def __init__(self) -> None:
        """Begin without a sheet."""
        super().__init__()
        self._sheet: Sheet | None = None
        self._small: QImage | None = None  # as large as it is shown
        self._lit: list[int] = []
        self._flashed: list[int] = []
        self._flash = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._flash.timeout.connect(self._on_flashed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip(self.tr("Click to take a colour into the bucket"))
        self.setMinimumHeight(160)

    def sizeHint(self) -> QSize:
        """Ask for room for a standing figure."""
        return QSize(220, 300)

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show a sheet; None while it has not been read."""
        if sheet is not self._sheet:
            self._sheet, self._small = sheet, None
            self._lit, self._flashed = [], []
            self.update()

    def light(self, labels: list[int]) -> None:
        """Veil everything but these segments, until other ones are to be lit.

        Those that it does not have are of a former drawing of the sheet.
        """
        count = len(self._sheet.drawing.segments) if self._sheet else 0
        labels = [label for label in labels if label <= count]
        if labels != self._lit:
            self._lit = labels
            self.update()

    def flash(self, labels: list[int]) -> None:
        """Veil everything but these segments for a moment."""
        self._flashed = labels
        self._flash.start()
        self.update()

    @Slot()
    def _on_flashed(self) -> None:
        self._flashed = []
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the sheet on paper, averaged: it is only looked at and picked from."""
        if self._sheet is None:
            return
        painter = QPainter(self)
        target = self._target()
        size = (target.size() * self.devicePixelRatioF()).toSize()
        if self._small is None or self._small.size() != size:
            self._small = _reduced(self._sheet, size)
        painter.drawImage(target, self._small)
        if lit := self._flashed or self._lit:
            label_map = self._sheet.drawing.segments.label_map
            rows = np.arange(size.height()) * label_map.shape[0] // size.height()
            columns = np.arange(size.width()) * label_map.shape[1] // size.width()
            shade = veil(label_map[np.ix_(rows, columns)], lit, VEIL)
            format_ = QImage.Format.Format_ARGB32_Premultiplied
            height, width = shade.shape
            painter.drawImage(target, QImage(shade.data, width, height, 4 * width, format_))
            self._ring_what_is_tiny(painter, self._sheet, lit)

    def _ring_what_is_tiny(self, painter: QPainter, sheet: Sheet, lit: list[int]) -> None:
        """Ring lit segments of which there are few pixels in the reduced sheet, or none at all."""
        target = self._target()
        scale = target.height() / sheet.picture.shape[0]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for x, y, width, height in (
            sheet.drawing.segments.boxes[np.array(lit) - 1] * scale
        ).tolist():
            if max(width, height) < RING_BELOW:
                box = QRectF(target.x() + x, target.y() + y, width, height)
                draw_ring(painter, box, WHITE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell the colour of the segment under the cursor."""
        if self._sheet is None:
            return
        target, label_map = self._target(), self._sheet.drawing.segments.label_map
        at = (event.position() - target.topLeft()) * (label_map.shape[0] / target.height())
        x, y = int(at.x()), int(at.y())
        if 0 <= y < label_map.shape[0] and 0 <= x < label_map.shape[1] and label_map[y, x]:
            self.picked.emit(unpack(int(self._sheet.colors[label_map[y, x] - 1])))

    def _target(self) -> QRectF:
        assert self._sheet is not None
        height, width = self._sheet.picture.shape[:2]
        scale = min(self.width() / width, self.height() / height)
        target = QRectF(0, 0, width * scale, height * scale)
        target.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        return target


def _reduced(sheet: Sheet, size: QSize) -> QImage:
    """Draw a sheet on paper at another size, averaged."""
    small = QImage(size, QImage.Format.Format_RGB32)
    small.fill(PAPER)
    painter = QPainter(small)
    for layer in (sheet.picture, sheet.drawing.line):
        height, width = layer.shape[:2]
        image = QImage(layer.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode
        painter.drawImage(0, 0, image.scaled(size, keep, smooth.SmoothTransformation))
    painter.end()
    return small
