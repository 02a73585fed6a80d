"""Scrolling: a panel that may be lower than what is in it, on a small screen."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

AT_LEAST = 0.4
"""The part of the height of the screen that a panel gets if it needs it."""


class Scrolling(QScrollArea):
    """Shows all of a panel on a large screen, and as much as there is room for on a small one."""

    def __init__(self, panel: QWidget) -> None:
        """Show a panel."""
        super().__init__(widgetResizable=True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._panel = panel
        self.setWidget(panel)

    def sizeHint(self) -> QSize:
        """Ask for what the panel asks for."""
        return self._panel.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Ask for what the panel needs, up to a part of the screen."""
        panel, bar = self._panel, self.verticalScrollBar().sizeHint().width()
        width = max(panel.minimumWidth(), panel.minimumSizeHint().width())
        most = round(self.screen().availableSize().height() * AT_LEAST)
        height = min(panel.minimumSizeHint().height(), most)
        return QSize(width + bar, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask again when something in the panel came or went."""
        if watched is self._panel and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
