"""The learning curve of a run as a picture."""

from collections.abc import Sequence

from core.plots import COLORS, INK, ROW, Chart, Line, Points, draw
from core.training.progress import Progress

WIDTH, HEIGHT = 600, 210
"""Of each of the two charts, in pixels; one with many lines is as high as its legend."""


def draw_curve(history: Sequence[Progress]) -> bytes:
    """Return a PNG: the loss above, accuracies below, over the minutes of the run."""
    accuracies = {"training": [(each.seconds / 60, 100 * each.accuracy) for each in history]}
    for each in history:
        for name, value in each.development.items():
            accuracies.setdefault(name, []).append((each.seconds / 60, value))
    loss = {"loss": [(each.seconds / 60, each.loss) for each in history]}
    return draw([_chart("loss", loss), _chart("accuracy, %", accuracies)])


def _chart(title: str, found: dict[str, list[tuple[float, float]]]) -> Chart:
    """Return a chart as wide and as high as its lines; the last values stand behind their names."""
    points: Points = [point for each in found.values() for point in each]
    low, high = min(y for _, y in points), max(y for _, y in points)
    colors = [INK, *(COLORS[number % len(COLORS)] for number in range(len(found)))]
    lines = [
        Line(line, color, f"{name}  {line[-1][1]:.4g}", marks=(line[0], line[-1]))
        for (name, line), color in zip(found.items(), colors, strict=False)
    ]
    spans = (0, max(x for x, _ in points) or 1), (low, high if high > low else low + 1)
    return Chart("minutes", title, *spans, lines, (WIDTH, max(HEIGHT, ROW * len(lines))))
