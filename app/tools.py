"""Tools: what a click on a label map means. Pure functions, testable without a window."""

import numpy as np

from core.edits import Edit, FramePaint, Mark, Paint, Stroke
from core.palette import NO_COLOR
from core.segments import Segments

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
    """Give a segment a colour by hand; None when it has it already or nothing was hit."""
    if not label:
        return None
    key = segments.keys[label - 1]
    given = Paint(color_id, Mark.CORRECTED)
    if paint.get(key) == given:
        return None
    text = "Erase segment" if color_id == NO_COLOR else "Paint segment"
    return Edit(text, (Stroke(frame_id, key, given),))
