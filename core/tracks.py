"""Tracks: one segment followed from frame to frame, as far as both sides agree that it is it."""

from collections.abc import Iterable, Iterator

import numpy as np

from core.cache import EncodedFrame
from core.matching import overlap


def follow(
    start: EncodedFrame, row: int, frames: Iterable[EncodedFrame | None], *, weight: float
) -> Iterator[int | None]:
    """Follow a segment through the frames after (or before) its own.

    Args:
        start: the frame it is in.
        row: which segment, counted from 0.
        frames: the frames to go through, the nearest first; None for one that cannot be read.
        weight: what a full overlap adds to the similarity.

    Yields:
        For every frame the row of the segment there, or None where it has no mutual best match
        with the last frame in which it was found.
    """
    for frame in frames:
        found = None if frame is None else _mutual_best(start, row, frame, weight)
        if found is not None and frame is not None:
            start, row = frame, found
        yield found


def _mutual_best(start: EncodedFrame, row: int, frame: EncodedFrame, weight: float) -> int | None:
    """Return the segment that is most like ours and to which ours is most like."""
    if not len(frame):
        return None
    similarity = start.features @ frame.features.T
    counts = (len(start), len(frame))
    iou = overlap(start.small_map, frame.small_map, counts=counts)
    if iou is not None:
        similarity += np.float32(weight) * iou
    best = int(similarity[row].argmax())
    return best if int(similarity[:, best].argmax()) == row else None
