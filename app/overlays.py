"""Overlays: doubt drawn as hatch and outline, never as a tint over the paint."""

import numpy as np
import numpy.typing as npt

from app.view import View
from core.matching import Band
from core.segments import LabelMap

# Okabe-Ito colours, as 0xAARRGGBB; none of them is a trace-line colour
SKY_BLUE, ORANGE, VERMILLION, GREEN = 0xFF56B4E9, 0xFFE69F00, 0xFFD55E00, 0xFF009E73
SHADE, WHITE = 0x73000000, 0xFFFFFFFF

STRIDE = 16
"""Distance of hatch lines and dots: dense enough for a small segment, open enough to see paint."""

Argb = npt.NDArray[np.uint32]


def visible_labels(label_map: LabelMap, view: View, width: int, height: int) -> LabelMap:
    """Sample the label map at every device pixel of a canvas `[height, width]`; 0 outside."""
    rows = np.floor((np.arange(height) + 0.5 - view.y) / view.scale).astype(np.int64)
    columns = np.floor((np.arange(width) + 0.5 - view.x) / view.scale).astype(np.int64)
    has_row = (rows >= 0) & (rows < label_map.shape[0])
    has_column = (columns >= 0) & (columns < label_map.shape[1])
    labels = np.zeros((height, width), np.int32)
    if has_row.any() and has_column.any():
        inside = label_map[rows[has_row][:, None], columns[has_column]]
        labels[np.ix_(has_row, has_column)] = inside
    return labels


def doubt_overlay(
    labels: LabelMap, bands: npt.NDArray[np.int8], *, selected: int = 0, ratio: float = 1.0
) -> Argb:
    """Draw the bands of the visible labels.

    Args:
        labels: `[h, w]`, one per device pixel.
        bands: `[L]`, a `Band` per segment.
        selected: the label to outline in white, 0 for none.
        ratio: device pixels per screen pixel; hatch and outlines grow with it.

    Returns:
        `[h, w]` uint32, 0xAARRGGBB, not premultiplied but fully opaque, clear, or `SHADE`.
    """
    height, width = labels.shape
    band = np.concatenate([np.zeros(1, np.int8), bands])[labels]
    result = np.zeros((height, width), np.uint32)
    if band.any():
        y, x = np.ogrid[:height, :width]
        stride, thin = round(STRIDE * ratio), round(2 * ratio)
        thick = thin + 1
        falling, rising = (x + y) % stride, (x - y) % stride
        dots_x, dots_y = (x + y // stride % 2 * (stride // 2)) % stride, y % stride
        draw = [
            (Band.LIKELY, (dots_x < thick) & (dots_y < thick), SHADE),
            (Band.LIKELY, (dots_x < thin) & (dots_y < thin), SKY_BLUE),
            (Band.DOUBTFUL, falling < thick, SHADE),
            (Band.DOUBTFUL, falling < thin, ORANGE),
            (Band.NO_MATCH, (falling < thick) | (rising < thick), SHADE),
            (Band.NO_MATCH, (falling < thin) | (rising < thin), VERMILLION),
        ]
        for which, pattern, color in draw:
            result[(band == which) & pattern] = color
        edge = _edges(labels, thin)
        result[edge & (band == Band.DOUBTFUL)] = ORANGE
        result[edge & (band == Band.NO_MATCH)] = VERMILLION
    if selected:
        is_selected = labels == selected
        result[is_selected & _edges(labels, round(4 * ratio))] = SHADE
        result[is_selected & _edges(labels, round(3 * ratio))] = WHITE
    return result


def _edges(labels: LabelMap, reach: int) -> npt.NDArray[np.bool_]:
    """Mark the pixels `[h, w]` from which another label is at most `reach` pixels away."""
    edge = np.zeros(labels.shape, bool)
    different_y = labels[reach:] != labels[:-reach]
    different_x = labels[:, reach:] != labels[:, :-reach]
    edge[reach:] |= different_y
    edge[:-reach] |= different_y
    edge[:, reach:] |= different_x
    edge[:, :-reach] |= different_x
    return edge
