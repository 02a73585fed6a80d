"""Truth: clips with ground truth, and the true colour of every segment of their drawings.

The layout is PaintBucket-Character's: `CLIP/line`, `CLIP/gt`, optional `CLIP/seg`, and design
sheets in `CLIP/ref/{line,gt}`. Case and file endings of names do not matter.

Training takes what it can use of a clip (`complete_drawings`); where a clip is measured frame by
frame none may be left out (`open_whole_clip`).
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame, encoded_frame
from core.clip import Clip, ClipError, list_images, open_clip, same, sheet_folder, subfolder
from core.drawings import segmented
from core.encoders import Encoder, TrialEncoder
from core.files import is_there
from core.images import Image, ImageError, read_image, read_line_image, read_size
from core.segments import Segments, from_label_map, segment
from core.sheets import SheetError, find_sheets, read_sheet, segment_colors

SHOWN = 3
"""Files that a sentence names."""


class TruthError(Exception):
    """The data cannot be used; one sentence: which file, what is wrong, what to do."""


@dataclass(frozen=True, eq=False)
class TrueFrame:
    """A frame or sheet with its true colours: packed RGBA per segment `[L]` uint32."""

    name: str
    encoded: EncodedFrame
    colors: npt.NDArray[np.uint32]


def find_clips(folder: Path) -> tuple[Path, ...]:
    """Return the clips in a folder in order of their names, or the folder itself if it is one.

    A clip that is being written is hidden, and stays so where the writing was killed; sheets that
    lie beside the clips are no clip.

    Raises:
        TruthError: if there is none, or one may not be read.
    """
    try:
        if _has_lines(folder):
            return (folder,)
        every = folder.iterdir() if folder.is_dir() else ()
        inside = [path for path in every if not path.name.startswith(".")]
        known = (path for path in sorted(inside) if same(path.name) != "ref")
        clips = tuple(path for path in known if _has_lines(path))
    except OSError as error:  # a clip that is left out would change the figures
        raise TruthError(
            f"{error.filename} cannot be read ({error.strerror}); name another folder, or change "
            "its permissions."
        ) from error
    if not clips:
        raise TruthError(
            f"{folder} has no clip with a “line” folder; name a clip or a folder of clips."
        )
    return clips


def _has_lines(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any(same(path.name) == "line" and path.is_dir() for path in folder.iterdir())


def frames_and_sheets(clip: Path) -> tuple[Path, Path]:
    """Return where the frames of a clip and its sheets lie: folders with `line` and `gt` in them.

    There may be no sheets.
    """
    return clip, sheet_folder(clip) or clip / "ref"


def pictures(folder: Path, part: str) -> dict[str, Path]:
    """Return the pictures in a part of a folder (`line`, `gt`, `seg`) by their names, in order.

    None where there is no such part; of several that are called alike the first.
    """
    found: dict[str, Path] = {}
    with suppress(OSError):
        place = subfolder(folder, part)
        for path in list_images(place) if place else []:
            found.setdefault(same(path.stem), path)
    return found


def partner(drawing: Path, part: str = "gt") -> Path:
    """Return the picture in another part that is called like a drawing, by default its colours.

    Where there is none, this is where it is missed.
    """
    folder = drawing.parent.parent
    usual = (subfolder(folder, part) or folder / part) / f"{drawing.stem}.png"
    return usual if is_there(usual) else pictures(folder, part).get(same(drawing.stem), usual)


def complete_drawings(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the line images in `folder/line` with their colours, and what keeps out the others.

    A line image has its colours if `folder/gt` has a picture of the same name and size.
    """
    complete, lacking, problems = [], [], []
    truths = pictures(folder, "gt")
    for name, path in pictures(folder, "line").items():
        if name not in truths:
            lacking.append(path.name)
            continue
        truth = partner(path)  # the one that will be read, of several that are called alike
        try:
            size, true_size = read_size(path), read_size(truth)
        except ImageError as error:
            problems.append(str(error).rstrip("."))
            continue
        if size == true_size:
            complete.append(path)
        else:
            problems.append(
                f"{truth} has {true_size[0]} x {true_size[1]} pixels and its line image"
                f" {size[0]} x {size[1]}"
            )
    if lacking:
        more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
        problems.append(f"{folder / 'gt'} lacks {', '.join(lacking[:SHOWN])}{more}")
    return complete, problems


