"""Keys: arrows belong to the list or choice that has the focus, and else to the window."""

from collections.abc import Container

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QListWidget

UP_AND_DOWN = (Qt.Key.Key_Up, Qt.Key.Key_Down)


def claim(event: QEvent, keys: Container[int]) -> bool:
    """Claim these keys, held alone, before a shortcut of the window gets them."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() not in keys or held != Qt.KeyboardModifier.NoModifier:
        return False
    event.accept()
    return True


class ListOfNames(QListWidget):
    """A list that one goes through with the keys that take colours elsewhere."""

    def event(self, event: QEvent) -> bool:
        """Claim these keys."""
        return claim(event, UP_AND_DOWN) or super().event(event)


class Choice(QComboBox):
    """A choice that is made with the keys that take colours elsewhere."""

    def event(self, event: QEvent) -> bool:
        """Claim these keys."""
        return claim(event, UP_AND_DOWN) or super().event(event)
