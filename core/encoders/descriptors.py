"""Descriptors: what can be measured of the segments of one frame without learning.

Everything is measured in the figure's own frame (the box around all lines), so that it does not
change when the drawing is moved, and changes little when it is scaled. numpy and OpenCV only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.encoders.neighbours import Borders, Inside, look_inside, measure_borders
from core.encoders.shapes import (
    GRID,
    Figure,
    Floats,
    Moments,
    figure_of,
    measure_moments,
    shape_grids,
)
from core.encoders.windows import NUMBERS, look_around
from core.segments import LabelMap, Segments, runs

VERSION = "2"
"""Changes whenever the numbers do; weights are for one version."""

SAMPLE_SIDE = 448
"""Borders and distances are measured on a label map of about this many cells along the figure."""

SCALARS = 42
WIDTH = SCALARS + GRID * GRID + NUMBERS
"""Numbers per segment."""


@dataclass(frozen=True)
class Description:
    """The segments of one frame as the network sees them; row l belongs to label l + 1.

    Attributes:
        tokens: `[L, WIDTH]` float32.
        positions: `[L, 2]` float32, centroids; 1 is half the figure's longer side.
        sizes: `[L]` float32, the logarithm of the square root of the area in the same unit.
        touching: `[E, 2]` int32, rows of pairs of touching segments, both ways round.
        border: `[E]` float32, which share of the border of the first the second is beyond.
        trace: `[E]` float32, which share of the border of the first is a trace line to the second.
        tint: `[E]` float32, the share that is a red one less that of blue ones.
    """

    tokens: npt.NDArray[np.float32]
    positions: npt.NDArray[np.float32]
    sizes: npt.NDArray[np.float32]
    touching: npt.NDArray[np.int32]
    border: npt.NDArray[np.float32]
    trace: npt.NDArray[np.float32]
    tint: npt.NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of segments L."""
        return len(self.tokens)


def describe(segments: Segments) -> Description:
    """Measure all segments of one frame; any number of them, none included."""
    count = len(segments)
    if not count:
        tokens, positions = np.zeros((0, WIDTH), np.float32), np.zeros((0, 2), np.float32)
        none, pairs = np.zeros(0, np.float32), np.zeros((0, 2), np.int32)
        return Description(tokens, positions, none, pairs, none, none, none)
    label_map = segments.label_map
    figure = figure_of(label_map)
    on_edge = _edge_counts(label_map, count)
    background = int(on_edge.argmax()) if on_edge.any() else int(segments.areas.argmax())
    # Every segment touches a line (or is the whole image): one pixel around the lines shows all.
    near = figure.grown(1, label_map.shape)
    crop = np.ascontiguousarray(near.crop(label_map))
    crop_runs = runs(crop)
    center_x, center_y = figure.center[0] - near.x0, figure.center[1] - near.y0
    moments = measure_moments(crop_runs, center_x, center_y)

    stride = max(1, round(2 * figure.half / SAMPLE_SIDE))
    inner = look_inside(crop, crop_runs, stride)
    edges = measure_borders(segments, inner, stride)

    half = figure.half
    spread = np.sqrt((moments.var_x + moments.var_y) / 2 + 1 / 12)
    scalars = _scalars(
        segments, figure, moments, inner, edges, background=background, on_edge=on_edge
    )
    shapes = shape_grids(crop_runs, moments, spread, count)
    windows = look_around(
        label_map,
        segments,
        figure,
        (inner.x + near.x0, inner.y + near.y0),
        spread,
        background=background,
    )
    tokens = np.concatenate([scalars, shapes, windows], axis=1, dtype=np.float32)
    return Description(
        tokens=tokens,
        positions=np.stack([moments.x, moments.y], axis=1).astype(np.float32) / np.float32(half),
        sizes=(np.log(moments.area / half**2) / 2).astype(np.float32),
        touching=np.stack([edges.first, edges.second], axis=1).astype(np.int32),
        border=(edges.length / edges.total[edges.first]).astype(np.float32),
        trace=(edges.trace / edges.total[edges.first]).astype(np.float32),
        tint=(edges.tint / edges.total[edges.first]).astype(np.float32),
    )


def _edge_counts(label_map: LabelMap, count: int) -> npt.NDArray[np.int64]:
    """Count the pixels of every segment on the edge of the image `[L]`."""
    edge = np.concatenate([label_map[0], label_map[-1], label_map[:, 0], label_map[:, -1]])
    return np.bincount(edge, minlength=count + 1)[1:]


