"""Augmentation: the same drawing as another hand, camera or segmentation might have made it."""

import cv2
import numpy as np
import numpy.typing as npt

from core.segments import from_label_map
from core.training.clips import MIN_SEGMENTS, TrainingFrame

Rng = np.random.Generator
Affine = npt.NDArray[np.float64]

_TRACE = -2  # on the label map that is warped, plus the tint: -1, -2 or -3

_NO_TRACE = np.zeros(0, np.int64), np.zeros(0, np.int8)

OPENING = 4
"""Half the widest gap that opens in a line, and half the widest that is closed, in pixels."""


def augment_clip(frames: list[TrainingFrame], rng: Rng) -> list[TrainingFrame]:
    """Change all frames of a clip in one way and each a little in its own.

    A frame that is left with too few segments stays as it was, so that numbers of frames hold.
    """
    common = similarity(rng, degrees=12, scale=0.2, aspect=0.06)
    has_no_trace = rng.random() < 0.15
    weight = rng.choice([0.0, 1.0, 0.5], p=[0.5, 0.25, 0.25])
    merging = 0.3 if rng.random() < 0.3 else 0.0
    closing = 0.3 if rng.random() < 0.3 else 0.0
    changed = []
    for frame in frames:
        own = similarity(rng, degrees=4, scale=0.05, aspect=0.03)
        if rng.random() < 0.25:
            own = similarity(rng, degrees=15, scale=0.25, aspect=0.06)
        bend = rng.choice([0, 0.004, 0.01])
        label_map, colors = _flat(frame), frame.colors
        if closing and rng.random() < 0.7:
            label_map, colors = close_gaps(label_map, colors, rng, share=closing)
        if merging:
            label_map = merge(label_map, colors, rng, share=merging)
        label_map = warp(label_map, common @ own, bend=bend, wobble=rng.choice([0, 0.7]), rng=rng)
        if frame.is_sheet is False and rng.random() < 0.2:
            label_map = close_up(label_map, rng)
        if weight:
            label_map = thicken(label_map, rng, share=weight)
        if has_no_trace:
            label_map = np.maximum(label_map, 0)
        changed.append(_frame(label_map, colors, frame))
    return changed


def similarity(rng: Rng, *, degrees: float, scale: float, aspect: float) -> Affine:
    """Draw a rotation with scale and aspect about the origin `[2, 2]`."""
    angle = np.radians(rng.uniform(-degrees, degrees))
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.exp(rng.uniform(-aspect, aspect))
    rotation = np.array([[cos, -sin], [sin, cos]]) @ np.diag([stretch, 1 / stretch])
    result: Affine = rotation / np.exp(rng.uniform(-scale, scale))
    return result


