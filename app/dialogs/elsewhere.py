"""Elsewhere: the frames in which a segment was found again, before anything is painted."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.palette import color_title, swatch
from app.review import Place
from core.palette import NO_COLOR, Color, Palette

SWATCH = QSize(40, 16)


class ElsewhereDialog(QDialog):
    """Asks in which frames a colour is to be applied; all are ticked to begin with."""

    def __init__(
        self, color: Color, places: list[Place], palette: Palette, parent: QWidget | None = None
    ) -> None:
        """List the places."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Apply elsewhere"))
        self.resize(420, 420)
        self._places, self._color = places, color
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._list = QListWidget()
        self._list.setIconSize(SWATCH)
        self._list.setAccessibleName(self.tr("Frames in which the segment was found"))
        for place in places:
            now = palette.color(place.color_id)
            item = QListWidgetItem(
                swatch(
                    now.rgba if now else (0, 0, 0, 0),
                    is_erase=place.color_id == NO_COLOR,
                    size=SWATCH,
                ),
                f"{place.frame_name}   {self._consequence(place, now)}",
            )
            item.setCheckState(Qt.CheckState.Checked)
            self._list.addItem(item)
        self._list.itemChanged.connect(self._count)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._apply = buttons.addButton(self.tr("Apply"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._said)
        layout.addWidget(self._list)
        layout.addWidget(buttons)
        self._count()

    def chosen(self) -> list[Place]:
        """Return the places that are ticked."""
        return [
            place
            for row, place in enumerate(self._places)
            if self._list.item(row).checkState() == Qt.CheckState.Checked
        ]

    def _consequence(self, place: Place, now: Color | None) -> str:
        if place.color_id == self._color.id:
            return self.tr("is confirmed")
        return f"{color_title(now)} → {color_title(self._color)}"

    @Slot()
    def _count(self) -> None:
        chosen = self.chosen()
        changed = sum(place.color_id != self._color.id for place in chosen)
        self._said.setText(
            self.tr(
                "This segment was found in {frames} other frames. {color} changes {changed} of "
                "them and confirms {confirmed}."
            ).format(
                frames=len(self._places),
                color=color_title(self._color),
                changed=changed,
                confirmed=len(chosen) - changed,
            )
        )
        self._apply.setEnabled(bool(chosen))
