"""Tools: what a gesture means, as an edit. Pure functions, testable without a window."""

from collections.abc import Iterable

import numpy as np

from app.language import QT_TRANSLATE_NOOP
from core.edits import Edit, FramePaint, Mark, Paint, SegmentKey, Stroke
from core.palette import NO_COLOR
from core.segments import Segments
from core.shown import FrameColors

REACH = 3
"""A click this many pixels beside a segment (on its line) still means it."""


def hit(segments: Segments, x: int, y: int) -> int:
    """Return the label at an image pixel, or the nearest one within `REACH`, or 0."""
    height, width = segments.label_map.shape
    if not (0 <= x < width and 0 <= y < height):
        return 0
    top, left = max(y - REACH, 0), max(x - REACH, 0)
    around = segments.label_map[top : y + REACH + 1, left : x + REACH + 1]
    if around[y - top, x - left]:
        return int(around[y - top, x - left])
    rows, columns = np.nonzero(around)
    if not len(rows):
        return 0
    nearest = np.argmin((rows + top - y) ** 2 + (columns + left - x) ** 2)
    return int(around[rows[nearest], columns[nearest]])


def bucket(
    segments: Segments, paint: FramePaint, frame_id: int, label: int, color_id: int
) -> Edit | None:
    """Give a segment a colour by hand; None when it has it already."""
    key = segments.keys[label - 1]
    given = Paint(color_id, Mark.CORRECTED)
    if paint.get(key) == given:
        return None
    text = QT_TRANSLATE_NOOP("Edit", "Paint segment")
    if color_id == NO_COLOR:
        text = QT_TRANSLATE_NOOP("Edit", "Erase segment")
    return Edit(text, (Stroke(frame_id, key, given),))


def accept(shown: FrameColors, frame_id: int, labels: Iterable[int], text: str) -> Edit | None:
    """Confirm what is shown of some labels; None when all of them are settled or without colour."""
    strokes = [
        Stroke(frame_id, shown.keys[label - 1], Paint(int(shown.colors[label - 1]), Mark.ACCEPTED))
        for label in labels
        if not shown.marks[label - 1] and shown.colors[label - 1] != NO_COLOR
    ]
    return Edit(text, tuple(strokes)) if strokes else None


def apply_elsewhere(places: Iterable[tuple[int, SegmentKey, int]], color_id: int) -> Edit:
    """Give segments of other frames (frame id, key, colour shown now) a colour, as one step."""
    strokes = [
        Stroke(frame_id, key, Paint(color_id, Mark.ACCEPTED if now == color_id else Mark.CORRECTED))
        for frame_id, key, now in places
    ]
    return Edit(
        QT_TRANSLATE_NOOP("Edit", "Apply to {} frames").format(len(strokes)), tuple(strokes)
    )