def read_drawing(path: Path) -> tuple[Image, Segments, npt.NDArray[np.uint32]]:
    """Read a drawing that is complete: line image, segments, and their true colours `[L]`.

    Raises:
        ImageError: if it or its colours cannot be read.
    """
    line, color = read_line_image(path), read_image(partner(path))
    segments = segmented(line, path)
    return line, segments, segment_colors(segments.label_map, color)


def open_whole_clip(folder: Path) -> Clip:
    """Open a clip of which no frame may be left out: its neighbours would count as consecutive.

    Raises:
        TruthError: if a drawing is missing, or cannot be read, whose true colours are there.
        ClipError: if none can.
    """
    clip = open_clip(subfolder(folder, "line") or folder)
    known = {same(frame.path.stem) for frame in clip.frames}
    for name, truth in pictures(folder, "gt").items():
        if name not in known:
            raise TruthError(
                f"{truth} has no drawing in {clip.folder} that can be read; mend it or remove both."
            )
    return clip


def read_truth(drawing: Path, line: Image) -> Image:
    """Read the true colours of a drawing of a clip.

    Raises:
        TruthError: if they are of another size than its lines.
        ImageError: if they cannot be read.
    """
    truth = partner(drawing)
    color = read_image(truth)
    if line.shape != color.shape:
        raise TruthError(f"{drawing} and {truth} differ in size; they must be alike.")
    return color


def true_frames(encoder: Encoder, folder: Path) -> Iterator[TrueFrame]:
    """Read the frames of a clip in order.

    Raises:
        TruthError: if one cannot be read or has no ground truth.
    """
    try:
        for frame in open_whole_clip(folder).frames:
            line = read_line_image(frame.path)
            color = read_truth(frame.path, line)
            segments = _segments(line, frame.path)
            yield _true_frame(frame.path.stem, encoder, line, segments, color)
    except (ClipError, ImageError) as error:
        raise TruthError(str(error)) from error


def true_sheets(encoder: Encoder, folder: Path, shots: int = 0) -> list[TrueFrame]:
    """Read the first `shots` design sheets of a clip, 0 for all.

    Raises:
        TruthError: if there is none, or one cannot be read.
    """
    try:
        beside = sheet_folder(folder)
        files = find_sheets([beside])[0] if beside else ()
        if not files:
            raise TruthError(
                f"{folder} has no design sheets in ref/line and ref/gt; choose another setting."
            )
        sheets = []
        for sheet in files[: shots or None]:
            line, color = read_sheet(sheet)
            assert sheet.line is not None
            segments = _segments(line, sheet.line)
            sheets.append(_true_frame(sheet.name, encoder, line, segments, color))
    except (SheetError, ImageError) as error:
        raise TruthError(str(error)) from error
    return sheets


def decide_precision(encoder: Encoder, folder: Path) -> None:
    """Let the first frames of a clip decide in which precision an encoder computes, if it asks."""
    if isinstance(encoder, TrialEncoder) and encoder.is_undecided:
        try:
            lines = [read_line_image(frame.path) for frame in open_clip(folder).frames[:2]]
        except (ClipError, ImageError) as error:
            raise TruthError(str(error)) from error
        encoder.decide([(line, segment(line)) for line in lines])


def _segments(line: Image, drawing: Path) -> Segments:
    """Take the segments of the data set (number = R * 65536 + G * 256 + B), or find our own."""
    path = partner(drawing, "seg")
    own = segmented(line, drawing)
    if not is_there(path):
        return own
    red, green, blue, _ = np.moveaxis(read_image(path).astype(np.int32), -1, 0)
    numbers = red << 16 | green << 8 | blue
    if numbers.shape != own.label_map.shape:
        raise TruthError(f"{path} differs in size from its line image; they must be alike.")
    present, labels = np.unique(np.append(numbers, 0), return_inverse=True)
    label_map = labels[:-1].reshape(numbers.shape).astype(np.int32)
    assert present[0] == 0
    return from_label_map(label_map, own.trace_pixels, own.trace_tints)


def _true_frame(
    name: str, encoder: Encoder, line: Image, segments: Segments, color: Image
) -> TrueFrame:
    encoded = encoded_frame(encoder.encode(line, segments), segments, line)
    return TrueFrame(name, encoded, segment_colors(segments.label_map, color))
