"""Pooling: the mean of a feature map over every segment, as one sparse product W f.

The reference shrinks the mask of every segment by max pooling, upsamples the feature map
bilinearly to that size and takes the mean over the mask. That mean is linear in the map, so the
weight of each map cell for each segment can be computed without masks `[L, H, W]` and without
upsampled maps: segments are runs, the bilinear weights of a run are a difference of two running
sums, and those are constant but for two columns at each end of the run.

Source: DACoN (ICCV 2025), segment pooling; the sparse form is ours.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from core.segments import Segments, runs

Size = tuple[int, int]
"""Height, width."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CHUNK = 1024
"""Map cells that are summed in one go: the background, most of a drawing, would otherwise keep
one core busy alone, and its long float32 sum would lose a digit."""

NOTHING = 1e-9
"""A weight (in cells of the pooled masks) below this is rounding, not an overlap."""


@dataclass(frozen=True)
class Cells:
    """The shrunken masks of L segments, as disjoint runs of cells ordered by segment and row.

    Attributes:
        segment: `[R]` int64, 0…L - 1; row, left, right: `[R]` int64, right exclusive.
        areas: `[L]` int64, cells of each segment; a cell may belong to several segments.
        size: of the grid of cells.
    """

    segment: Ints
    row: Ints
    left: Ints
    right: Ints
    areas: Ints
    size: Size


class Weights(NamedTuple):
    """The sparse matrix W `[L, h * w]`, rows of sum 1, cut into chunks of at most `CHUNK` entries.

    Attributes:
        cells: `[N]` int64, y * w + x in the feature map; values: `[N]` float32.
        chunks: `[K]` int64, where each chunk begins in `cells`; rows: `[L]` int64, where each
            segment begins in `chunks`.
    """

    cells: Tensor
    values: Tensor
    chunks: Tensor
    rows: Tensor

    def to(self, device: torch.device) -> "Weights":
        """Return the same matrix on a device."""
        return Weights(*(part.to(device) for part in self))