def warp(
    label_map: npt.NDArray[np.int16], matrix: Affine, *, bend: float, wobble: float, rng: Rng
) -> npt.NDArray[np.int16]:
    """Look at a label map through an affine and a smooth elastic map about its middle.

    What lies outside of the picture continues its edge: bodies that it cuts off go on.

    Args:
        label_map: `[H, W]`, trace lines included.
        matrix: the affine map.
        bend: the spread of the elastic map in sides of the picture.
        wobble: that of a finer one in pixels, as of an unsteady hand.
        rng: decides.
    """
    height, width = label_map.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x - (width - 1) / 2, y - (height - 1) / 2
    at_x = matrix[0, 0] * u + matrix[0, 1] * v + (width - 1) / 2
    at_y = matrix[1, 0] * u + matrix[1, 1] * v + (height - 1) / 2
    side = max(height, width)
    for spread, cells in ((bend * side, 6), (wobble, max(side // 24, 1))):
        if spread:
            at_x += _waves(height, width, cells, rng) * spread
            at_y += _waves(height, width, cells, rng) * spread
    warped = cv2.remap(
        label_map,
        at_x.astype(np.float32),
        at_y.astype(np.float32),
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return warped.astype(np.int16, copy=False)


def _waves(height: int, width: int, cells: int, rng: Rng) -> npt.NDArray[np.float32]:
    """Draw a smooth field `[H, W]` with that many independent cells a side, of spread 1."""
    coarse = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return smooth.astype(np.float32, copy=False)


def close_up(label_map: npt.NDArray[np.int16], rng: Rng) -> npt.NDArray[np.int16]:
    """Cut out a part of the picture, half to nine tenths of its sides."""
    height, width = label_map.shape
    share = rng.uniform(0.5, 0.9)
    rows, columns = max(int(height * share), 1), max(int(width * share), 1)
    top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
    return np.ascontiguousarray(label_map[top : top + rows, left : left + columns])


def thicken(label_map: npt.NDArray[np.int16], rng: Rng, *, share: float) -> npt.NDArray[np.int16]:
    """Make black lines a pixel thicker along a share of their length; there they taper."""
    grown = cv2.dilate((label_map == 0).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    if share < 1:
        height, width = label_map.shape
        waves = _waves(height, width, max(height, width) // 40 + 2, rng)
        grown &= waves < np.quantile(waves, share)
    thick: npt.NDArray[np.int16] = np.where(grown, 0, label_map).astype(np.int16)
    return thick


def merge(
    label_map: npt.NDArray[np.int16], colors: npt.NDArray[np.uint32], rng: Rng, *, share: float
) -> npt.NDArray[np.int16]:
    """Open the line between some neighbours of one colour, as another drawing might have it.

    In half of the pairs the whole line is left out, in the others it has a gap.
    """
    pairs = set()
    for shifted, still in (
        (label_map[:, 5:], label_map[:, :-5]),
        (label_map[5:], label_map[:-5]),
    ):
        both = (shifted > 0) & (still > 0) & (shifted != still)
        low = np.minimum(shifted[both], still[both]).astype(np.int64)
        high = np.maximum(shifted[both], still[both]).astype(np.int64)
        alike = colors[low - 1] == colors[high - 1]
        pairs |= set(np.unique(low[alike] << 16 | high[alike]).tolist())
    merged = label_map
    for pair in sorted(pairs):
        if rng.random() >= share:
            continue
        low, high = pair >> 16, pair & 0xFFFF
        if merged is label_map:
            merged = label_map.copy()
        merged[merged == high] = low
        own = (merged == low).astype(np.uint8)
        closed = cv2.morphologyEx(own, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        opened = (closed > 0) & (merged <= 0)
        if opened.any() and rng.random() < 0.5:
            y, x = rng.choice(np.argwhere(opened))
            window = np.zeros_like(opened)
            reach = int(rng.integers(1, OPENING + 1))
            window[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1] = True
            opened &= window
        merged[opened] = low
    return merged


def close_gaps(
    label_map: npt.NDArray[np.int16], colors: npt.NDArray[np.uint32], rng: Rng, *, share: float
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint32]]:
    """Draw a line across the narrowest places of some segments, as where a gap was closed.

    Returns:
        The label map with new labels after the old ones, and the colour of every label.
    """
    closed, new = label_map.copy(), list(colors)
    reach = int(rng.integers(1, OPENING + 1))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    boxes = from_label_map(np.maximum(label_map, 0).astype(np.int32), *_NO_TRACE).boxes
    for label, (x, y, width, height) in enumerate(boxes.tolist(), start=1):
        if rng.random() >= share or min(width, height) <= 2 * reach:
            continue
        window = closed[y : y + height, x : x + width]
        own = (np.pad(window, 1) == label).astype(np.uint8)
        wide = cv2.erode(own, kernel)
        count, parts, stats, _ = cv2.connectedComponentsWithStats(wide, connectivity=4)
        # two to four parts (and what is not wide), none of them a crumb
        if not 3 <= count <= 5 or stats[1:, cv2.CC_STAT_AREA].min() < reach**2:
            continue
        _, nearest = cv2.distanceTransformWithLabels(1 - wide, cv2.DIST_L2, 5)
        part_of = np.zeros(nearest.max() + 1, np.int32)
        part_of[nearest[wide > 0]] = parts[wide > 0]
        part = np.where(own > 0, part_of[nearest], 0)
        is_seam = np.zeros(part.shape, bool)
        for ahead, behind in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
            is_seam[ahead] |= (part[ahead] > 0) & (part[behind] > 0) & (part[ahead] != part[behind])
        part, is_seam = part[1:-1, 1:-1], is_seam[1:-1, 1:-1]
        for each in range(2, count):
            new.append(colors[label - 1])
            window[part == each] = len(new)
        window[is_seam] = 0
    return closed, np.array(new, np.uint32)


def _flat(frame: TrainingFrame) -> npt.NDArray[np.int16]:
    """Return labels and trace lines as one map."""
    label_map = frame.segments.label_map.astype(np.int16)
    label_map.ravel()[frame.segments.trace_pixels] = _TRACE + frame.segments.trace_tints
    return label_map


def _frame(
    label_map: npt.NDArray[np.int16], colors: npt.NDArray[np.uint32], before: TrainingFrame
) -> TrainingFrame:
    """Number the segments that are left and measure them again."""
    labels = np.maximum(label_map, 0).astype(np.int32)
    is_line = label_map <= 0
    rows, columns = np.flatnonzero(is_line.any(axis=1)), np.flatnonzero(is_line.any(axis=0))
    if not len(rows):
        return before
    near = labels[
        max(rows[0] - 1, 0) : rows[-1] + 2, max(columns[0] - 1, 0) : columns[-1] + 2
    ]  # warped regions may meet without a line: keep those that the descriptors can see
    kept = np.flatnonzero(np.bincount(near.ravel(), minlength=2)[1:]) + 1
    if len(kept) < MIN_SEGMENTS:
        return before
    table = np.zeros(labels.max() + 1, np.int32)
    table[kept] = np.arange(1, len(kept) + 1)
    trace_pixels = np.flatnonzero(label_map.ravel() < 0)
    tints = (label_map.ravel()[trace_pixels] - _TRACE).astype(np.int8)
    segments = from_label_map(table[labels], trace_pixels, tints)
    return TrainingFrame(segments, colors[kept - 1], before.is_sheet)
