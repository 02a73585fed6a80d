"""Windows: lines, trace lines and background around every segment, at three scales."""

import cv2
import numpy as np
import numpy.typing as npt

from core.encoders.shapes import GRID, Figure, Floats
from core.segments import LabelMap, Segments

MAP_SIDE = 192
"""Cells of the finest density map along the figure; a margin of an eighth lies around it."""

LEVELS = 5
"""Density maps, each with half the cells of the one before."""

WINDOWS = (1 / 10, 1 / 2.5)
"""Sides of the two windows of fixed size, in figure sides; the third is as large as its segment."""

CHANNELS = 3
"""Of a window: lines, trace lines, outer background."""

NUMBERS = (len(WINDOWS) + 1) * CHANNELS * GRID * GRID
"""Of all windows of a segment."""


def look_around(
    label_map: LabelMap,
    segments: Segments,
    figure: Figure,
    points: tuple[Floats, Floats],
    spread: Floats,
    *,
    background: int,
) -> npt.NDArray[np.float32]:
    """Look at lines, trace lines and background around every segment's deepest point.

    Returns:
        `[L, windows * CHANNELS * GRID²]`: two windows of fixed size and one of the segment's own.
    """
    half = figure.half
    maps, (x0, y0), cell = _density_maps(label_map, segments, figure, background)
    count = len(segments)
    own = np.clip(3.5 * spread, half / 40, half * 0.8) * 2
    sides = [np.full(count, 2 * half * side) for side in WINDOWS] + [own]
    steps = np.arange(GRID) - (GRID - 1) / 2
    result = np.zeros((count, len(sides), GRID, GRID, CHANNELS), np.float32)
    for window, side in enumerate(sides):
        level = np.clip(np.round(np.log2(side / GRID / cell)), 0, LEVELS - 1).astype(int)
        for each in range(LEVELS):
            rows = np.flatnonzero(level == each)
            scale = cell * 2**each
            for chunk in np.array_split(rows, len(rows) // 16384 + 1):  # OpenCV's limit is 32767
                if not len(chunk):
                    continue
                step = (side[chunk] / GRID)[:, None] * steps
                at_x = ((points[0][chunk, None] + step) - x0) / scale - 0.5
                at_y = ((points[1][chunk, None] + step) - y0) / scale - 0.5
                grid = (len(chunk), GRID, GRID)
                seen = cv2.remap(
                    maps[each],
                    np.broadcast_to(at_x[:, None, :], grid)
                    .reshape(len(chunk), -1)
                    .astype(np.float32),
                    np.broadcast_to(at_y[:, :, None], grid)
                    .reshape(len(chunk), -1)
                    .astype(np.float32),
                    cv2.INTER_LINEAR,
                    borderMode=cv2.BORDER_CONSTANT,
                )
                result[chunk, window] = seen.reshape(len(chunk), GRID, GRID, CHANNELS)
    return np.ascontiguousarray(np.moveaxis(result, -1, 2)).reshape(count, -1)


def _density_maps(
    label_map: LabelMap, segments: Segments, figure: Figure, background: int
) -> tuple[list[npt.NDArray[np.float32]], tuple[float, float], float]:
    """Average lines, trace lines and background over cells, finest map first.

    Outside the image nothing is line and nothing is background.

    Returns:
        Maps `[h, w, CHANNELS]`, the image position of their corner, pixels per cell of the finest.
    """
    half = figure.half
    cell = 2 * half / MAP_SIDE
    margin = MAP_SIDE // 8
    side = MAP_SIDE + 2 * margin
    around = figure.grown(int(np.ceil(margin * cell)) + 1, label_map.shape)
    crop = around.crop(label_map)
    # one plane after the other: twice as fast as three channels at once
    planes = {0: cv2.inRange(crop, 0, 0), 2: cv2.inRange(crop, background + 1, background + 1)}
    if len(segments.trace_pixels):
        y, x = np.divmod(segments.trace_pixels, label_map.shape[1])
        planes[1] = np.zeros(crop.shape, np.uint8)
        planes[1][y - around.y0, x - around.x0] = 255
    size = max(1, round(cell))
    shift = (size % 2 == 0) / 2  # an even window's middle lies between pixels
    x0, y0 = figure.center[0] - side * cell / 2, figure.center[1] - side * cell / 2
    to_crop = np.array(
        [
            [cell, 0, x0 + cell / 2 - around.x0 + shift],
            [0, cell, y0 + cell / 2 - around.y0 + shift],
        ]
    )
    finest = np.zeros((side, side, CHANNELS), np.float32)
    for channel, plane in planes.items():
        blurred = cv2.blur(plane, (size, size), borderType=cv2.BORDER_CONSTANT)
        finest[..., channel] = cv2.warpAffine(
            blurred,
            to_crop,
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
    finest *= np.array([3, 3, 1], np.float32) / 255
    maps = [finest]
    for _ in range(LEVELS - 1):
        small = (maps[-1].shape[1] // 2, maps[-1].shape[0] // 2)
        smaller = cv2.resize(maps[-1], small, interpolation=cv2.INTER_AREA)
        maps.append(smaller.astype(np.float32, copy=False))
    return maps, (x0, y0), cell
