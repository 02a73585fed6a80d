"""Sheets panel: the colour design sheets; a click on one takes the colour into the bucket."""

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.desk import Desk
from app.theme import PAPER
from core.jobs import Sheet
from core.palette import unpack
from core.sheets import SheetFiles

HINT = "Drop design sheets here: coloured drawings,\nline and colour files in pairs, or a folder."


class SheetsPanel(QWidget):
    """The list of design sheets, and the chosen one as a picture."""

    def __init__(self, desk: Desk) -> None:
        """Show the sheets on the desk."""
        super().__init__()
        self._desk = desk
        self._list = QListWidget()
        self._list.setMaximumHeight(120)
        self._list.setAccessibleName("Design sheets")
        self._list.currentItemChanged.connect(self._on_chosen)
        self._picture = SheetPicture()
        self._picture.picked.connect(self._on_picked)
        self._hint = QLabel(HINT, alignment=Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._add = QPushButton("Add sheets…")
        self._add.clicked.connect(self.choose_files)
        self._add_folder = QPushButton("Add folder…")
        self._add_folder.clicked.connect(self.choose_folder)
        self._remove = QPushButton("Remove")
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
        self._fill()

    def choose_files(self) -> None:
        """Ask for sheet files and add them."""
        names, _ = QFileDialog.getOpenFileNames(
            self,
            "Add design sheets: coloured drawings, or a line and a colour file together",
            "",
            "Pictures (*.png *.tga *.tif *.tiff *.bmp)",
        )
        if names:
            self._desk.find_sheets(map(Path, names))

    def choose_folder(self) -> None:
        """Ask for a folder of sheets and add them."""
        name = QFileDialog.getExistingDirectory(self, "Add a folder of design sheets")
        if name:
            self._desk.find_sheets([Path(name)])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files while a clip is open."""
        if event.mimeData().hasUrls() and self._desk.project is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped as sheets."""
        self._desk.find_sheets(Path(url.toLocalFile()) for url in event.mimeData().urls())
        event.acceptProposedAction()

    @Slot()
    def _fill(self) -> None:
        chosen = self._list.currentRow()
        files = self._desk.sheet_files
        self._list.blockSignals(True)
        self._list.clear()
        for sheet in files:
            item = QListWidgetItem(sheet.name)
            item.setToolTip(str(sheet.color))
            self._list.addItem(item)
        if files:
            self._list.setCurrentRow(min(max(chosen, 0), len(files) - 1))
        self._list.blockSignals(False)
        for widget in (self._list, self._picture):
            widget.setVisible(bool(files))
        self._hint.setVisible(not files)
        self._remove.setEnabled(bool(files))
        for button in (self._add, self._add_folder):
            button.setEnabled(self._desk.project is not None)
        self._on_chosen()

    @Slot()
    def _on_chosen(self) -> None:
        files = self._chosen()
        self._picture.show_sheet(self._desk.sheets.get(files) if files else None)

    def _chosen(self) -> SheetFiles | None:
        row, files = self._list.currentRow(), self._desk.sheet_files
        return files[row] if 0 <= row < len(files) else None

    @Slot(tuple)
    def _on_picked(self, rgba: tuple[int, int, int, int]) -> None:
        color_id = self._desk.palette.id_of(rgba)
        if color_id:
            self._desk.take_color(color_id)

    @Slot()
    def _on_remove(self) -> None:
        files = self._chosen()
        if files is not None:
            self._desk.remove_sheet(files)


class SheetPicture(QWidget):
    """One design sheet, as large as there is room."""

    picked = Signal(tuple)  # the RGBA of the segment that was clicked

    def __init__(self) -> None:
        """Begin without a sheet."""
        super().__init__()
        self._sheet: Sheet | None = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip("Click to take a colour into the bucket")
        self.setMinimumHeight(160)

    def sizeHint(self) -> QSize:
        """Ask for room for a standing figure."""
        return QSize(220, 300)

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show a sheet; None while it has not been read."""
        self._sheet = sheet
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the sheet on paper, averaged: it is only looked at and picked from."""
        if self._sheet is None:
            return
        painter = QPainter(self)
        target = self._target()
        painter.fillRect(target, PAPER)
        ratio = self.devicePixelRatioF()
        for layer in (self._sheet.picture, self._sheet.drawing.line):
            height, width = layer.shape[:2]
            image = QImage(layer.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
            small = image.scaled(
                (target.size() * ratio).toSize(),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            painter.drawImage(target, small)

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
