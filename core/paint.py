"""Paint: one colour id per segment becomes pixels, at the last moment and exactly."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.palette import NO_COLOR, Palette, pack
from core.segments import Segments

Picture = npt.NDArray[np.uint32]
"""`[H, W]` packed RGBA, R in the lowest byte; as bytes it is an RGBA image."""

TraceRule = Literal["darker", "majority"]
"""Which neighbour a trace line is given to: the darker colour (the trade's convention), or the one
with more pixels around it (the reference implementation's)."""


def paint(
    line: npt.NDArray[np.uint8],
    segments: Segments,
    colors: npt.NDArray[np.int32],
    palette: Palette,
    *,
    trace: TraceRule = "darker",
) -> Picture:
    """Paint a frame: palette colours, line pixels as they are, nothing where nobody chose.

    Args:
        line: the line image `[H, W, 4]`.
        segments: its segments.
        colors: `[L]` palette ids; `NO_COLOR` paints nothing.
        palette: the meaning of the ids.
        trace: who gets the trace lines. Between two unpainted segments they stay lines.
    """
    values = pack(palette.table())
    by_label = values[np.concatenate([np.zeros(1, np.int32), colors])]
    picture: Picture = by_label.take(segments.label_map)
    np.copyto(picture, line.view("<u4")[..., 0], where=segments.label_map == 0)
    _paint_trace_lines(picture, line, segments, colors, palette, trace)
    return picture


def repaint(
    picture: Picture,
    line: npt.NDArray[np.uint8],
    segments: Segments,
    colors: npt.NDArray[np.int32],
    palette: Palette,
    *,
    labels: Iterable[int],
    trace: TraceRule = "darker",
) -> None:
    """Bring a painted picture up to date, in place, after the colours of some labels changed."""
    values = pack(palette.table())
    for label in labels:
        x, y, width, height = segments.boxes[label - 1]
        box = np.s_[y : y + height, x : x + width]
        picture[box][segments.label_map[box] == label] = values[colors[label - 1]]
    _paint_trace_lines(picture, line, segments, colors, palette, trace)


def _paint_trace_lines(
    picture: Picture,
    line: npt.NDArray[np.uint8],
    segments: Segments,
    colors: npt.NDArray[np.int32],
    palette: Palette,
    trace: TraceRule,
) -> None:
    """Give every trace-line pixel to one of its two sides, in place."""
    table = palette.table()
    sides = np.concatenate([np.full(1, NO_COLOR, np.int32), colors])[segments.trace_sides]
    if trace == "darker":
        # Rec. 601 luma; a transparent background is lighter than any colour
        luma = np.where(table[:, 3] > 0, table[:, :3] @ np.array([0.299, 0.587, 0.114]), 256.0)
    else:
        luma = np.zeros(len(table))  # all alike: the first side, which has more pixels around it
    luma[NO_COLOR] = 512.0
    chosen = np.where(luma[sides[:, 0]] <= luma[sides[:, 1]], sides[:, 0], sides[:, 1])
    as_drawn = line.view("<u4").ravel()[segments.trace_pixels]
    picture.ravel()[segments.trace_pixels] = np.where(
        chosen == NO_COLOR, as_drawn, pack(table)[chosen]
    )
