"""Export: painted pictures to a sequence of PNG files that is never half written."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.images import write_png
from core.paint import Picture


class ExportError(Exception):
    """The target folder cannot be used; one sentence."""


def prepare_folder(folder: Path, drawings: Sequence[Path], sheets: Sequence[Path]) -> None:
    """Make the target folder.

    Raises:
        ExportError: if it is the folder of the drawings, if a frame would replace a design sheet
            (neither is ever written to), or if it cannot be made.
    """
    # not by their spelling: on many disks LINE is line
    is_theirs = any(_is_same(folder, parent) for parent in {path.parent for path in drawings})
    if is_theirs or any(
        _is_same(_target(folder, drawing), sheet) for drawing in drawings for sheet in sheets
    ):
        raise ExportError(
            f"{folder} holds drawings or design sheets, which are never written to; "
            "choose another folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be made ({error.strerror}); choose another folder."
        ) from error


def export_frame(picture: Picture, folder: Path, drawing: Path) -> Path:
    """Write one painted frame as RGBA PNG under the drawing's own name and return its path.

    Raises:
        ImageError: if it cannot be written; what was there before is still there.
    """
    path = _target(folder, drawing)
    height, width = picture.shape
    write_png(path, np.ascontiguousarray(picture).view(np.uint8).reshape(height, width, 4))
    return path


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return path.resolve() == other.resolve()


def _target(folder: Path, drawing: Path) -> Path:
    return folder / f"{drawing.stem}.png"
