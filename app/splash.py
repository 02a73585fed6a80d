"""Splash: the icon and the version, on the screen before the slow imports begin."""

from importlib.resources import files

from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel

from core import __version__

SIZE, ICON_SIZE = 256, 160

PATIENCE_MS = 100
"""So long the screen may take to ask for the picture."""


def app_icon() -> QIcon:
    """Return the icon of the program."""
    return QIcon(str(files("resources") / "icons" / "shiage.svg"))


def show_splash(application: QApplication) -> QLabel:
    """Show the splash at once; close it when the window is there.

    A label: QSplashScreen took a second to show itself where no window manager runs (measured).
    """
    picture = QPixmap(SIZE, SIZE)
    picture.fill("#2b2b2b")
    margin = (SIZE - ICON_SIZE) // 2
    painter = QPainter(picture)
    app_icon().paint(painter, margin, margin // 2, ICON_SIZE, ICON_SIZE)
    painter.setPen(Qt.GlobalColor.white)
    center = Qt.AlignmentFlag.AlignCenter
    painter.drawText(0, margin // 2 + ICON_SIZE, SIZE, margin, center, f"Shiage {__version__}")
    painter.end()
    splash = QLabel(None, Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
    splash.setPixmap(picture)
    splash.adjustSize()
    splash.move(application.primaryScreen().availableGeometry().center() - splash.rect().center())
    splash.show()
    patience = QDeadlineTimer(PATIENCE_MS)
    while not splash.windowHandle().isExposed() and not patience.hasExpired():
        application.processEvents()
    application.processEvents()
    return splash
