"""Queue: the doubtful segments of a clip, in the order in which to look at them."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from app.language import QT_TRANSLATE_NOOP
from app.shown import FrameColors
from core.jobs import Prediction
from core.matching import Band
from core.sheets import SheetFiles

TINY = 64
"""Segments of at most so many pixels are easily overlooked."""

BANDS = tuple(Band)
"""By their numbers; to call `Band` takes longer than all else here."""


class Order(Enum):
    """Which doubtful segment comes first."""

    FRAMES = QT_TRANSLATE_NOOP("Order", "Frame by frame")
    """What teaches most: a finished frame is the best reference of the next one."""
    WORTH = QT_TRANSLATE_NOOP("Order", "Most worth first")


class Filter(Enum):
    """Which doubtful segments are asked about."""

    ALL = QT_TRANSLATE_NOOP("Filter", "All doubts")
    DOUBTFUL = QT_TRANSLATE_NOOP("Filter", "Doubtful")
    NO_MATCH = QT_TRANSLATE_NOOP("Filter", "No match")
    TINY = QT_TRANSLATE_NOOP("Filter", "Tiny")
    COLOR = QT_TRANSLATE_NOOP("Filter", "Colour in the bucket")


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


def arrange(doubts: Sequence[Doubt], order: Order, wanted: Filter, color_id: int) -> list[Doubt]:
    """Return those doubts that are asked about, in the order in which they are."""
    kept = [each for each in doubts if _is_wanted(each, wanted, color_id)]
    return sorted(kept, key=lambda each: _place(each, order))


def following(
    queue: Sequence[Doubt], order: Order, *, position: int, here: Doubt | None, by: int
) -> Doubt | None:
    """Return the next (`by` 1) or previous (-1) doubt of a queue, round and round.

    Args:
        queue: in order.
        order: that order.
        position: the current frame.
        here: the doubt last asked about, which may have left the queue since; None if there was
            none, or another frame was turned to.
        by: 1 forwards, -1 backwards.

    Returns:
        None when the queue is empty.
    """
    if not queue:
        return None
    if here is not None:
        place = _place(here, order)
    elif order is Order.FRAMES:
        place = (position, -np.inf if by > 0 else np.inf, 0, 0)
    else:
        return queue[0 if by > 0 else -1]
    if by > 0:
        return next((each for each in queue if _place(each, order) > place), queue[0])
    return next((each for each in queue[::-1] if _place(each, order) < place), queue[-1])


def _is_wanted(doubt: Doubt, wanted: Filter, color_id: int) -> bool:
    match wanted:
        case Filter.DOUBTFUL:
            return doubt.band == Band.DOUBTFUL
        case Filter.NO_MATCH:
            return doubt.band == Band.NO_MATCH
        case Filter.TINY:
            return doubt.area <= TINY
        case Filter.COLOR:
            return doubt.color_id == color_id
    return True


def _place(doubt: Doubt, order: Order) -> tuple[float, ...]:
    frame = doubt.position if order is Order.FRAMES else 0
    return (frame, -doubt.worth, doubt.position, doubt.label)
