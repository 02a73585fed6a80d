"""Training frames: the drawings of a clip as label maps with one colour per segment."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.images import ImageError
from core.segments import Segments
from core.truth import complete_drawings, frames_and_sheets, read_drawing

MIN_SEGMENTS, MAX_SEGMENTS = 4, 320
"""Frames with fewer teach nothing, frames with more slow every batch down."""


@dataclass(frozen=True)
class TrainingFrame:
    """One drawing: its segments, the true colour of each `[L]` (packed RGBA), and whose it is."""

    segments: Segments
    colors: npt.NDArray[np.uint32]
    is_sheet: bool

    @property
    def is_useful(self) -> bool:
        """Whether it has as many segments as the training wants."""
        return MIN_SEGMENTS <= len(self.segments) <= MAX_SEGMENTS


def read_frames(clip: Path) -> Iterator[TrainingFrame]:
    """Read the frames of a clip and then its sheets; what cannot be read is left out."""
    for folder, is_sheet in zip(frames_and_sheets(clip), (False, True), strict=True):
        for path in complete_drawings(folder)[0]:
            with suppress(ImageError):  # behind its header, which was looked at
                _, segments, colors = read_drawing(path)
                yield TrainingFrame(segments, colors, is_sheet)
