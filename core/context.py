"""Context: where the segments of a frame lie and which touch, measured on the small label map."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Context:
    """The L segments of one frame among each other; lengths in cells of the small label map.

    Attributes:
        x: `[L]` float32, centroids. y: `[L]` the same.
        cells: `[L]` float32, how many cells show the segment.
        half: half the longer side of the figure: of the box around all but the background.
        background: the row of the segment with most cells on the edge of the page; -1 if there is
            no segment.
        first: `[E]` int64, rows of pairs of touching segments, both ways round, in order.
        second: `[E]` the rows that they touch.
        touching: `[E]` float32, log(1 + cells of common border).
        borders: `[E]` float32, the share of that in all that the first one touches.
    """

    x: Floats
    y: Floats
    cells: Floats
    half: float
    background: int
    first: Rows
    second: Rows
    touching: Floats
    borders: Floats

    def __post_init__(self) -> None:
        """Lock the arrays: they are shared between threads."""
        pairs = (self.first, self.second, self.touching, self.borders)
        for array in (self.x, self.y, self.cells, *pairs):
            array.setflags(write=False)

    def around(self, values: Floats) -> Floats:
        """Return the mean of values `[L, K]` over the neighbours of each segment; 0 without any."""
        result = np.zeros_like(values)
        rows, starts = np.unique(self.first, return_index=True)
        if len(rows):
            shares = self.borders[:, None] * values[self.second]
            result[rows] = np.add.reduceat(shares, starts, axis=0)
        return result


def measure(small_map: npt.NDArray[np.int32], count: int) -> Context:
    """Measure a label map `[h, w]` with labels 1…`count`; those it does not show have no place."""
    width = small_map.shape[1]
    flat = small_map.ravel()
    cells = np.bincount(flat, minlength=count + 1)[1:]
    rows, columns = np.divmod(np.arange(flat.size, dtype=np.float32), width)
    y, x = (
        np.bincount(flat, each, minlength=count + 1)[1:] / np.maximum(cells, 1)
        for each in (rows, columns)
    )
    edge = (small_map[0], small_map[-1], small_map[:, 0], small_map[:, -1])
    on_edge = np.bincount(np.concatenate(edge), minlength=count + 1)[1:]
    background = int(on_edge.argmax()) if count else -1
    first, second, common = _borders(small_map, count)
    touching = np.log1p(common).astype(np.float32)
    total = np.bincount(first, touching, minlength=count)
    return Context(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        cells=cells.astype(np.float32),
        half=_half(small_map != background + 1),
        background=background,
        first=first,
        second=second,
        touching=touching,
        borders=(touching / total[first]).astype(np.float32),
    )


def _half(is_figure: npt.NDArray[np.bool_]) -> float:
    """Return half the longer side of the box around some cells, at least 2."""
    sides = (np.flatnonzero(is_figure.any(axis=axis)) for axis in (0, 1))
    return max([2.0, *(float(each[-1] - each[0]) / 2 for each in sides if len(each))])


def _borders(small_map: npt.NDArray[np.int32], count: int) -> tuple[Rows, Rows, Rows]:
    """Count the neighbouring cells of different segments: pairs of rows, and how many `[E]`."""
    found = []
    for one, other in (
        (small_map[:, :-1], small_map[:, 1:]),
        (small_map[:-1], small_map[1:]),
    ):
        is_border = (one != other) & (one > 0) & (other > 0)
        first, second = (each[is_border].astype(np.int64) - 1 for each in (one, other))
        found += [first * count + second, second * count + first]
    pairs, cells = np.unique(np.concatenate(found), return_counts=True)
    return *np.divmod(pairs, max(count, 1)), cells
