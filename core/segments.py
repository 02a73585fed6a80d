"""Segments: the regions that lines enclose, as a label map, and the trace lines between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.edits import SegmentKey

LabelMap = npt.NDArray[np.int32]

TRACE_SATURATION = 0.35
"""From this saturation of the ink on, a line pixel is a trace line (0 grey, 1 a pure hue)."""

BLACK = 0xFF000000
"""The commonest line colour, packed with R in the lowest byte."""

ALPHA = 0x01000000
"""From here on a packed pixel has an alpha above 0."""

AREA_TOLERANCE = 1.5
"""A segment of a changed drawing is still the same one up to this ratio of areas."""

SHUT_IN = (2, 4, 8, 16)
"""So far, in growing squares, a piece of trace line behind black lines looks for a segment."""

FILLED = 7
"""A piece in a trace colour that has a square of this side in it is a filled area and no line."""

LOOKED_AT = 1 << 21
"""So many pixels of the squares around trace lines are looked at in one go."""

MOVED = 8
"""So many pixels a segment may have moved in a changed drawing and still be found again."""


@dataclass(frozen=True)
class Segments:
    """All segments of one line image; arrays are read-only, row l belongs to label l + 1.

    Attributes:
        label_map: `[H, W]` int32, 0 on lines, 1…L elsewhere, 4-connected, numbered in scan order.
        areas: `[L]` int32, pixels.
        boxes: `[L, 4]` int32: x, y, width, height in pixels.
        first_pixels: `[L]` int64, the first pixel in scan order as y * W + x.
        trace_pixels: `[N]` int64, the trace-line pixels as y * W + x.
        trace_sides: `[N, 2]` int32, the labels on the two sides of each trace-line pixel; the one
            with more pixels around it first; 0 where there is none.
        trace_tints: `[N]` int8, 1 where red is the strongest of the pixel's channels, -1 where blue
            is, 0 for green: studios tell shadows from highlights so.
    """

    label_map: LabelMap
    areas: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.int32]
    first_pixels: npt.NDArray[np.int64]
    trace_pixels: npt.NDArray[np.int64]
    trace_sides: npt.NDArray[np.int32]
    trace_tints: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        """Lock the arrays: segments are shared between threads."""
        for array in vars(self).values():
            array.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of segments L."""
        return len(self.areas)

    @cached_property
    def keys(self) -> tuple[SegmentKey, ...]:
        """The key of every segment, in label order."""
        return keys_of(self.first_pixels, self.areas)

    def locate(self, keys: Sequence[SegmentKey]) -> npt.NDArray[np.int32]:
        """Find segments of an earlier version of this drawing (of the same width) by their keys.

        Returns:
            `[K]` labels: of the segments about that place which are alike in size, the one that
            begins nearest and is most alike; 0 where none is, or where another key fits better.
        """
        first = np.array([key.first_pixel for key in keys], np.int64)
        area = np.array([key.area for key in keys], np.int64)
        near = _around(first, self.label_map.shape, MOVED)
        labels = self.label_map.ravel()[near]
        areas = np.concatenate([[0], self.areas])[labels]
        ratio = np.maximum(areas, area[:, None]) / np.maximum(np.minimum(areas, area[:, None]), 1)
        ratio[(labels == 0) | (ratio > AREA_TOLERANCE)] = np.inf
        # a drawing that was shifted has a neighbour at the old place: where they begin tells
        width = self.label_map.shape[1]
        y, x = np.divmod(np.concatenate([[0], self.first_pixels])[labels], width)
        away = np.hypot(y - first[:, None] // width, x - first[:, None] % width)
        unlike = np.log(ratio) + np.minimum(away / (2 * MOVED), 1)
        best = unlike.argmin(axis=1)[:, None]
        is_found = np.take_along_axis(unlike, best, axis=1) < np.inf
        found: npt.NDArray[np.int32] = np.where(is_found, np.take_along_axis(labels, best, 1), 0)
        order = np.take_along_axis(unlike, best, axis=1)[:, 0].argsort(kind="stable")
        _, first_ones = np.unique(found[order, 0], return_index=True)
        is_best = np.zeros(len(found), bool)
        is_best[order[first_ones]] = True
        return np.where(is_best, found[:, 0], 0)


def segment(line: npt.NDArray[np.uint8]) -> Segments:
    """Cut a line image `[H, W, 4]` (alpha above 0 is line) into its 4-connected segments."""
    is_free = line.view("<u4")[..., 0] < ALPHA
    _, label_map = cv2.connectedComponents(is_free.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    return from_label_map(np.asarray(label_map, np.int32), *_trace_pixels(line, is_free))


def from_label_map(
    label_map: LabelMap,
    trace_pixels: npt.NDArray[np.int64],
    trace_tints: npt.NDArray[np.int8],
) -> Segments:
    """Measure the segments of a label map `[H, W]` in which every label 1…L occurs.

    Areas, boxes and first pixels follow from the runs; OpenCV's own statistics cost three times as
    much.
    """
    all_runs = runs(label_map)
    left, top, right, bottom = (
        all_runs.left.astype(np.int32),
        all_runs.row.astype(np.int32),
        (all_runs.left + all_runs.length).astype(np.int32),
        all_runs.row.astype(np.int32) + 1,
    )
    x, y = all_runs.reduce(np.minimum, left), all_runs.reduce(np.minimum, top)
    x_end, y_end = all_runs.reduce(np.maximum, right), all_runs.reduce(np.maximum, bottom)
    first = all_runs.first
    return Segments(
        label_map=label_map,
        areas=all_runs.reduce(np.add, all_runs.length.astype(np.int32)),
        boxes=np.stack([x, y, x_end - x, y_end - y], axis=1),
        first_pixels=all_runs.row[first] * label_map.shape[1] + all_runs.left[first],
        trace_pixels=trace_pixels,
        trace_sides=_trace_sides(label_map, trace_pixels),
        trace_tints=trace_tints,
    )


@dataclass(frozen=True)
class Runs:
    """The runs of a label map, ordered by label: stretches of one label in one row.

    There are some ten thousand of them in a drawing of two million pixels, so that sums over the
    pixels of every segment are cheap as sums over runs.

    Attributes:
        row: `[R]` int64; left: `[R]` int64, first column; length: `[R]` int64, pixels.
        first: `[L]` int64, where the runs of each label begin.
    """

    row: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]

    def reduce(self, ufunc: np.ufunc, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Reduce one value per run `[R]` to one per segment `[L]`."""
        result: npt.NDArray[Any] = (
            ufunc.reduceat(values, self.first).astype(values.dtype, copy=False)
            if len(self.first)
            else values[:0]
        )
        return result


def runs(label_map: LabelMap) -> Runs:
    """Find the runs of a label map `[H, W]` in which every label 1…L occurs; lines have none."""
    width = label_map.shape[1]
    flat = label_map.ravel()
    is_start = np.empty(flat.shape, bool)
    np.not_equal(flat[1:], flat[:-1], out=is_start[1:])
    is_start[::width] = True
    starts = np.flatnonzero(is_start)
    labels = flat[starts]
    lengths = np.diff(starts, append=flat.size)
    by_label = np.argsort(labels, kind="stable")
    by_label = by_label[np.searchsorted(labels[by_label], 1) :]
    labels = labels[by_label]
    row, left = np.divmod(starts[by_label], width)
    count = labels[-1] if len(labels) else 0
    first = np.searchsorted(labels, np.arange(1, count + 1))
    return Runs(row, left, lengths[by_label], first)


def keys_of(
    first_pixels: npt.NDArray[np.int64], areas: npt.NDArray[np.int32]
) -> tuple[SegmentKey, ...]:
    """Zip the two halves `[L]` of the keys."""
    return tuple(map(SegmentKey, first_pixels.tolist(), areas.tolist()))


def _trace_pixels(
    line: npt.NDArray[np.uint8], is_free: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Return the coloured pixels `[N]` among those that are not free `[H, W]`, and their tints.

    Saturation is that of the ink, (max - min) / (255 - min), so that the antialiased edge of a red
    line counts as red and the edge of a black line as grey, whatever their strength.
    """
    inked = np.flatnonzero(~is_free)
    pixels = inked[line.view("<u4").ravel()[inked] != BLACK]  # mostly few: the rest needs no sums
    red, green, blue, _ = line.reshape(-1, 4)[pixels].T.astype(np.float32)
    low = np.minimum(np.minimum(red, green), blue)
    high = np.maximum(np.maximum(red, green), blue)
    is_traced = high - low > TRACE_SATURATION * (255 - low)
    is_red, is_blue = red >= np.maximum(green, blue), blue >= green
    tints = np.where(is_red, 1, np.where(is_blue, -1, 0)).astype(np.int8)
    return pixels[is_traced], tints[is_traced]


def _trace_sides(label_map: LabelMap, pixels: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Find the two segments that each trace-line pixel lies between.

    A line may be some pixels thick: labels grow into it from its edges until every pixel has one
    (its first side); the second is another label among its direct neighbours or, in a thick line,
    another first side in the 5 x 5 around it. Only trace-line pixels pass a label on, so nothing
    leaks across a black line; only a piece of line that black lines shut in takes the segment
    nearby. An area that is filled and shut in has no sides.
    """
    sides = np.zeros((len(pixels), 2), np.int32)
    if not len(pixels):
        return sides
    shape, labels = label_map.shape, label_map.ravel()
    grown = np.zeros(label_map.size, np.int32)
    first, second = sides.T
    grown[pixels] = _commonest_around(labels, pixels, shape, 1)
    is_open = np.zeros(label_map.size, bool)
    is_open[pixels] = grown[pixels] == 0
    edge = pixels[is_open[pixels]]
    while len(edge):  # after the first time only those beside a pixel that has just got its label
        label = _commonest_around(grown, edge, shape, 1)
        reached = edge[label > 0]
        grown[reached] = label[label > 0]
        is_open[reached] = False
        near = _around(reached, shape, 1)
        edge = np.unique(near[is_open[near]])
    first[:] = grown[pixels]
    _drop_filled(is_open.reshape(shape))
    for radius in SHUT_IN:
        at = np.flatnonzero((first == 0) & is_open[pixels])
        first[at] = _commonest_around(labels, pixels[at], shape, radius)
    for values, radius in ((labels, 1), (grown, 1), (grown, 2)):
        at = np.flatnonzero((second == 0) & (first > 0))
        second[at] = _other_around(values, pixels[at], shape, radius, first[at])
    return sides


def _drop_filled(is_piece: npt.NDArray[np.bool_]) -> None:
    """Take the pieces out of a mask `[H, W]`, in place, that are filled areas and no lines."""
    if np.count_nonzero(is_piece) < FILLED**2:  # nearly every drawing: some crumbs of lines
        return
    mask = is_piece.view(np.uint8)
    core = cv2.erode(mask, np.ones((FILLED, FILLED), np.uint8), borderValue=0)
    if core.any():
        _, pieces = cv2.connectedComponents(mask, connectivity=8, ltype=cv2.CV_32S)
        is_piece &= ~np.isin(pieces, pieces[core > 0])


def _commonest_around(
    labels: npt.NDArray[np.int32],
    pixels: npt.NDArray[np.int64],
    shape: tuple[int, ...],
    radius: int,
) -> npt.NDArray[np.int32]:
    """Return the most frequent label `[N]` above 0 in the square around every pixel, 0 if none."""
    result = np.zeros(len(pixels), np.int32)
    for part in _parts(len(pixels), radius):
        result[part] = _commonest(labels[_around(pixels[part], shape, radius)])
    return result


def _other_around(
    labels: npt.NDArray[np.int32],
    pixels: npt.NDArray[np.int64],
    shape: tuple[int, ...],
    radius: int,
    than: npt.NDArray[np.int32],
) -> npt.NDArray[np.int32]:
    """Return a label `[N]` in the square around every pixel that is not the given one, or 0."""
    result = np.zeros(len(pixels), np.int32)
    for part in _parts(len(pixels), radius):
        result[part] = _other(labels[_around(pixels[part], shape, radius)], than[part])
    return result


def _parts(count: int, radius: int) -> Iterator[slice]:
    """Cut `count` squares into parts of `LOOKED_AT` pixels, so that memory stays small."""
    step = LOOKED_AT // (2 * radius + 1) ** 2
    return (slice(start, start + step) for start in range(0, count, step))


def _around(
    pixels: npt.NDArray[np.int64], shape: tuple[int, ...], radius: int
) -> npt.NDArray[np.int64]:
    """Return the pixels `[N, (2 * radius + 1) ** 2]` of the squares around pixels `[N]`.

    All are y * W + x; squares are cut off at the border of the image, and what lies outside it is
    brought in.
    """
    height, width = shape
    y, x = np.divmod(pixels, width)
    dy, dx = np.mgrid[-radius : radius + 1, -radius : radius + 1].reshape(2, -1)
    rows = np.clip(y[:, None] + dy, 0, height - 1)
    at: npt.NDArray[np.int64] = rows * width + np.clip(x[:, None] + dx, 0, width - 1)
    return at


def _commonest(labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the most frequent label above 0 of every row `[N, K]`, the smaller on equal counts."""
    ordered = np.sort(labels, axis=1)
    run = np.ones(ordered.shape, np.int16)
    for column in range(1, ordered.shape[1]):
        run[:, column] += (ordered[:, column] == ordered[:, column - 1]) * run[:, column - 1]
    run[ordered == 0] = 0
    best: npt.NDArray[np.int32] = ordered[np.arange(len(ordered)), run.argmax(axis=1)]
    return best


def _other(labels: npt.NDArray[np.int32], than: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return a label of every row `[N, K]` that is not the given one `[N]`, 0 if there is none."""
    other: npt.NDArray[np.int32] = np.where(labels == than[:, None], 0, labels).max(
        axis=1, initial=0
    )
    return other
