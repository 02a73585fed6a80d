"""Evaluate: a model on clips with ground truth, in the settings of the paper.

The layout is PaintBucket-Character's: `CLIP/line`, `CLIP/gt`, optional `CLIP/seg`, and design
sheets in `CLIP/ref/{line,gt}`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame, encoded_frame
from core.clip import ClipError, open_clip, sheet_folder
from core.encoders import Encoder
from core.encoders.scale import Scale
from core.images import Image, ImageError, read_image, read_line_image
from core.matching import Reference, match
from core.metrics import Metrics, measure
from core.motion import overlap
from core.segments import Segments, from_label_map, segment
from core.sheets import SheetError, find_sheets, read_sheet, segment_colors

Setting = Literal["keyframe", "consecutive", "first-frame"]
SETTINGS: tuple[Setting, ...] = ("keyframe", "consecutive", "first-frame")


class EvaluationError(Exception):
    """The data cannot be evaluated; one sentence: which file, what is wrong, what to do."""


@dataclass(frozen=True)
class FrameResult:
    """The figures of one frame."""

    clip: str
    frame: str
    metrics: Metrics


@dataclass(frozen=True)
class _Known:
    """A frame or sheet whose colours are known: packed RGBA per segment `[L]`."""

    encoded: EncodedFrame
    areas: npt.NDArray[np.int32]
    colors: npt.NDArray[np.uint32]


def find_clips(folder: Path) -> tuple[Path, ...]:
    """Return the clips in a folder, or the folder itself if it is one.

    Raises:
        EvaluationError: if there is none.
    """
    if (folder / "line").is_dir():
        return (folder,)
    clips = tuple(sorted(path.parent for path in folder.glob("*/line") if path.is_dir()))
    if not clips:
        raise EvaluationError(
            f"{folder} has no clip with a “line” folder; name a clip or a folder of clips."
        )
    return clips


def evaluate_clip(
    encoder: Encoder, folder: Path, setting: Setting, *, shots: int = 1
) -> Iterator[FrameResult]:
    """Measure a clip frame by frame; frames are predicted from references with true colours.

    Args:
        encoder: the model.
        folder: one clip.
        setting: `keyframe`: the first `shots` sheets are the references; `consecutive`: the
            previous frame is; `first-frame`: the first frame is.
        shots: number of sheets, 0 for all.

    Raises:
        EvaluationError: if the clip lacks what the setting needs.
    """
    try:
        clip = open_clip(folder)
        if setting == "keyframe":
            sheets = _sheets(encoder, folder, shots)
        previous: _Known | None = None
        first: _Known | None = None
        for frame in clip.frames:
            known = _frame(encoder, folder, frame.path)
            if setting == "keyframe":
                references, neighbour = sheets, None
            elif setting == "consecutive":
                references, neighbour = [previous] if previous else [], previous
            else:
                references, neighbour = [first] if first else [], None
            if references:
                predicted = _predict(encoder.scale, known, references, neighbour)
                metrics = measure(predicted, known.colors, known.areas)
                yield FrameResult(folder.name, frame.path.stem, metrics)
            previous, first = known, first or known
    except (ClipError, ImageError, SheetError) as error:
        raise EvaluationError(str(error)) from error


def _sheets(encoder: Encoder, folder: Path, shots: int) -> list[_Known]:
    beside = sheet_folder(folder)
    files = find_sheets([beside])[0] if beside else ()
    if not files:
        raise EvaluationError(
            f"{folder} has no design sheets in ref/line and ref/gt; choose another setting."
        )
    known = []
    for sheet in files[: shots or None]:
        line, color = read_sheet(sheet)
        assert sheet.line is not None
        segments = _segments(line, sheet.line.parent.parent, sheet.line.stem)
        known.append(_encode(encoder, line, segments, color))
    return known


def _frame(encoder: Encoder, folder: Path, path: Path) -> _Known:
    truth = folder / "gt" / f"{path.stem}.png"
    line, color = read_line_image(path), read_image(truth)
    if line.shape != color.shape:
        raise EvaluationError(f"{path} and {truth} differ in size; they must be alike.")
    return _encode(encoder, line, _segments(line, folder, path.stem), color)


def _segments(line: Image, folder: Path, stem: str) -> Segments:
    """Take the segments of the data set (number = R * 65536 + G * 256 + B), or find our own."""
    path = folder / "seg" / f"{stem}.png"
    own = segment(line)
    if not path.exists():
        return own
    red, green, blue, _ = np.moveaxis(read_image(path).astype(np.int32), -1, 0)
    numbers = red << 16 | green << 8 | blue
    if numbers.shape != own.label_map.shape:
        raise EvaluationError(f"{path} differs in size from its line image; they must be alike.")
    present, labels = np.unique(np.append(numbers, 0), return_inverse=True)
    label_map = labels[:-1].reshape(numbers.shape).astype(np.int32)
    assert present[0] == 0
    return from_label_map(label_map, own.trace_pixels)


def _encode(encoder: Encoder, line: Image, segments: Segments, color: Image) -> _Known:
    encoded = encoded_frame(encoder.encode(line, segments), segments, line)
    return _Known(encoded, segments.areas, segment_colors(segments.label_map, color))


def _predict(
    scale: Scale, target: _Known, known: list[_Known], neighbour: _Known | None
) -> npt.NDArray[np.uint32]:
    """Return the predicted packed colours `[L]`."""
    values = np.unique(np.concatenate([each.colors for each in known]))
    references = []
    for each in known:
        ids = np.searchsorted(values, each.colors).astype(np.int32) + 1
        lies_on = overlap(target.encoded, each.encoded) if each is neighbour else None
        references.append(Reference(each.encoded, ids, lies_on))
    predicted: npt.NDArray[np.uint32] = values[match(target.encoded, references, scale).colors - 1]
    return predicted
