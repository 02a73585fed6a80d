"""Truth: clips with ground truth, encoded, with the true colour of every segment.

The layout is PaintBucket-Character's: `CLIP/line`, `CLIP/gt`, optional `CLIP/seg`, and design
sheets in `CLIP/ref/{line,gt}`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame, encoded_frame
from core.clip import Clip, ClipError, open_clip, sheet_folder
from core.encoders import Encoder, TrialEncoder
from core.images import Image, ImageError, read_image, read_line_image
from core.segments import Segments, from_label_map, segment
from core.sheets import SheetError, find_sheets, read_sheet, segment_colors


class TruthError(Exception):
    """The data cannot be used; one sentence: which file, what is wrong, what to do."""


@dataclass(frozen=True, eq=False)
class TrueFrame:
    """A frame or sheet with its true colours: packed RGBA per segment `[L]` uint32."""

    name: str
    encoded: EncodedFrame
    colors: npt.NDArray[np.uint32]


def find_clips(folder: Path) -> tuple[Path, ...]:
    """Return the clips in a folder, or the folder itself if it is one.

    Raises:
        TruthError: if there is none.
    """
    if (folder / "line").is_dir():
        return (folder,)
    clips = tuple(sorted(path.parent for path in folder.glob("[!.]*/line") if path.is_dir()))
    if not clips:
        raise TruthError(
            f"{folder} has no clip with a “line” folder; name a clip or a folder of clips."
        )
    return clips


def open_whole_clip(folder: Path) -> Clip:
    """Open a clip of which no frame may be left out: its neighbours would count as consecutive.

    Raises:
        TruthError: if a drawing is missing, or cannot be read, whose true colours are there.
        ClipError: if none can.
    """
    clip = open_clip(folder)
    known = {frame.path.stem for frame in clip.frames}
    for truth in sorted((folder / "gt").glob("[!.]*.png")):
        if truth.stem not in known:
            raise TruthError(
                f"{truth} has no drawing in {clip.folder} that can be read; mend it or remove both."
            )
    return clip


def read_truth(folder: Path, drawing: Path, line: Image) -> Image:
    """Read the true colours of a drawing of a clip.

    Raises:
        TruthError: if they are of another size than its lines.
        ImageError: if they cannot be read.
    """
    truth = folder / "gt" / f"{drawing.stem}.png"
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
            color = read_truth(folder, frame.path, line)
            segments = _segments(line, folder, frame.path.stem)
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
            segments = _segments(line, sheet.line.parent.parent, sheet.line.stem)
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


def _segments(line: Image, folder: Path, stem: str) -> Segments:
    """Take the segments of the data set (number = R * 65536 + G * 256 + B), or find our own."""
    path = folder / "seg" / f"{stem}.png"
    own = segment(line)
    if not path.exists():
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
