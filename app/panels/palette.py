"""Palette panel: the colours of the cut, one of them in the bucket."""

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.desk import Desk
from app.language import QT_TRANSLATE_NOOP
from app.review import Review
from core.matching import CANDIDATES
from core.palette import NO_COLOR, Color, Rgba, color_name

SWATCH = QSize(40, 22)

TRANSPARENT = QT_TRANSLATE_NOOP("Color", "Transparent")
"""The one name of `core.palette.color_name` that is a word."""


class PalettePanel(QWidget):
    """A list of swatches; the selected one is in the bucket. Keys 1 to 0 take the first ten."""

    def __init__(self, desk: Desk, review: Review) -> None:
        """Show the palette on the desk."""
        super().__init__()
        self._desk, self._review = desk, review
        self._keys_answer = False
        self._list = QListWidget()
        self._list.setIconSize(SWATCH)
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName(self.tr("Palette"))
        self._list.currentItemChanged.connect(self._on_chosen)
        # a click on the colour in the bucket asks once more where it is used
        self._list.itemClicked.connect(desk.color_changed)
        self._add = QPushButton(self.tr("Add colour…"))
        self._add.clicked.connect(self._on_add)
        buttons = QHBoxLayout()
        buttons.addWidget(self._add)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._list)
        layout.addLayout(buttons)
        desk.palette_changed.connect(self._fill)
        desk.cut_changed.connect(self._fill)
        desk.color_changed.connect(self._mark)
        review.question_changed.connect(self._on_question)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        erase = self.tr("Erase (no colour)")
        self._list.addItem(self._item(NO_COLOR, erase, (0, 0, 0, 0), "E"))
        for number, color in enumerate(self._desk.cut.palette.colors, 1):
            name, key = color_title(color), self._key(number)
            self._list.addItem(self._item(color.id, name, color.rgba, key))
        self._list.blockSignals(False)
        self._add.setEnabled(self._desk.cut.is_writable)
        self._mark()

    def _item(self, color_id: int, name: str, rgba: Rgba, key: str) -> QListWidgetItem:
        item = QListWidgetItem(swatch(rgba, is_erase=color_id == NO_COLOR), name)
        item.setData(Qt.ItemDataRole.UserRole, color_id)
        item.setToolTip(f"{name}, {color_name(rgba)}" if rgba[3] else name)
        item.setText(_with_key(name, key))
        return item

    def _key(self, number: int) -> str:
        """Return the key that takes a colour, counted from 1; empty if there is none."""
        has_key = number <= 10 and not (self._keys_answer and number <= CANDIDATES)
        return str(number % 10) if has_key else ""

    @Slot()
    def _on_question(self) -> None:
        """While a doubt is asked about, the keys 1 to 5 answer and take no colours."""
        if self._review.is_asking != self._keys_answer:
            self._keys_answer = self._review.is_asking
            for number, color in enumerate(self._desk.cut.palette.colors[:CANDIDATES], 1):
                text = _with_key(color_title(color), self._key(number))
                self._list.item(number).setText(text)

    @Slot()
    def _mark(self) -> None:
        for row in range(self._list.count()):
            item = self._list.item(row)
            if item.data(Qt.ItemDataRole.UserRole) == self._desk.color_id:
                self._list.blockSignals(True)
                self._list.setCurrentItem(item)
                self._list.blockSignals(False)

    @Slot()
    def _on_chosen(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self._desk.take_color(item.data(Qt.ItemDataRole.UserRole))

    @Slot()
    def _on_add(self) -> None:
        color = QColorDialog.getColor(parent=self, title=self.tr("Add a colour to the palette"))
        if color.isValid():
            self._desk.add_color((color.red(), color.green(), color.blue(), 255))


def _with_key(name: str, key: str) -> str:
    return f"{name}   [{key}]" if key else name


def color_title(color: Color | None) -> str:
    """Return what a colour is called in the language of the window; None is no colour."""
    if color is None:
        return QCoreApplication.translate("Color", "no colour")
    return QCoreApplication.translate("Color", color.name)


def swatch(rgba: Rgba, *, is_erase: bool = False, size: QSize = SWATCH) -> QIcon:
    """Draw a palette entry: flat, a checkerboard where it is transparent, a slash for erase."""
    name = f"swatch {rgba} {is_erase} {size.width()} {size.height()}"
    pixmap = QPixmap()
    if not QPixmapCache.find(name, pixmap):
        pixmap = _drawn_swatch(rgba, is_erase, size)
        QPixmapCache.insert(name, pixmap)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # Qt would tint it, and this is a colour to judge
    return icon


def _drawn_swatch(rgba: Rgba, is_erase: bool, size: QSize) -> QPixmap:
    pixmap = QPixmap(size)
    pixmap.fill(QColor("#e8e8e8"))
    painter = QPainter(pixmap)
    if rgba[3] == 0:
        for x in range(0, size.width(), 6):
            for y in range(x // 6 % 2 * 6, size.height(), 12):
                painter.fillRect(QRect(x, y, 6, 6), QColor("#b0b0b0"))
    else:
        painter.fillRect(pixmap.rect(), QColor(*rgba))
    if is_erase:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#303030"), 2))
        painter.drawLine(6, size.height() - 4, size.width() - 6, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QColor("#161616"))
    painter.drawRect(pixmap.rect().adjusted(0, 0, -1, -1))
    painter.end()
    return pixmap
