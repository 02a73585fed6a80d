"""Dropped: the files and folders among what is dragged onto the window."""

from pathlib import Path

from PySide6.QtCore import QMimeData


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the paths that are dragged; a picture of a web page has none on this machine."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
