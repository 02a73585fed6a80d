"""Dataset: finished frames of cuts as training data, in the layout of PaintBucket-Character.

A frame is finished when a person settled every segment of it; raw predictions never teach.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt

from core.cut_file import CutFileError
from core.edits import settle
from core.files import is_there
from core.images import Image, ImageError, read_line_image, write_png
from core.paint import Picture, paint
from core.palette import NO_COLOR, pack, unpack
from core.project import FrameEntry, Project
from core.segments import Segments, segment
from core.sheets import SheetError, read_sheet, segment_colors


@dataclass(frozen=True)
class LeftOut:
    """A frame or sheet that is not in the data set, and why, in one sentence."""

    text: str


@dataclass(frozen=True)
class Written:
    """The clip that a cut became: its folder, and how many frames and sheets it has."""

    folder: Path
    frames: int
    sheets: int


class DatasetError(Exception):
    """A cut cannot be exported; one sentence: which, why, what to do."""


def export_cut(path: Path, out: Path, stop: Event) -> Iterator[LeftOut | Written]:
    """Write the finished frames and the sheets of a cut as a new clip in `out`.

    The clip is called like the cut. It is written under another name and renamed when it is
    complete. The cut and its drawings are only read.

    Args:
        path: the cut file.
        out: the folder of clips; it is made.
        stop: ends it after the frame it is on, and leaves nothing.

    Raises:
        DatasetError: if the cut cannot be read, the clip is there already, there is no finished
            frame, or the disk refuses.
    """
    target = out / path.stem
    if is_there(target):
        raise DatasetError(
            f"{target} is there already and is not written over; choose another --out or delete it."
        )
    try:
        with closing(Project.read(path)) as project:
            temporary = out / f".{path.stem}.tmp"
            shutil.rmtree(temporary, ignore_errors=True)
            try:
                yield from _export(project, path, temporary, stop)
                if not stop.is_set():
                    temporary.rename(target)
                    yield Written(target, _count(target), _count(target / "ref"))
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except (CutFileError, ImageError) as error:  # of a drawing that cannot be written
        raise DatasetError(str(error)) from error
    except OSError as error:
        raise DatasetError(
            f"{target} cannot be written ({error.strerror}); choose another --out."
        ) from error


def _export(project: Project, path: Path, folder: Path, stop: Event) -> Iterator[LeftOut]:
    """Write frames and sheets into a new folder.

    Raises:
        DatasetError: if no frame is finished.
    """
    written: set[str] = set()
    for frame in project.frames:
        if stop.is_set():
            return
        name = Path(frame.name).stem
        try:
            line, segments, colors = _finished(project, frame)
            if name in written:
                raise DatasetError("another drawing of the clip has the same name")
        except (DatasetError, ImageError) as error:
            yield LeftOut(f"{path.name}: {frame.name} is left out ({str(error).rstrip('.')}).")
            continue
        painted = _as_bytes(paint(line, segments, colors, project.palette))
        values = pack(project.palette.table())[colors]
        _write(folder, name, line, painted, segments, values)
        written.add(name)
    if not written:
        raise DatasetError(
            f"{path.name} has no finished frame: settle every segment of one (Ctrl+Enter accepts"
            " what is left of a frame)."
        )
    for number, sheet in enumerate(project.sheets):
        try:
            line, picture = read_sheet(sheet.files)
        except (SheetError, ImageError) as error:
            yield LeftOut(f"{path.name}: sheet {sheet.files.name} is left out ({error})")
            continue
        segments = segment(line)
        values = segment_colors(segments.label_map, picture)
        _write(folder / "ref", f"{number:04}", line, picture, segments, values)  # as in the cut


def _finished(project: Project, frame: FrameEntry) -> tuple[Image, Segments, npt.NDArray[np.int32]]:
    """Return line image, segments and colours `[L]` of a frame that is settled as a whole.

    Raises:
        DatasetError: if it is not; a few words.
        ImageError: if the drawing cannot be read.
    """
    line = read_line_image(project.drawings / frame.name)
    segments = segment(line)
    nothing = np.full(len(segments), NO_COLOR, np.int32)
    colors, _ = settle(nothing, segments.keys, project.paint(frame.id))
    unsettled = int((colors == NO_COLOR).sum())
    if unsettled:
        raise DatasetError(f"{unsettled} of {len(segments)} segments are not settled")
    return line, segments, colors


def _write(
    folder: Path,
    name: str,
    line: Image,
    picture: Image,
    segments: Segments,
    values: npt.NDArray[np.uint32],
) -> None:
    """Write one drawing: `line`, `gt`, and `seg` with number = R * 65536 + G * 256 + B."""
    for part in ("line", "gt", "seg"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    numbers = segments.label_map
    red, green, blue = numbers >> 16, numbers >> 8 & 255, numbers & 255
    seg = np.stack([red, green, blue, np.full_like(numbers, 255)], axis=-1).astype(np.uint8)
    write_png(folder / "line" / f"{name}.png", line)
    write_png(folder / "gt" / f"{name}.png", picture)
    write_png(folder / "seg" / f"{name}.png", seg)
    by_number = {str(row + 1): unpack(int(value)) for row, value in enumerate(values)}
    (folder / "seg" / f"{name}.json").write_text(json.dumps(by_number))


def _as_bytes(picture: Picture) -> Image:
    height, width = picture.shape
    return np.ascontiguousarray(picture).view(np.uint8).reshape(height, width, 4)


def _count(folder: Path) -> int:
    return len(list((folder / "line").glob("*.png")))
