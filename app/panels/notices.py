"""Notices: what the animator should know, one sentence each, until it is dismissed or over."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.desk import Desk

MOST = 4
"""So many sentences are shown at a time; older ones wait behind a count."""


class NoticeBar(QWidget):
    """A bar above the canvas; hidden while there is nothing to say."""

    def __init__(self, desk: Desk) -> None:
        """Listen to the desk."""
        super().__init__()
        self._texts: list[str] = []
        self._former: set[str] = set()  # those said before another cut was asked for
        self._hint = ""
        self._label = QLabel()
        self._label.setWordWrap(True)
        # a long name cannot be wrapped, and would make the window wider than the screen
        self._label.setMinimumWidth(1)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setAccessibleName(self.tr("Notices"))
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss notices"))
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self._label, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("notices")
        self.setStyleSheet(
            "#notices { background: #3f3a26; border-left: 4px solid #e6b422; }"
            "#notices QLabel { color: #f4ecd0; }"
        )
        desk.noticed.connect(self.say)
        desk.hinted.connect(self.hint)
        for something in (
            desk.edited,
            desk.segment_changed,
            desk.frame_changed,
            desk.cut_changed,
        ):
            something.connect(self.end_hint)
        desk.cut.asked.connect(self._on_asked)
        desk.cut.taken.connect(self._on_taken)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._label.text()

    @Slot(str)
    def say(self, text: str) -> None:
        """Add a sentence; the same one again moves to the end."""
        self._texts = [other for other in self._texts if other != text] + [text]
        self._former.discard(text)
        self._show()

    @Slot(str)
    def hint(self, text: str) -> None:
        """Say why nothing was done, below all else, until something is."""
        self._hint = text
        self._show()

    @Slot()
    def end_hint(self) -> None:
        """Something was done, or there is something to do now."""
        if self._hint:
            self._hint = ""
            self._show()

    @Slot()
    def dismiss(self) -> None:
        """Forget everything said so far."""
        self._texts.clear()
        self._hint = ""
        self._show()

    @Slot()
    def _on_asked(self) -> None:
        self._former = set(self._texts)

    @Slot()
    def _on_taken(self) -> None:
        """Forget what was said of the former cut: drawings of the new one have the same names."""
        self._texts = [text for text in self._texts if text not in self._former]
        self._show()

    def _show(self) -> None:
        lines = self._texts[-MOST:]
        if len(self._texts) > MOST:
            more = len(self._texts) - MOST
            lines.insert(0, self.tr("({} more before these)").format(more))
        if self._hint:
            lines.append(self._hint)
        self._label.setText("\n".join(lines))
        self.setVisible(bool(lines))
