"""Context: where the segments of a frame lie and which touch, measured on the small label map."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Context:
    """The L segments of one frame among each other; lengths in cells of the small label map.

    Attributes:
        x: `[L]` float32, centroids. y: `[L]` the same.
        cells: `[L]` float32, how many cells show the segment.
        half: half the longer side of the figure: of the box around all but the background.
        background: the row of the segment with most cells on the edge of the page; -1 if there is
            no segment.
        touching: `[L, L]` float32, log(1 + cells of common border); symmetric, 0 on the diagonal.
        borders: `[L, L]` float32, the same with rows that sum to 1, or to 0 where nothing touches.
    """

    x: Floats
    y: Floats
    cells: Floats
    half: float
    background: int
    touching: Floats
    borders: Floats

    def __post_init__(self) -> None:
        """Lock the arrays: they are shared between threads."""
        for array in (self.x, self.y, self.cells, self.touching, self.borders):
            array.setflags(write=False)


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
    touching = np.log1p(_borders(small_map, count)).astype(np.float32)
    total: Floats = touching.sum(axis=1, keepdims=True)
    return Context(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        cells=cells.astype(np.float32),
        half=_half(small_map != background + 1),
        background=background,
        touching=touching,
        borders=np.asarray(touching / np.maximum(total, 1e-6), np.float32),
    )


def _half(is_figure: npt.NDArray[np.bool_]) -> float:
    """Return half the longer side of the box around some cells, at least 2."""
    sides = (np.flatnonzero(is_figure.any(axis=axis)) for axis in (0, 1))
    return max([2.0, *(float(each[-1] - each[0]) / 2 for each in sides if len(each))])


def _borders(small_map: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int64]:
    """Count the pairs of neighbouring cells of different segments `[count, count]`."""
    size = count + 1
    found = np.zeros(size * size, np.int64)
    for one, other in (
        (small_map[:, :-1], small_map[:, 1:]),
        (small_map[:-1], small_map[1:]),
    ):
        differs = one != other
        found += np.bincount(one[differs] * size + other[differs], minlength=size * size)
    pairs = found.reshape(size, size)[1:, 1:]
    return pairs + pairs.T
