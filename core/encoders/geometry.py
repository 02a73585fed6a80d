"""The training-free encoder: where a segment lies in the drawing, its size and its spread."""

import numpy as np
import numpy.typing as npt

from core.encoders import SegmentFeatures
from core.encoders.scale import Scale
from core.segments import Segments, runs

WEIGHTS = np.array([1 / 3, 2.0, 2.0, 1.5, 1.5, 0.4, 0.4, 2.0])
"""Per descriptor, as measured by the laboratory: log area, x, y, spread x, spread y, correlation,
fill ratio, and whether it is the background; lengths in units of half the figure."""

FREQUENCY = 1.0
"""Radians per weighted unit; all but the farthest descriptors stay within half a turn (0.3 to 1.0
make no difference in accuracy, 1.0 gives the overlap of neighbouring frames the best weight)."""


class GeometryEncoder:
    """Position and shape relative to the drawing; the descriptors become angles.

    The cosine similarity of two segments is the mean cosine of their descriptors' differences:
    1 - d² / 2 for small distances d, levelling off for large ones.
    """

    name = "geometry"
    version = "2"
    width = 2 * len(WEIGHTS)
    scale = Scale(temperature=0.004, nothing=0.8, overlap=0.01, own=0.01)
    device = "cpu"

    def encode(self, line: npt.NDArray[np.uint8], segments: Segments) -> SegmentFeatures:  # noqa: ARG002
        """Encode the segments `[L, 16]`; the line image itself is not looked at."""
        angles = describe(segments) * (WEIGHTS * FREQUENCY)
        parts = np.concatenate([np.cos(angles), np.sin(angles)], axis=1, dtype=np.float32)
        features: SegmentFeatures = parts / np.float32(np.sqrt(len(WEIGHTS)))
        return features


def describe(segments: Segments) -> npt.NDArray[np.float64]:
    """Measure area, position and second moments of every segment, relative to the figure `[L, 8]`.

    The background is the segment with most pixels on the border of the image, the figure the box
    around all others; a single segment is both.
    """
    if not len(segments):
        return np.zeros((0, len(WEIGHTS)))
    n = segments.areas.astype(np.float64)
    r = runs(segments.label_map)
    row, left, length = (part.astype(np.float64) for part in (r.row, r.left, r.length))
    middle = left + (length - 1) / 2
    mean_x = r.reduce(np.add, length * middle) / n
    mean_y = r.reduce(np.add, length * row) / n
    # the second moment of a run about its own middle is (length² - 1) / 12 per pixel
    own = length * (length**2 - 1) / 12
    square_x = r.reduce(np.add, own + length * middle**2) / n - mean_x**2
    square_y = r.reduce(np.add, length * row**2) / n - mean_y**2
    product = r.reduce(np.add, length * middle * row) / n - mean_x * mean_y
    spread_x, spread_y = (np.sqrt(np.maximum(square, 0)) for square in (square_x, square_y))
    correlation = product / np.maximum(spread_x * spread_y, 1e-6)
    fill = n / segments.boxes[:, 2:].prod(axis=1, dtype=np.float64)

    background = _background(segments)
    center, half = _figure(segments, background)
    return np.stack(
        [
            np.log(n / half**2 * 256**2),  # as if half the figure were 256 pixels
            (mean_x - center[0]) / half,
            (mean_y - center[1]) / half,
            spread_x / half,
            spread_y / half,
            np.clip(correlation, -1, 1),
            fill,
            np.arange(len(n)) == background,
        ],
        axis=1,
    )


def _background(segments: Segments) -> int:
    """Return the row of the segment with most pixels on the border of the image."""
    edge = segments.label_map
    border = np.concatenate([edge[0], edge[-1], edge[:, 0], edge[:, -1]])
    return int(np.bincount(border, minlength=len(segments) + 1)[1:].argmax())


def _figure(segments: Segments, background: int) -> tuple[tuple[float, float], float]:
    """Return the centre of the figure's box and half its longer side, at least 4 pixels."""
    boxes = segments.boxes.astype(np.float64)
    if len(segments) > 1:
        boxes = np.delete(boxes, background, axis=0)
    x0, y0 = boxes[:, :2].min(axis=0)
    x1, y1 = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return ((x0 + x1) / 2, (y0 + y1) / 2), max(x1 - x0, y1 - y0, 8) / 2
