"""Augmentation: the same drawing as another hand, camera or segmentation might have made it."""

import cv2
import numpy as np
import numpy.typing as npt

from core.segments import from_label_map
from core.training.clips import MIN_SEGMENTS, TrainingFrame

Rng = np.random.Generator
Affine = npt.NDArray[np.float64]

_TRACE = -1  # on the label map that is warped


def augment_clip(frames: list[TrainingFrame], rng: Rng) -> list[TrainingFrame]:
    """Change all frames of a clip in one way and each a little in its own.

    A frame that is left with too few segments stays as it was, so that numbers of frames hold.
    """
    common = similarity(rng, degrees=12, scale=0.2, aspect=0.06)
    has_thick_lines, has_no_trace = rng.random() < 0.3, rng.random() < 0.15
    merging = 0.3 if rng.random() < 0.3 else 0.0
    changed = []
    for frame in frames:
        own = similarity(rng, degrees=4, scale=0.05, aspect=0.03)
        if rng.random() < 0.25:
            own = similarity(rng, degrees=15, scale=0.25, aspect=0.06)
        bend = rng.choice([0, 0.004, 0.01])
        label_map, colors = _flat(frame), frame.colors
        if merging:
            label_map = merge(label_map, colors, rng, share=merging)
        label_map = warp(label_map, common @ own, bend=bend, rng=rng)
        if frame.is_sheet is False and rng.random() < 0.2:
            label_map = close_up(label_map, rng)
        if has_thick_lines:
            label_map = thicken(label_map)
        if has_no_trace:
            label_map = np.maximum(label_map, 0)
        changed.append(_frame(label_map, frame))
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
    label_map: npt.NDArray[np.int16], matrix: Affine, *, bend: float, rng: Rng
) -> npt.NDArray[np.int16]:
    """Look at a label map through an affine and a smooth elastic map about its middle.

    What lies outside of the picture continues its edge: bodies that it cuts off go on.
    """
    height, width = label_map.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = x - (width - 1) / 2, y - (height - 1) / 2
    at_x = matrix[0, 0] * u + matrix[0, 1] * v + (width - 1) / 2
    at_y = matrix[1, 0] * u + matrix[1, 1] * v + (height - 1) / 2
    if bend:
        waves = rng.normal(0, bend * max(height, width), (2, 6, 6)).astype(np.float32)
        at_x += cv2.resize(waves[0], (width, height), interpolation=cv2.INTER_CUBIC)
        at_y += cv2.resize(waves[1], (width, height), interpolation=cv2.INTER_CUBIC)
    warped = cv2.remap(
        label_map,
        at_x.astype(np.float32),
        at_y.astype(np.float32),
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return warped.astype(np.int16, copy=False)


def close_up(label_map: npt.NDArray[np.int16], rng: Rng) -> npt.NDArray[np.int16]:
    """Cut out a part of the picture, half to nine tenths of its sides."""
    height, width = label_map.shape
    share = rng.uniform(0.5, 0.9)
    rows, columns = int(height * share), int(width * share)
    top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
    return np.ascontiguousarray(label_map[top : top + rows, left : left + columns])


def thicken(label_map: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Make black lines a pixel thicker."""
    grown = cv2.dilate((label_map == 0).astype(np.uint8), np.ones((2, 2), np.uint8))
    thick: npt.NDArray[np.int16] = np.where(grown > 0, 0, label_map).astype(np.int16)
    return thick


def merge(
    label_map: npt.NDArray[np.int16], colors: npt.NDArray[np.uint32], rng: Rng, *, share: float
) -> npt.NDArray[np.int16]:
    """Open the line between some neighbours of one colour, as another drawing might have it."""
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
        merged[(closed > 0) & (merged <= 0)] = low
    return merged


def _flat(frame: TrainingFrame) -> npt.NDArray[np.int16]:
    """Return labels and trace lines as one map."""
    label_map = frame.segments.label_map.astype(np.int16)
    label_map.ravel()[frame.segments.trace_pixels] = _TRACE
    return label_map


def _frame(label_map: npt.NDArray[np.int16], before: TrainingFrame) -> TrainingFrame:
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
    segments = from_label_map(table[labels], np.flatnonzero(label_map.ravel() == _TRACE))
    return TrainingFrame(segments, before.colors[kept - 1], before.is_sheet)
