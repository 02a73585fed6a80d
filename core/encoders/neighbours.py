"""Neighbours: which segments touch, how long their borders are, and how deep they are inside."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.encoders.shapes import Floats
from core.segments import LabelMap, Runs, Segments


class Inside(NamedTuple):
    """What the sampled label map says of the inside of every segment.

    Attributes:
        sample: `[h, w]` the label map at every `stride`-th pixel.
        x: `[L]` the deepest point in pixels of the crop; y: `[L]` the same.
        deepest: `[L]` its distance to the next line in pixels; mean: `[L]` that of all pixels.
        is_lost: `[L]` whether no cell of the sample shows the segment.
    """

    sample: LabelMap
    x: Floats
    y: Floats
    deepest: Floats
    mean: Floats
    is_lost: npt.NDArray[np.bool_]


def look_inside(crop: LabelMap, r: Runs, stride: int) -> Inside:
    """Measure distances to lines on the sampled label map.

    A cell counts as line if any pixel around its sample is, so that thin lines hold at any stride.
    """
    begin = stride // 2
    sample = np.ascontiguousarray(crop[begin::stride, begin::stride])
    line = cv2.inRange(crop, 0, 0)  # 255 on lines; a fifth of the time of a comparison
    if stride > 1:
        line = cv2.dilate(line, np.ones((stride, stride), np.uint8))[begin::stride, begin::stride]
    # a cell outside the crop is free: the figure's box is not a line
    distance = cv2.distanceTransform(255 - line, cv2.DIST_L2, 3) if line.any() else line + np.inf
    flat = np.minimum(distance, max(sample.shape)).astype(np.float32).ravel()

    count = len(r.first)
    deepest, mean, x, y = np.zeros((4, count))
    is_lost = np.ones(count, bool)
    if sample.size:
        starts, labels, _ = _stretches(sample)
        is_free = labels > 0
        maximum = np.maximum.reduceat(flat, starts)[is_free]
        total = np.add.reduceat(flat.astype(np.float64), starts)[is_free]
        ends = np.append(starts[1:], flat.size)[is_free]
        starts, labels = starts[is_free], labels[is_free] - 1
        cells = np.bincount(labels, ends - starts, minlength=count)
        is_lost = cells == 0
        mean = np.bincount(labels, total, minlength=count) / np.maximum(cells, 1) * stride
        order = np.lexsort((-maximum, labels))  # the deepest stretch of every label first
        found, first = np.unique(labels[order], return_index=True)
        at = order[first]
        deepest[found] = maximum[at] * stride
        row, column = np.divmod(_middles(flat, starts[at], ends[at], maximum[at]), sample.shape[1])
        x[found], y[found] = column * stride + begin, row * stride + begin
    for label in np.flatnonzero(is_lost).tolist():  # a speck: the middle of its longest run
        own = slice(r.first[label], r.first[label + 1] if label + 1 < count else None)
        longest = int(r.length[own].argmax()) + int(r.first[label])
        x[label], y[label] = r.left[longest] + r.length[longest] // 2, r.row[longest]
    # half a pixel at least, so that a speck measures the same whether a cell shows it or not
    return Inside(sample, x, y, np.maximum(deepest, 0.5), np.maximum(mean, 0.5), is_lost)


def _middles(
    values: npt.NDArray[np.float32],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    wanted: npt.NDArray[np.float32],
) -> npt.NDArray[np.int64]:
    """Return, for stretches `[K]` of some values, the middle one of the places with the wanted."""
    lengths = ends - starts
    which = np.repeat(np.arange(len(starts)), lengths)
    places = np.arange(len(which)) + (starts - np.cumsum(lengths) + lengths)[which]
    is_wanted = values[places] == wanted[which]
    counts = np.bincount(which[is_wanted], minlength=len(starts))
    middles: npt.NDArray[np.int64] = places[is_wanted][np.cumsum(counts) - counts + counts // 2]
    return middles


def _stretches(
    label_map: LabelMap,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Cut the rows into stretches of one label, lines included: starts, labels, lengths."""
    flat = label_map.ravel()
    is_start = np.empty(flat.shape, bool)
    np.not_equal(flat[1:], flat[:-1], out=is_start[1:])
    is_start[:: label_map.shape[1]] = True
    starts = np.flatnonzero(is_start)
    return starts, flat[starts], np.diff(starts, append=flat.size)


