"""What a person says about segments: frozen values, kept for ever by the project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class SegmentKey(NamedTuple):
    """Names a segment of a frame so that the name survives another segmentation of the drawing."""

    first_pixel: int
    """Its first pixel in scan order, y * width + x."""
    area: int
    """Its number of pixels."""


class Mark(IntEnum):
    """How a person settled a segment."""

    ACCEPTED = 1
    """The prediction was confirmed."""
    CORRECTED = 2
    """The colour was given by hand."""


@dataclass(frozen=True)
class Paint:
    """A colour a person stands behind; `color_id` may be `NO_COLOR` (unpainted on purpose)."""

    color_id: int
    mark: Mark


FramePaint = Mapping[SegmentKey, Paint]
"""All that a person said about one frame."""


class Stroke(NamedTuple):
    """One segment of one frame gets this paint; None takes a person's word back."""

    frame_id: int
    key: SegmentKey
    paint: Paint | None


@dataclass(frozen=True)
class Edit:
    """One step of the undo history: what it is called and everything it paints."""

    text: str
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True)
class Changes:
    """What an applied edit touched, so that views redraw that and nothing else."""

    frames: frozenset[int] = frozenset()
    palette: bool = False
    sheets: bool = False


def settle(
    predicted: npt.NDArray[np.int32], keys: Sequence[SegmentKey], paint: FramePaint
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Lay what a person said over what was predicted; a person's word wins, always.

    Returns:
        `[L]` palette ids to show, and `[L]` marks: a `Mark`, or 0 where the prediction stands.
    """
    colors, marks = predicted.copy(), np.zeros(len(predicted), np.int8)
    if paint:
        for index, key in enumerate(keys):
            if key in paint:
                colors[index], marks[index] = paint[key].color_id, paint[key].mark
    return colors, marks
