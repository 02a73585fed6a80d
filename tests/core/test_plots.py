"""Plots: diagrams that can be read, whatever there is to draw."""

import numpy as np
import pytest
from PIL import Image

from core.plots import BLUE, plot_curves, plot_reliability


def blue(path):
    """Return where the main line was drawn: columns and rows of its pixels."""
    image = np.array(Image.open(path))
    rows, columns = np.nonzero((image == BLUE).all(axis=-1))
    return columns, rows


def test_perfect_confidence_is_drawn_on_the_diagonal(tmp_path):
    random = np.random.default_rng(0)
    confidence = random.random(20_000).astype(np.float32)
    plot_reliability(tmp_path / "r.png", confidence, random.random(20_000) < confidence)
    columns, rows = blue(tmp_path / "r.png")
    side = columns.max() - columns.min()
    assert side > 400
    assert np.abs((columns - columns.min()) - (rows.max() - rows)).max() < 0.06 * side


def test_a_curve_rises_to_the_right_end(tmp_path):
    plot_curves(tmp_path / "c.png", [[(0, 0.8), (2, 1.0)], [(0, 0.9), (1, 1.0)]])
    columns, rows = blue(tmp_path / "c.png")
    assert rows[columns.argmin()] > rows[columns.argmax()]


@pytest.mark.parametrize("curve", [[(0, 1.0)], [(0, 0.0)]])
def test_a_clip_without_clicks_can_be_drawn(tmp_path, curve):
    plot_curves(tmp_path / "c.png", [curve])
    assert (tmp_path / "c.png").exists()
