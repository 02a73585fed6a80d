"""Queue: the doubtful segments that are asked about, one after the other."""

from collections.abc import Sequence
from enum import Enum

import numpy as np

from app.language import QT_TRANSLATE_NOOP
from core.doubts import Doubt
from core.matching import Band

TINY = 64
"""Segments of at most so many pixels are easily overlooked."""


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
    return (frame, *doubt.rank)
