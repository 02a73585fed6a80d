"""Icons: every size and format that the systems want, from the one SVG.

Usage: icons.py FOLDER: writes icons/hicolor/…/shiage.png, shiage.svg, shiage.ico and shiage.icns.
"""

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SVG = Path(__file__).parent.parent / "resources" / "icons" / "shiage.svg"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)


def render(size: int) -> Image.Image:
    """Draw the icon at a size, in pixels."""
    picture = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(str(SVG)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data())).convert("RGBA")


def write_icons(folder: Path) -> None:
    """Write all icons into a folder."""
    drawn = {size: render(size) for size in (*SIZES, 1024)}
    for size in SIZES:
        place = folder / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        place.mkdir(parents=True, exist_ok=True)
        drawn[size].save(place / "shiage.png")
    scalable = folder / "icons" / "hicolor" / "scalable" / "apps"
    scalable.mkdir(parents=True, exist_ok=True)
    shutil.copy(SVG, scalable / "shiage.svg")
    others = [drawn[size] for size in SIZES if size <= 256]
    drawn[256].save(
        folder / "shiage.ico", sizes=[icon.size for icon in others], append_images=others
    )
    drawn[1024].save(folder / "shiage.icns", append_images=[drawn[s] for s in (32, 64, 256, 512)])


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    write_icons(Path(sys.argv[1]))
