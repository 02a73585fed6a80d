"""Redrawn: what becomes of what a person said about a drawing that is another one now."""

from collections.abc import Collection, Mapping

from core.edits import FramePaint, SegmentKey
from core.segments import Segments

Moved = Mapping[SegmentKey, SegmentKey]
"""The keys of a redrawn frame that change, and what they are now; see `follow`."""


def lost(key: SegmentKey) -> SegmentKey:
    """Name a segment that the present drawing does not have: the same key with its area below 0.

    What was said of it is seen nowhere, and waits until such a segment is drawn again.
    """
    return SegmentKey(key.first_pixel, -abs(key.area))


def is_lost(key: SegmentKey) -> bool:
    """Tell whether a key names a segment that the present drawing does not have."""
    return key.area < 0


def follow(keys: Collection[SegmentKey], segments: Segments) -> Moved:
    """Find the segments of a drawing that was redrawn.

    If less than half of them are there, it is another drawing, where a few are found by chance:
    all are lost then. A lost one comes back only as exactly the same segment.

    Args:
        keys: all that were ever painted in the frame, those that are undone and lost ones too.
        segments: of the drawing as it is now.
    """
    here = sorted(key for key in keys if not is_lost(key))
    labels = segments.locate(here)
    if 2 * int((labels > 0).sum()) < len(here):
        labels = labels * 0
    moved = {
        key: segments.keys[label - 1] if label else lost(key)
        for key, label in zip(here, labels.tolist(), strict=True)
    }
    free = set(segments.keys) - set(moved.values())
    for key in filter(is_lost, keys):
        was = SegmentKey(key.first_pixel, -key.area)
        if was in free:
            moved[key] = was
    return moved


def carried_over(paint: FramePaint, moved: Moved) -> FramePaint:
    """Name the painted segments of a redrawn frame as they are called now."""
    return {moved.get(key, key): given for key, given in paint.items()}


def found_again(paint: FramePaint, moved: Moved) -> tuple[int, int]:
    """Count the painted segments that a redrawn frame has, and those that it had or has again."""
    were = [key for key in paint if not is_lost(key) or key in moved]
    return sum(not is_lost(moved.get(key, key)) for key in were), len(were)
