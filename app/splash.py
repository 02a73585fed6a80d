"""Splash: the icon and the version, on the screen before the slow imports begin."""

from importlib.resources import files

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QSplashScreen

from core import __version__

SIZE, ICON_SIZE = 256, 160


def app_icon() -> QIcon:
    """Return the icon of the program."""
    return QIcon(str(files("resources") / "icons" / "shiage.svg"))


def show_splash(application: QApplication) -> QSplashScreen:
    """Show the splash at once; `finish` it when the window is there."""
    picture = QPixmap(SIZE, SIZE)
    picture.fill("#2b2b2b")
    margin = (SIZE - ICON_SIZE) // 2
    painter = QPainter(picture)
    app_icon().paint(painter, margin, margin // 2, ICON_SIZE, ICON_SIZE)
    painter.end()
    splash = QSplashScreen(picture)
    splash.show()
    bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter
    splash.showMessage(f"Shiage {__version__}\n", bottom, Qt.GlobalColor.white)
    application.processEvents()
    return splash
