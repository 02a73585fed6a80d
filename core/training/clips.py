"""Training clips: folders in the PaintBucket layout as label maps with one colour per segment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.images import ImageError, read_image, read_line_image
from core.segments import Segments, segment
from core.sheets import segment_colors
from core.training.drawings import list_pictures, true_colors

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


def find_training_clips(folders: Sequence[Path]) -> list[tuple[Path, ...]]:
    """Return the clips of every folder, in order of their names; no hidden ones.

    A clip that is being written is hidden, and stays so where the writing was killed.
    """
    return [
        tuple(
            sorted(
                path.parent
                for path in folder.glob("*/gt")
                if path.is_dir() and not path.parent.name.startswith(".")
            )
        )
        for folder in folders
    ]


def is_clip(folder: Path) -> bool:
    """Say whether a folder is a clip itself: its sheets would be taken for one in it."""
    return (folder / "line").is_dir() and (folder / "gt").is_dir()


def read_frames(clip: Path) -> Iterator[TrainingFrame]:
    """Read the frames of a clip and then its sheets; what cannot be read is left out."""
    for folder, is_sheet in ((clip, False), (clip / "ref", True)):
        for path in list_pictures(folder / "line"):
            try:
                line, color = read_line_image(path), read_image(true_colors(path))
            except ImageError:
                continue  # a frame without its colours, or a damaged one
            segments = segment(line)
            if line.shape == color.shape:
                yield TrainingFrame(segments, segment_colors(segments.label_map, color), is_sheet)
