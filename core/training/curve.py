"""The learning curve of a run as a picture, drawn with Pillow: no plotting library is shipped."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from core.training.progress import Progress

WIDTH, HEIGHT = 900, 620
LEFT, RIGHT, GAP = 70, 220, 40
"""Margins of the two charts, in pixels; names stand in the right one."""

COLORS = ("#333333", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b")
"""Colours that people with colour vision deficiencies tell apart (Okabe and Ito 2008)."""

LINES = 4
"""Grid lines of a chart, besides its lower edge."""

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class _Chart:
    """Lines by name over common axes; `top` and `bottom` are its edges in pixels."""

    title: str
    lines: dict[str, Points]
    top: int
    bottom: int


def draw_curve(history: Sequence[Progress]) -> bytes:
    """Return a PNG: the loss above, accuracies below, over the minutes of the run."""
    training: Points = [(each.seconds / 60, 100 * each.accuracy) for each in history]
    accuracies = {"training": training}
    for each in history:
        for name, value in each.development.items():
            accuracies.setdefault(name, []).append((each.seconds / 60, value))
    loss = {"loss": [(each.seconds / 60, each.loss) for each in history]}
    middle = HEIGHT // 2
    picture = Pillow.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    _draw(pen, _Chart("loss", loss, GAP, middle - GAP // 2))
    _draw(pen, _Chart("accuracy, %", accuracies, middle + GAP, HEIGHT - GAP))
    stored = io.BytesIO()
    picture.save(stored, "PNG")
    return stored.getvalue()


def _draw(pen: ImageDraw.ImageDraw, chart: _Chart) -> None:
    font = ImageFont.load_default(13)
    points = [point for line in chart.lines.values() for point in line]
    last = max(x for x, _ in points) or 1.0
    low, high = min(y for _, y in points), max(y for _, y in points)
    high = high if high > low else low + 1

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = x / last, (y - low) / (high - low)
        right, height = WIDTH - RIGHT, chart.bottom - chart.top
        return LEFT + across * (right - LEFT), chart.bottom - up * height

    pen.text((LEFT, chart.top - 20), chart.title, "black", font)
    for part in (number / LINES for number in range(LINES + 1)):
        x, y = last * part, low + (high - low) * part
        pen.line([place(0, y), place(last, y)], "#dddddd")
        pen.text((LEFT - 8, place(0, y)[1]), f"{y:.4g}", "black", font, anchor="rm")
        pen.text((place(x, low)[0], chart.bottom + 4), f"{x:.3g} min", "black", font, anchor="ma")
    for row, (name, line) in enumerate(chart.lines.items()):
        color = COLORS[row % len(COLORS)]
        placed = [place(*point) for point in line]
        pen.line(placed, color, 2, joint="curve")
        for x, y in (placed[0], placed[-1]):
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), color)
        value = f"{name}  {line[-1][1]:.4g}"
        pen.text((WIDTH - RIGHT + 12, chart.top + 18 * row), value, color, font)
