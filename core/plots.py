"""Plots: diagrams as PNG files, drawn with Pillow: a plotting library would weigh 30 MB."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from core.images import write_file

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b")
"""Colours that people with colour vision deficiencies tell apart (Okabe and Ito 2008)."""

INK, PALE, GRID = "#222222", "#b4b4b4", "#e4e4e4"
"""Of text and the line that matters most, of lines without a colour of their own, of the grid."""

THIN, THICK = 2, 4
"""Widths of lines."""

LEFT, TOP, BOTTOM, GAP = 64, 44, 56, 16
"""Margins of a chart, in pixels: numbers, title and names of the axes stand in them."""

ROW, SWATCH = 20, 22
"""Height of a line of the legend, and length of its sample."""

SHOWN = 30
"""Characters of a name in a legend."""

FINE = 3
"""Drawn so much larger and then reduced: Pillow's lines have steps."""

Span = tuple[float, float]
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """A line of a chart, in the legend if it has a name."""

    points: Points
    color: str
    name: str = ""
    width: int = THIN
    marks: Points = ()


@dataclass(frozen=True)
class Chart:
    """Lines over common axes, the last one in front; `size` is that of the plot in pixels."""

    x_name: str
    y_name: str
    x_span: Span
    y_span: Span
    lines: Sequence[Line]
    size: tuple[int, int]


def plot_reliability(
    path: Path, confidence: npt.NDArray[np.float32], is_right: npt.NDArray[np.bool_]
) -> None:
    """Draw the share that is right over confidence, in bins with as many segments each.

    Raises:
        ImageError: if the file cannot be written.
    """
    order = np.argsort(confidence, kind="stable")
    points = [
        (float(confidence[part].mean()), float(is_right[part].mean()))
        for part in np.array_split(order, min(20, len(order)))
    ]
    lines = (
        Line([(0, 0), (1, 1)], PALE, "as it should be"),
        Line(points, COLORS[0], "measured", marks=points),
    )
    write_file(path, draw([Chart("confidence", "right", (0, 1), (0, 1), lines, (480, 480))]))


def plot_curves(path: Path, curves: Mapping[str, Points]) -> None:
    """Draw accuracy over clicks a frame, one line per clip and the mean in front.

    Clips have colours and names as long as there are enough colours; of more only the mean is
    named.

    Args:
        path: the PNG file.
        curves: per clip, clicks a frame and the share of segments that is right, clicks rising.

    Raises:
        ImageError: if the file cannot be written.
    """
    right = max(curve[-1][0] for curve in curves.values()) or 1
    low = min(min(y, 0.9) for curve in curves.values() for _, y in curve)
    x = np.linspace(0, right, 100)
    means = np.mean([np.interp(x, *np.array(curve).T) for curve in curves.values()], axis=0)
    name = f"mean of {len(curves)} clips" if len(curves) > 1 else next(iter(curves))
    mean = Line(list(zip(x.tolist(), means.tolist(), strict=True)), INK, name, THICK)
    clips = [Line(curve, PALE) for curve in curves.values()]
    if 1 < len(curves) <= len(COLORS):
        colored = zip(curves.items(), COLORS, strict=False)
        clips = [Line(curve, color, name, marks=curve[-1:]) for (name, curve), color in colored]
    spans = (0, right), (math.floor(low * 10) / 10, 1)
    write_file(path, draw([Chart("clicks a frame", "right", *spans, [*clips, mean], (560, 480))]))


def draw(charts: Sequence[Chart]) -> bytes:
    """Return a PNG with charts below each other, the legend of each on its right."""
    legend = max(_width(_short(line.name)) for chart in charts for line in chart.lines)
    width = LEFT + max(chart.size[0] for chart in charts) + GAP + SWATCH + 8 + legend + GAP
    height = sum(TOP + chart.size[1] + BOTTOM for chart in charts)
    picture = Pillow.new("RGB", (FINE * math.ceil(width), FINE * height), "white")
    top = 0
    for chart in charts:
        _draw(ImageDraw.Draw(picture), chart, top)
        top += TOP + chart.size[1] + BOTTOM
    stored = io.BytesIO()
    picture.reduce(FINE).save(stored, "PNG")
    return stored.getvalue()


def _draw(pen: ImageDraw.ImageDraw, chart: Chart, top: int) -> None:
    (width, height), (x_low, x_high), (y_low, y_high) = chart.size, chart.x_span, chart.y_span
    right, bottom = LEFT + width, top + TOP + height

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (x - x_low) / (x_high - x_low), (y - y_low) / (y_high - y_low)
        return LEFT + across * width, bottom - up * height

    write = partial(_write, pen)
    for x in ticks(*chart.x_span):
        _line(pen, [place(x, y_low), place(x, y_high)], GRID, 1)
        write((place(x, 0)[0], bottom + 8), f"{x:.6g}", "ma")
    for y in ticks(*chart.y_span):
        _line(pen, [place(x_low, y), place(x_high, y)], GRID, 1)
        write((LEFT - 10, place(0, y)[1]), f"{y:.6g}", "rm")
    _line(pen, [(LEFT, top + TOP), (LEFT, bottom), (right, bottom)], INK, 1)
    write((LEFT, top + TOP - 10), chart.y_name, "ls")
    write((LEFT + width / 2, bottom + 30), chart.x_name, "ma")
    for line in chart.lines:
        _line(pen, [place(*point) for point in line.points], line.color, line.width)
        for point in line.marks:
            _dot(pen, place(*point), line.color, 4)
    named = [line for line in chart.lines if line.name]
    for row, line in enumerate(sorted(named, key=lambda line: -line.width)):
        left, middle = right + GAP, top + TOP + ROW * (row + 0.5)
        _line(pen, [(left, middle), (left + SWATCH, middle)], line.color, line.width)
        write((left + SWATCH + 8, middle), _short(line.name), "lm")


def ticks(low: float, high: float) -> list[float]:
    """Return the round numbers from `low` to `high` that an axis is labelled with, six at most."""
    power = 10 ** math.floor(math.log10((high - low) / 5))
    step = next(each * power for each in (1, 2, 5, 10) if (high - low) / (each * power) <= 5)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _line(pen: ImageDraw.ImageDraw, points: Points, color: str, width: int) -> None:
    fine = [(FINE * x, FINE * y) for x, y in points]
    pen.line(fine, color, FINE * width, joint="curve")


def _dot(pen: ImageDraw.ImageDraw, at: tuple[float, float], color: str, radius: int) -> None:
    x, y = at
    pen.ellipse([FINE * each for each in (x - radius, y - radius, x + radius, y + radius)], color)


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str) -> None:
    pen.text((FINE * at[0], FINE * at[1]), text, INK, ImageFont.load_default(13 * FINE), anchor)


def _width(text: str) -> float:
    return ImageFont.load_default(13 * FINE).getlength(text) / FINE


def _short(name: str) -> str:
    """Leave out the middle of a long name: clips are told apart by both ends."""
    half = SHOWN // 2
    return name if len(name) <= SHOWN else f"{name[:half]}…{name[1 - half :]}"