def shrink(segments: Segments, pool_size: Size | None) -> Cells:
    """Shrink the masks of all segments by max pooling to about `pool_size` (None: not at all).

    The kernel is the integer quotient of the sizes, at least 1, along each axis; pixels beyond the
    last whole kernel do not count, as in the reference. A segment that lies entirely among those
    has no cell there; it gets the nearest one, so that no segment is ever without features.
    """
    height, width = segments.label_map.shape
    all_runs = runs(segments.label_map)
    row, left, right = all_runs.row, all_runs.left, all_runs.left + all_runs.length
    counts = np.diff(all_runs.first, append=len(row))
    segment = np.repeat(np.arange(len(counts)), counts)
    if pool_size is not None and (height >= 2 * pool_size[0] or width >= 2 * pool_size[1]):
        kernel_y, kernel_x = max(1, height // pool_size[0]), max(1, width // pool_size[1])
        height, width = height // kernel_y, width // kernel_x
        row, left, right = row // kernel_y, left // kernel_x, (right - 1) // kernel_x + 1
        is_inside = (row < height) & (left < width)
        is_lost = np.bincount(segment[is_inside], minlength=len(counts)) == 0
        is_kept = is_inside | is_lost[segment]
        segment, row = segment[is_kept], np.minimum(row[is_kept], height - 1)
        left, right = np.minimum(left[is_kept], width - 1), np.minimum(right[is_kept], width)
        line, left, right, _ = _union(segment * height + row, left, right, width)
        segment, row = np.divmod(line, height)
    areas = np.bincount(segment, right - left, len(counts)).astype(np.int64)
    return Cells(segment, row, left, right, areas, (height, width))


def weights(cells: Cells, map_size: Size) -> Weights:
    """Compute W for a feature map of size `[h, w]` upsampled bilinearly (align_corners=False)."""
    height, width = map_size
    along_y = _taps(cells.size[0], height)
    profile = _profile(cells.size[1], width)

    # every run adds to two rows of the map, between the first column its left end touches and
    # the last one its right end touches
    line = np.concatenate([cells.segment * height + tap[cells.row] for tap in along_y.at])
    weight = np.concatenate([share[cells.row] for share in along_y.share])
    left, right = np.tile(cells.left, 2), np.tile(cells.right, 2)
    first, last = profile.column[left], profile.column[right]
    end = np.minimum(last + 2, width)
    union_line, union_first, union_end, member = _union(line, first, end, width)

    lengths = union_end - union_first
    offset = np.cumsum(lengths) - lengths
    total = int(lengths.sum())
    shift = (offset - union_first)[member]  # of a column of the map in the flat result
    column = np.arange(total) + np.repeat(union_first - offset, lengths)
    row = np.repeat(union_line, lengths)

    # a run up to the last column ends in the place where the next interval begins: the running
    # sum is right all the same
    covered = _scatter(first + shift, weight, total) - _scatter(last + shift, weight, total)
    values = covered.cumsum() * profile.total[column]
    for step in (0, 1):
        is_left, is_right = first + step < width, last + step < width
        values += _scatter(
            (last + shift + step)[is_right], (weight * profile.part[step][right])[is_right], total
        )
        values -= _scatter(
            (first + shift + step)[is_left], (weight * profile.part[step][left])[is_left], total
        )

    is_something = values > NOTHING
    row, column, values = row[is_something], column[is_something], values[is_something]
    segment, y = np.divmod(row, height)
    values /= cells.areas[segment]
    begins = np.searchsorted(segment, np.arange(len(cells.areas)))
    counts = np.diff(begins, append=len(segment))
    pieces = -(-counts // CHUNK)
    rows = np.cumsum(pieces) - pieces
    chunks = np.repeat(begins, pieces) + CHUNK * (np.arange(pieces.sum()) - np.repeat(rows, pieces))
    return Weights(
        torch.from_numpy(y * width + column),
        torch.from_numpy(values.astype(np.float32)),
        torch.from_numpy(chunks),
        torch.from_numpy(rows),
    )


def pool(features: Tensor, by: Weights) -> Tensor:
    """Return the mean of a feature map `[h * w, C]` over every segment `[L, C]`, in float32.

    Sums of many cells need float32 whatever the map came in. On a graphics card this is
    deterministic, unlike an `index_add`.
    """
    features = _by_rows(features.float())
    if not len(by.rows):
        return features.new_zeros((0, features.shape[1]))
    parts = functional.embedding_bag(
        by.cells, features, by.chunks, mode="sum", per_sample_weights=by.values
    )  # [K, C]
    every = torch.arange(len(parts), device=parts.device)
    return functional.embedding_bag(every, parts, by.rows, mode="sum")  # [L, C]


def _by_rows(features: Tensor) -> Tensor:
    """Lay the vectors of a map `[h * w, C]` out one after the other.

    The U-Net's lie across each other; OpenCV turns them in 20 ms, torch in 60 to 75.
    """
    across = features.t()
    if features.device.type == "cpu" and across.is_contiguous() and not features.requires_grad:
        return torch.from_numpy(cv2.transpose(across.numpy()))
    return features.contiguous()


class _Taps(NamedTuple):
    """The two map positions that a cell is interpolated from, and their shares; each `[n]`."""

    at: tuple[Ints, Ints]
    share: tuple[Floats, Floats]


def _taps(cells: int, size: int) -> _Taps:
    """Interpolate `size` map positions to a number of cells, as torch does."""
    source = np.maximum((np.arange(cells) + 0.5) * (size / cells) - 0.5, 0)
    low = np.minimum(source.astype(np.int64), size - 1)
    share = source - low
    return _Taps((low, np.minimum(low + 1, size - 1)), (1 - share, share))


class _Profile(NamedTuple):
    """The running sum of the taps over the cells 0…x - 1, for every x in 0…n.

    It is `total` before `column[x]`, `part[0][x]` and `part[1][x]` there and one further, then 0.
    """

    column: Ints
    part: tuple[Floats, Floats]
    total: Floats


def _profile(cells: int, size: int) -> _Profile:
    """Sum the taps of a row of cells."""
    taps = _taps(cells, size)
    low, high = taps.at
    column = np.append(low, size)
    # what columns low and low + 1 have got from earlier cells: those with the same two taps, and
    # those one column before, whose second tap is this first one
    same = np.searchsorted(low, low)
    before = np.searchsorted(low, low - 1)
    first, second = (np.concatenate([[0], np.cumsum(share)]) for share in taps.share)
    here = np.arange(cells)
    from_same, from_before = first[here] - first[same], second[same] - second[before]
    at_low = from_same + from_before
    at_next = second[here] - second[same]
    at_edge = low == size - 1  # both taps are the last column
    at_low = np.where(at_edge, at_low + at_next, at_low)
    at_next = np.where(at_edge, 0, at_next)
    total = _scatter(low, taps.share[0], size) + _scatter(high, taps.share[1], size)
    return _Profile(column, (np.append(at_low, 0), np.append(at_next, 0)), total)


def _union(line: Ints, left: Ints, right: Ints, width: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Merge the intervals [left, right) of each line where they overlap.

    Returns:
        Line, left and right of the merged intervals, ordered by line and left; and for every
        given interval the merged one that holds it.
    """
    at = line * (width + 1)
    order = np.argsort(at + left, kind="stable")
    begin, end = (at + left)[order], np.maximum.accumulate((at + right)[order])
    is_new = np.ones(len(order), bool)
    is_new[1:] = begin[1:] >= end[:-1]
    starts = np.flatnonzero(is_new)
    ends = np.append(starts[1:], len(order)) - 1 if len(order) else starts
    member = np.empty(len(order), np.int64)
    member[order] = np.cumsum(is_new) - 1
    merged = line[order][starts]
    base = merged * (width + 1)
    return merged, begin[starts] - base, end[ends] - base, member


def _scatter(at: Ints, values: Floats, size: int) -> Floats:
    """Add values up at their places in an array `[size]`; what lies beyond is dropped."""
    sums = np.bincount(at, values, size)[:size]
    return sums.astype(np.float64, copy=False)
