"""Doubts: the segments of a clip that a person should look at, and what an answer is worth."""

from collections.abc import Sequence
from typing import NamedTuple

from core.jobs import Prediction
from core.matching import Band
from core.sheets import SheetFiles
from core.shown import FrameColors

BANDS = tuple(Band)
"""By their numbers; to call `Band` takes longer than all else here."""


class Doubt(NamedTuple):
    """A segment that a person should look at.

    Attributes:
        position: of its frame in the clip.
        chance: 0 to 1, that the colour shown is right.
        area: in pixels.
        frames: number of frames in which the same reference segment is doubted; one answer may
            settle them all.
    """

    position: int
    frame_id: int
    label: int
    band: Band
    color_id: int
    chance: float
    area: int
    frames: int

    @property
    def worth(self) -> float:
        """How much an answer is worth: doubt x area x frames."""
        return (1 - self.chance) * self.area * self.frames

    @property
    def rank(self) -> tuple[float, int, int]:
        """Sorts doubts: the one of most worth first."""
        return -self.worth, self.position, self.label


def find_doubts(
    frames: Sequence[tuple[Prediction | None, FrameColors | None]],
) -> list[Doubt]:
    """Collect the doubtful segments of a clip, in order of frames and labels.

    Args:
        frames: of every frame the prediction and what is shown of it; None while it has none.
    """
    spoken: dict[tuple[int | SheetFiles, int], set[int]] = {}
    found = []
    for position, (prediction, shown) in enumerate(frames):
        if prediction is None or shown is None:
            continue
        rows = shown.doubtful - 1
        evidence = [
            # where nothing speaks for it, it is alone
            (prediction.sources[source], label) if source >= 0 else (-1 - position, row)
            for row, (source, label) in zip(
                rows.tolist(), prediction.evidence[rows, 0].tolist(), strict=True
            )
        ]
        for each in evidence:
            spoken.setdefault(each, set()).add(position)
        columns = (shown.bands[rows], shown.colors[rows], shown.confidence[rows], rows)
        found.append((position, prediction.frame_id, shown.keys, columns, evidence))
    return [
        Doubt(position, frame_id, row + 1, BANDS[band], color_id, chance, keys[row].area, frames)
        for position, frame_id, keys, columns, evidence in found
        for band, color_id, chance, row, frames in zip(
            *(column.tolist() for column in columns),
            [len(spoken[each]) for each in evidence],
            strict=True,
        )
    ]