class Borders(NamedTuple):
    """Pairs of touching segments, both ways round, sorted.

    Attributes:
        first: `[E]` row; second: `[E]` row; length: `[E]` cells; trace: `[E]` cells; tint: `[E]`
            cells, those of red trace lines less those of blue ones.
        own: `[L]` border of a segment with itself: lines that end inside it.
        total: `[L]` length of the border with all others, at least 1e-6.
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    length: Floats
    trace: Floats
    tint: Floats
    own: Floats
    total: Floats


def measure_borders(segments: Segments, inner: Inside, stride: int) -> Borders:
    """Measure how long the borders between segments are, lines up to some cells thick between them.

    Along every row and column: where a stretch of one label ends and another begins, at once or
    behind a short stretch of line, the two touch there.
    """
    count = len(segments)
    gap = 6 + max(inner.sample.shape) // 100
    pairs = [
        pair
        for grid in (inner.sample, np.ascontiguousarray(inner.sample.T))
        if grid.size
        for pair in _contacts(grid, gap)
    ]
    pairs += [_around(segments, int(row), gap) for row in np.flatnonzero(inner.is_lost)]
    none = np.zeros((2, 0), np.int64)
    first, second = np.concatenate([none, *pairs], axis=1) - 1
    codes, length = np.unique(
        np.concatenate([first * count + second, second * count + first]), return_counts=True
    )
    lengths = length.astype(np.float64)
    first, second = np.divmod(codes, count)
    is_own = first == second
    own = np.bincount(first[is_own], lengths[is_own], minlength=count) / 2

    is_between = (segments.trace_sides > 0).all(axis=1)
    sides = segments.trace_sides[is_between].astype(np.int64) - 1
    trace_codes, pair = np.unique(
        sides.min(axis=1) * count + sides.max(axis=1), return_inverse=True
    )
    trace_pixels = np.bincount(pair)
    trace_tints = np.bincount(pair, segments.trace_tints[is_between]) / np.maximum(trace_pixels, 1)
    low, high = np.minimum(first, second), np.maximum(first, second)
    at = np.searchsorted(trace_codes, low * count + high)
    at[at == len(trace_codes)] = 0
    pixels, tint = np.zeros((2, len(codes)))
    if len(trace_codes):
        is_traced = trace_codes[at] == low * count + high
        pixels, tint = np.where(is_traced, (trace_pixels[at], trace_tints[at]), 0)
    # a line one pixel thick has one pixel per pixel of border; a thick one more: hence the limit
    trace = np.minimum(pixels / stride, lengths)

    other = ~is_own
    first, second, lengths = first[other], second[other], lengths[other]
    trace, tint = trace[other], (trace * tint)[other]
    total = np.bincount(first, lengths, minlength=count)
    return Borders(first, second, lengths, trace, tint, own, np.maximum(total, 1e-6))


def _contacts(grid: LabelMap, gap: int) -> list[npt.NDArray[np.int64]]:
    """Return pairs of labels `[2, K]` that meet in a row: directly, and across a line."""
    starts, labels, lengths = _stretches(grid)
    row = starts // grid.shape[1]
    is_free = labels > 0
    direct = is_free[:-1] & is_free[1:] & (row[:-1] == row[1:])
    across = is_free[:-2] & ~is_free[1:-1] & is_free[2:] & (row[:-2] == row[2:])
    across &= lengths[1:-1] <= gap
    return [
        np.stack([labels[:-1][direct], labels[1:][direct]]).astype(np.int64),
        np.stack([labels[:-2][across], labels[2:][across]]).astype(np.int64),
    ]


def _around(segments: Segments, row: int, gap: int) -> npt.NDArray[np.int64]:
    """Return the pairs of a speck's label with those of the pixels around it `[2, K]`."""
    x, y, width, height = segments.boxes[row].tolist()
    reach = min(gap, 4)
    window = segments.label_map[
        max(y - reach, 0) : y + height + reach, max(x - reach, 0) : x + width + reach
    ]
    others = np.unique(window)
    others = others[(others > 0) & (others != row + 1)].astype(np.int64)
    return np.stack([np.full(len(others), row + 1, np.int64), others])