def _scalars(
    segments: Segments,
    figure: Figure,
    m: Moments,
    inner: Inside,
    edges: Borders,
    *,
    background: int,
    on_edge: npt.NDArray[np.int64],
) -> Floats:
    """Return the single numbers `[L, SCALARS]`, each roughly between -2 and 2."""
    count, half = len(segments), figure.half
    is_background = np.arange(count) == background
    area = m.area
    width, height = (segments.boxes[:, 2:].T + 0.0).clip(max=2 * half + 2)
    std_x, std_y = np.sqrt(m.var_x + 1 / 12), np.sqrt(m.var_y + 1 / 12)
    correlation = np.clip(m.cov / (std_x * std_y), -1, 1)
    gap = np.sqrt((m.var_x - m.var_y) ** 2 / 4 + m.cov**2)
    mean_var = (m.var_x + m.var_y) / 2 + 1 / 12
    stretch = np.log((mean_var + gap) / np.maximum(mean_var - gap, 1 / 24)) / 2

    # scale-free moments as of Hu: divided by area ** (1 + order / 2), the area once already
    n20, n11, n02 = m.var_x / area, m.cov / area, m.var_y / area
    n30, n21, n12, n03 = (each / area**1.5 for each in (m.xxx, m.xxy, m.xyy, m.yyy))
    hu = [
        n20 + n02,
        (n20 - n02) ** 2 + 4 * n11**2,
        (n30 - 3 * n12) ** 2 + (3 * n21 - n03) ** 2,
        (n30 + n12) ** 2 + (n21 + n03) ** 2,
    ]
    third_x, third_y = n30 + n12, n21 + n03
    mixed = (n20 - n02) * (third_x**2 - third_y**2) + 4 * n11 * third_x * third_y

    total = edges.total
    neighbours = np.bincount(edges.first, minlength=count)
    share = edges.length / total[edges.first]
    largest_share = np.zeros(count)
    np.maximum.at(largest_share, edges.first, share)
    beside = np.bincount(edges.first, share * np.log(area[edges.second]), minlength=count)
    to_background = np.bincount(edges.first, share * (edges.second == background), minlength=count)
    trace = np.bincount(edges.first, edges.trace, minlength=count) / total
    tint = np.bincount(edges.first, edges.tint, minlength=count) / total
    touches = neighbours > 0

    body = area * ~is_background
    weight = body.sum() or 1.0
    body_x, body_y = (body * m.x).sum() / weight, (body * m.y).sum() / weight
    body_spread = np.sqrt((body * ((m.x - body_x) ** 2 + (m.y - body_y) ** 2)).sum() / weight)
    body_spread = max(float(body_spread), half / 4)
    rank = np.searchsorted(np.sort(area), area) / max(count - 1, 1)
    image_height, image_width = segments.label_map.shape
    cut = [
        figure.x0 <= 0,
        figure.x1 >= image_width,
        figure.y0 <= 0,
        figure.y1 >= image_height,
    ]
    frame = [
        np.log(count) / 3 - 1,
        np.log((figure.x1 - figure.x0) / (figure.y1 - figure.y0)),
        *map(float, cut),
    ]
    perimeter = total + edges.own
    columns = [
        np.log(area / half**2 * 256**2) / 6 - 1,
        m.x / half,
        m.y / half,
        np.clip((m.x - body_x) / body_spread, -4, 4) / 2,
        np.clip((m.y - body_y) / body_spread, -4, 4) / 2,
        3 * std_x / half,
        3 * std_y / half,
        correlation,
        area / (width * height),
        np.log(width / half + 0.01) / 2,
        np.log(height / half + 0.01) / 2,
        *(np.log(np.abs(each) + 1e-6) / 5 for each in hu),
        np.sign(mixed) * np.abs(mixed) ** 0.25,
        third_x,
        third_y,
        np.clip(stretch, 0, 3),
        np.clip(stretch, 0, 3) * (m.var_x - m.var_y) / np.maximum(2 * gap, 1e-6),
        np.clip(stretch, 0, 3) * m.cov / np.maximum(gap, 1e-6),
        5 * inner.mean / np.sqrt(area),
        np.log(inner.deepest / half * 256 + 1) * 0.3,
        is_background,
        on_edge > 0,
        np.sqrt(on_edge / max(on_edge.sum(), 1)),
        to_background,
        trace,
        np.log(neighbours + 1) / 2,
        np.log((perimeter + 1e-3) ** 2 / area * half**2 / 256**2 + 1e-3) / 5,
        edges.own / (perimeter + 1e-3),
        largest_share,
        np.where(touches, beside - np.log(area), 0) / 6,
        rank,
        inner.is_lost,
        tint,
        *(np.full(count, each) for each in frame),
    ]
    return np.stack(columns, axis=1)


PLACE, EXTENT = [1, 2], [5, 6]
"""Of the scalars: centroid, and spread, in halves of the figure."""

TINT = 35
"""Of the scalars: how much of the border is red trace line, less what is blue."""

LOGARITHMS = {0: 1 / 3, 9: 1 / 2, 10: 1 / 2, 22: 0.3}
"""Area, width, height and depth: what they grow by when a segment is e times as large in the figure
(the last three nearly so)."""


def _mirror_tables() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the order and the signs that turn a drawing's tokens into its mirror image's."""
    order, sign = np.arange(WIDTH), np.ones(WIDTH, np.float32)
    sign[[1, 3, 7, 16, 20]] = -1  # x, x from the body, correlation, third moment, slant
    order[[SCALARS - 4, SCALARS - 3]] = SCALARS - 3, SCALARS - 4  # cut off on the left, the right
    grids = order[SCALARS:].reshape(-1, GRID)
    order[SCALARS:] = grids[:, ::-1].ravel()
    return order, sign


MIRROR_ORDER, MIRROR_SIGN = _mirror_tables()
