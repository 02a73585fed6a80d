"""Plots: diagrams that can be read, whatever there is to draw."""

import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from core.plots import COLORS, LEFT, plot_curves, plot_reliability, ticks
from core.training.curve import draw_curve
from core.training.progress import Progress

RISING = [(0, 0.8), (2, 1.0)]


def drawn(path, color=COLORS[0]):
    """Return columns and rows of the pixels of a line, without its sample in the legend."""
    plot = np.array(Image.open(path))[:, : LEFT + 480]
    rows, columns = np.nonzero((plot == ImageColor.getrgb(color)).all(axis=-1))
    return columns, rows


def is_inside(picture):
    """Whether nothing touches the edge: what would is cut off."""
    pixels = np.array(picture)
    edges = (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:])
    return all((edge == 255).all() for edge in edges)


def test_perfect_confidence_is_drawn_on_the_diagonal(tmp_path):
    random = np.random.default_rng(0)
    confidence = random.random(20_000).astype(np.float32)
    plot_reliability(tmp_path / "r.png", confidence, random.random(20_000) < confidence)
    columns, rows = drawn(tmp_path / "r.png")
    side = columns.max() - columns.min()
    assert side > 400
    assert np.abs((columns - columns.min()) - (rows.max() - rows)).max() < 0.06 * side


def test_a_curve_rises_to_the_right_end(tmp_path):
    plot_curves(tmp_path / "c.png", {"a": RISING, "b": [(0, 0.9), (1, 1.0)]})
    for color in COLORS[:2]:
        columns, rows = drawn(tmp_path / "c.png", color)
        assert rows[columns.argmin()] > rows[columns.argmax()]


def test_a_few_clips_are_named_and_of_many_only_the_mean(tmp_path):
    def picture(names):
        plot_curves(tmp_path / "c.png", dict.fromkeys(names, RISING))
        return (tmp_path / "c.png").read_bytes()

    assert picture("A") != picture("B")
    assert picture("AC") != picture("BC")
    assert picture("ABCDEFGH") == picture("IJKLMNOP")


@pytest.mark.parametrize("curve", [[(0, 1.0)], [(0, 0.0)]])
def test_a_clip_without_clicks_can_be_drawn(tmp_path, curve):
    plot_curves(tmp_path / "c.png", {"a": curve})
    assert (tmp_path / "c.png").exists()


def test_no_name_is_cut_off_however_long_and_many_they_are(tmp_path):
    plot_curves(tmp_path / "c.png", {f"{n} {'WM' * 40} {n}": RISING for n in range(7)})
    assert is_inside(Image.open(tmp_path / "c.png"))
    development = {f"{'WM' * 40} {n}": 90.0 for n in range(30)}
    curve = draw_curve([Progress(1, 0.5, 60.0, 2.5, 0.75, development)])
    assert is_inside(Image.open(io.BytesIO(curve)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.7, 1, [0.7, 0.8, 0.9, 1]),
        (0, 2.25, [0, 0.5, 1, 1.5, 2]),
        (0.252, 3.1, [1, 2, 3]),
        (40, 99, [40, 60, 80]),
        (0, 7300, [0, 2000, 4000, 6000]),
    ],
)
def test_an_axis_has_round_numbers(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)
