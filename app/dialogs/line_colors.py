"""Which colours are lines? Asked when a coloured drawing alone does not say so by itself."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPalette, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.panels.palette import swatch
from core.jobs import LinesUnclear
from core.palette import Rgba, color_name


class LineColorsDialog(QDialog):
    """Shows the drawing and its thin colours; the animator ticks those that are lines."""

    def __init__(self, unclear: LinesUnclear, parent: QWidget | None = None) -> None:
        """Ask about one sheet."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Lines of “{}”").format(unclear.files.name))
        height, width = unclear.picture.shape[:2]
        image = QImage(
            unclear.picture.data, width, height, 4 * width, QImage.Format.Format_RGBA8888
        )
        picture = QLabel()
        picture.setPixmap(
            QPixmap.fromImage(image).scaled(
                QSize(420, 420),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        self._boxes: list[tuple[QCheckBox, Rgba]] = []
        choices = QWidget()
        boxes = choices.palette()
        boxes.setColor(QPalette.ColorRole.Base, QColor("#5a5a5a"))  # an empty box must be seen
        choices.setPalette(boxes)
        column = QVBoxLayout(choices)
        for rgba, pixels in unclear.candidates:
            box = QCheckBox(f"{color_name(rgba)}   {pixels:,} px")
            box.setIcon(swatch(rgba))
            box.setIconSize(QSize(40, 22))
            box.toggled.connect(self._enable)
            column.addWidget(box)
            self._boxes.append((box, rgba))
        column.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(choices)
        scroll.setMinimumWidth(240)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(picture)
        row.addWidget(scroll, 1)
        layout = QVBoxLayout(self)
        question = QLabel(
            self.tr("Which of these colours are lines? They will not be used as paint.")
        )
        question.setWordWrap(True)
        layout.addWidget(question)
        layout.addLayout(row)
        layout.addWidget(buttons)
        self._enable()

    def chosen(self) -> tuple[Rgba, ...]:
        """Return the ticked colours."""
        return tuple(rgba for box, rgba in self._boxes if box.isChecked())

    @Slot()
    def _enable(self) -> None:
        """Without a line there is no sheet: that is what Cancel means."""
        self._ok.setEnabled(bool(self.chosen()))
