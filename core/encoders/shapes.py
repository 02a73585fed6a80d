"""Shapes: where the figure lies, and what the segments of a frame look like one by one."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.segments import LabelMap, Runs

GRID = 8
"""Cells along each side of a window and of the shape grid."""

Floats = npt.NDArray[np.float64]


class Figure(NamedTuple):
    """The box around all lines, in pixels of the image."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def center(self) -> tuple[float, float]:
        """The middle of the box in pixel coordinates (pixel centres are integers)."""
        return (self.x0 + self.x1 - 1) / 2, (self.y0 + self.y1 - 1) / 2

    @property
    def half(self) -> float:
        """Half the longer side, at least 4 pixels."""
        return max(self.x1 - self.x0, self.y1 - self.y0, 8) / 2

    def grown(self, margin: int, shape: tuple[int, int]) -> "Figure":
        """The box with a margin, inside an image `[H, W]`."""
        return Figure(
            max(self.x0 - margin, 0),
            max(self.y0 - margin, 0),
            min(self.x1 + margin, shape[1]),
            min(self.y1 + margin, shape[0]),
        )

    def crop(self, image: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Cut the box out of an image."""
        return image[self.y0 : self.y1, self.x0 : self.x1]


def figure_of(label_map: LabelMap) -> Figure:
    """Find the box around all lines; without a line it is the whole image."""
    is_line = label_map == 0
    rows, columns = np.flatnonzero(is_line.any(axis=1)), np.flatnonzero(is_line.any(axis=0))
    if not len(rows):
        return Figure(0, 0, label_map.shape[1], label_map.shape[0])
    return Figure(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


class Moments(NamedTuple):
    """Of every segment `[L]`: pixels, centroid from the figure's centre, central moments."""

    area: Floats
    x: Floats
    y: Floats
    var_x: Floats
    var_y: Floats
    cov: Floats
    xxx: Floats
    xxy: Floats
    xyy: Floats
    yyy: Floats


def measure_moments(r: Runs, center_x: float, center_y: float) -> Moments:
    """Sum powers of the coordinates, a run at a time.

    With m the middle of a run of n pixels, the squares of x - m sum up to n (n² - 1) / 12.
    """
    label = np.repeat(np.arange(len(r.first)), np.diff(r.first, append=len(r.row)))
    n = r.length.astype(np.float64)
    own = n * (n * n - 1) / 12
    x, y = r.left + (n - 1) / 2 - center_x, r.row - center_y

    def total(values: Floats) -> Floats:
        return np.asarray(r.reduce(np.add, values), np.float64)

    area = total(n)
    mean_x, mean_y = total(n * x) / area, total(n * y) / area
    u, v = x - mean_x[label], y - mean_y[label]
    square = n * u * u + own
    return Moments(
        area=area,
        x=mean_x,
        y=mean_y,
        var_x=total(square) / area,
        var_y=total(n * v * v) / area,
        cov=total(n * u * v) / area,
        xxx=total(n * u * u * u + 3 * u * own) / area,
        xxy=total(square * v) / area,
        xyy=total(n * u * v * v) / area,
        yyy=total(n * v * v * v) / area,
    )


def shape_grids(r: Runs, m: Moments, spread: Floats, count: int) -> Floats:
    """Return how much of each cell of a grid around its centroid a segment covers `[L, GRID²]`.

    The grid is 4.4 spreads wide. A run covers part of one row of cells.
    """
    label = np.repeat(np.arange(count), np.diff(r.first, append=len(r.row)))
    # the centroid is counted from the figure's centre: the runs' own mean brings it back
    n = r.length.astype(np.float64)
    middle = r.left + (n - 1) / 2
    mean_x = np.bincount(label, n * middle, minlength=count) / m.area
    mean_y = np.bincount(label, n * r.row, minlength=count) / m.area
    cell = (4.4 * spread / GRID)[label]
    left = (r.left - 0.5 - mean_x[label]) / cell + GRID / 2
    right = left + n / cell
    # a row of pixels may cover two rows of cells, or a small part of one
    top = (r.row - 0.5 - mean_y[label]) / cell + GRID / 2
    across = _covered(left, right)
    down = _covered(top, top + 1 / cell)
    grid = np.zeros((count, GRID, GRID))
    for row in range(GRID):
        covers = np.flatnonzero(down[:, row] > 0)
        if not len(covers):
            continue
        values: Floats = across[covers] * down[covers, row, None]
        starts = np.flatnonzero(np.diff(label[covers], prepend=-1))
        grid[label[covers][starts], row] = np.add.reduceat(values, starts, axis=0)
    return grid.reshape(count, -1)


def _covered(begin: Floats, end: Floats) -> Floats:
    """Return how much of each unit interval 0…GRID the intervals `[R]` cover `[R, GRID]`."""
    covered: Floats = np.diff(np.clip(np.arange(GRID + 1.0), begin[:, None], end[:, None]), axis=1)
    return covered
