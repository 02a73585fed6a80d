"""Keys: a table of all of them."""

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

AROUND_TABLE = QSize(60, 80)
"""Scroll bar, margins and the button below."""

ROOM_AROUND = QSize(40, 80)
"""What of the screen is left free, for the frame of the dialog too."""


class KeysDialog(QDialog):
    """Lists what is done by which keys; it can be scrolled where the screen is too low for it."""

    def __init__(self, named: Iterable[tuple[str, str]], parent: QWidget | None = None) -> None:
        """List pairs of texts and keys."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        cell = "<td style='padding-left: 24px'>"
        rows = "".join(
            f"<tr><td>{escape(text)}</td>{cell}<b>{escape(keys)}</b></td></tr>"
            for text, keys in named
        )
        table = QTextBrowser()
        table.setHtml(f"<table style='white-space: nowrap'>{rows}</table>")
        table.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(table)
        layout.addWidget(buttons)
        document = table.document()
        document.setTextWidth(-1)  # as wide as its longest row
        room = self.screen().availableSize() - ROOM_AROUND
        self.resize((document.size().toSize() + AROUND_TABLE).boundedTo(room))
