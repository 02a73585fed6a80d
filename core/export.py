"""Export: painted pictures to a sequence of PNG files that is never half written."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.files import is_same, is_there
from core.images import is_own_png, write_png
from core.paint import Picture


class ExportError(Exception):
    """The target folder cannot be used; one sentence."""


def prepare_folder(folder: Path, drawings: Sequence[Path], sheets: Sequence[Path]) -> None:
    """Make the target folder.

    Raises:
        ExportError: if it is the folder of the drawings, if a frame would replace a design sheet or
            what a person painted beside one (none is ever written to), or if it cannot be made.
    """
    # a sheet may be left out: it cannot be read, or has no partner, or its lines are not clear
    targets = [_target(folder, drawing) for drawing in drawings]
    if (
        _is_folder_of(folder, drawings)
        or any(is_same(target, sheet) for target in targets for sheet in sheets)
        or (_is_folder_of(folder, sheets) and any(map(_is_painted_by_hand, targets)))
    ):
        raise _refused(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be made ({error.strerror}); choose another folder."
        ) from error


def export_frame(picture: Picture, folder: Path, drawing: Path) -> Path:
    """Write one painted frame as RGBA PNG under the drawing's own name and return its path.

    Raises:
        ExportError: if the folder has become that of the drawing meanwhile.
        ImageError: if it cannot be written; what was there before is still there.
    """
    if _is_folder_of(folder, [drawing]):
        raise _refused(folder)
    path = _target(folder, drawing)
    height, width = picture.shape
    write_png(path, np.ascontiguousarray(picture).view(np.uint8).reshape(height, width, 4))
    return path


def _refused(folder: Path) -> ExportError:
    return ExportError(
        f"{folder} holds drawings or design sheets, which are never written to; "
        "choose another folder."
    )


def _is_folder_of(folder: Path, files: Sequence[Path]) -> bool:
    """Ask the disk and not the spelling: on many LINE is line."""
    return any(is_same(folder, parent) for parent in {path.parent for path in files})


def _is_painted_by_hand(path: Path) -> bool:
    return is_there(path) and not is_own_png(path)


def _target(folder: Path, drawing: Path) -> Path:
    return folder / f"{drawing.stem}.png"
