"""Theme: dark and neutral, so that the colours being judged are the only ones in sight."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

SURROUND = QColor("#5b5b5b")
PAPER = QColor("#f6f5f2")
ACCENT = QColor("#56b4e9")

_ROLES = {
    QPalette.ColorRole.Window: "#2b2b2b",
    QPalette.ColorRole.WindowText: "#e8e8e8",
    QPalette.ColorRole.Base: "#232323",
    QPalette.ColorRole.AlternateBase: "#2b2b2b",
    QPalette.ColorRole.Text: "#e8e8e8",
    QPalette.ColorRole.PlaceholderText: "#a0a0a0",
    QPalette.ColorRole.Button: "#3a3a3a",
    QPalette.ColorRole.ButtonText: "#e8e8e8",
    QPalette.ColorRole.ToolTipBase: "#1c1c1c",
    QPalette.ColorRole.ToolTipText: "#e8e8e8",
    QPalette.ColorRole.Highlight: "#2f6f96",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.Link: "#7cc4f0",
}


def apply_theme(application: QApplication) -> None:
    """Dress the whole application."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, value in _ROLES.items():
        palette.setColor(role, QColor(value))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#858585"))
    application.setPalette(palette)
