"""Overlays: doubt drawn as hatch and outline, never as a tint."""

from functools import cache
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from app.view import View
from core.matching import Band
from core.segments import LabelMap

# Okabe-Ito colours, as 0xAARRGGBB; none of them is a trace-line colour
SKY_BLUE, ORANGE, VERMILLION, GREEN = 0xFF56B4E9, 0xFFE69F00, 0xFFD55E00, 0xFF009E73
SHADE, WHITE = 0x73000000, 0xFFFFFFFF

VEIL = np.uint32(0x80808080)
"""White at half strength, premultiplied."""

STRIDE = 16
"""Distance of hatch lines and dots: dense enough for a small segment, open enough to see paint."""

OUTLINE_REACH = 5
"""How far the outline of the selected segment reaches beyond it, in screen pixels."""

Argb = npt.NDArray[np.uint32]


def visible_labels(label_map: LabelMap, view: View, width: int, height: int) -> LabelMap:
    """Sample the label map at every device pixel of a canvas `[height, width]`; 0 outside."""
    rows = np.floor((np.arange(height) + 0.5 - view.y) / view.scale).astype(np.int64)
    columns = np.floor((np.arange(width) + 0.5 - view.x) / view.scale).astype(np.int64)
    has_row = (rows >= 0) & (rows < label_map.shape[0])
    has_column = (columns >= 0) & (columns < label_map.shape[1])
    labels = np.zeros((height, width), np.int32)
    if has_row.any() and has_column.any():
        inside = label_map.take(rows[has_row], axis=0).take(columns[has_column], axis=1)
        top, left = has_row.argmax(), has_column.argmax()
        labels[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return labels


def doubt_overlay(
    labels: LabelMap,
    bands: npt.NDArray[np.int8],
    *,
    selected: int = 0,
    ratio: float = 1.0,
    origin: tuple[int, int] = (0, 0),
) -> Argb:
    """Draw the bands of the visible labels, or of a part of them.

    Args:
        labels: `[h, w]`, one per device pixel.
        bands: `[L]`, a `Band` per segment.
        selected: the label to outline in white from outside, 0 for none; nothing hides its colour.
        ratio: device pixels per screen pixel; hatch and outlines grow with it.
        origin: row and column of the canvas at which `labels` begins.

    Returns:
        `[h, w]` uint32, 0xAARRGGBB: opaque, clear, or `SHADE`, so premultiplied as it is.
    """
    by_label = np.concatenate([np.zeros(1, np.int8), bands])
    by_label[selected] = 0
    band = by_label.take(labels)
    result = np.zeros(labels.shape, np.uint32)
    if band.any():
        patterns, outlines = _patterns(ratio), np.array([0, 0, ORANGE, VERMILLION], np.uint32)
        period = patterns.shape[1]
        y = (np.arange(labels.shape[0], dtype=np.int32) + np.int32(origin[0])) % period
        x = (np.arange(labels.shape[1], dtype=np.int32) + np.int32(origin[1])) % period
        place = (y * period)[:, None] + x + band * np.int32(period**2)
        result = patterns.ravel().take(place)
        is_outline = _edges(labels, round(2 * ratio)) & (band >= Band.DOUBTFUL)
        np.copyto(result, outlines.take(band), where=is_outline)
    if selected:
        _surround(result, labels == selected, ratio)
    return result


def _surround(overlay: Argb, is_selected: npt.NDArray[np.bool_], ratio: float) -> None:
    """Outline what is selected from outside: a tiny segment has no pixel to spare for it."""
    rows, columns = np.flatnonzero(is_selected.any(axis=1)), np.flatnonzero(is_selected.any(axis=0))
    if not len(rows):
        return
    reach = ceil(OUTLINE_REACH * ratio)
    part = np.s_[
        max(rows[0] - reach, 0) : rows[-1] + reach + 1,
        max(columns[0] - reach, 0) : columns[-1] + reach + 1,
    ]
    inside = is_selected[part]
    for color, width in ((SHADE, OUTLINE_REACH), (WHITE, OUTLINE_REACH - 1), (SHADE, 1)):
        square = np.ones((2 * round(width * ratio) + 1,) * 2, np.uint8)
        around = cv2.dilate(inside.astype(np.uint8), square) > inside
        np.copyto(overlay[part], np.uint32(color), where=around)


def flash_overlay(labels: LabelMap, is_lit: npt.NDArray[np.bool_], *, ratio: float) -> Argb:
    """Draw the outline of some labels and a white veil over them: `[h, w]` uint32, premultiplied.

    Args:
        labels: `[h, w]`, one per device pixel.
        is_lit: `[L + 1]`: which ones, by label.
        ratio: device pixels per screen pixel.
    """
    result = np.where(is_lit, VEIL, np.uint32(0)).take(labels)
    np.copyto(result, np.uint32(WHITE), where=(result > 0) & _edges(labels, round(2 * ratio)))
    return result


def image_of(pixels: Argb) -> QImage:
    """Wrap premultiplied pixels `[h, w]`; the image borrows their memory."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)


@cache
def _patterns(ratio: float) -> Argb:
    """Draw one period of each band's pattern `[4, p, p]`."""
    stride, thin = round(STRIDE * ratio), round(2 * ratio)
    thick = thin + 1
    y, x = np.ogrid[: 2 * stride, : 2 * stride]
    falling, rising = (x + y) % stride, (x - y) % stride
    dots_x, dots_y = (x + y // stride * (stride // 2)) % stride, y % stride
    draw = [
        (Band.LIKELY, (dots_x < thick) & (dots_y < thick), SHADE),
        (Band.LIKELY, (dots_x < thin) & (dots_y < thin), SKY_BLUE),
        (Band.DOUBTFUL, falling < thick, SHADE),
        (Band.DOUBTFUL, falling < thin, ORANGE),
        (Band.NO_MATCH, (falling < thick) | (rising < thick), SHADE),
        (Band.NO_MATCH, (falling < thin) | (rising < thin), VERMILLION),
    ]
    patterns = np.zeros((len(Band), 2 * stride, 2 * stride), np.uint32)
    for band, where, color in draw:
        patterns[band][where] = color
    patterns.setflags(write=False)
    return patterns


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
