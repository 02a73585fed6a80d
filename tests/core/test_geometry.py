"""The training-free encoder: position and shape relative to the figure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.encoders.geometry import GeometryEncoder, describe
from core.segments import segment
from tests.drawings import draw

FIGURE = """
    ................
    ...########.....
    ...#..#...#.....
    ...#..#...#.....
    ...####...#.....
    ...#......#.....
    ...########.....
    ................
"""


def encode(line):
    return GeometryEncoder().encode(line, segment(line))


def test_features_are_unit_vectors_of_the_promised_width():
    features = encode(draw(FIGURE))
    assert features.dtype == np.float32
    assert features.shape == (3, GeometryEncoder.width)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)


def test_a_figure_elsewhere_on_the_page_has_the_same_features():
    line = draw(FIGURE)
    moved = np.roll(line, 4, axis=1)
    np.testing.assert_allclose(describe(segment(line))[1:], describe(segment(moved))[1:], rtol=1e-9)


def test_moments_are_those_of_the_pixels():
    line = draw(FIGURE)
    segments = segment(line)
    described = describe(segments)
    for label in range(1, len(segments) + 1):
        ys, xs = np.nonzero(segments.label_map == label)
        half = 3.0  # the figure's segments span 6 columns
        assert described[label - 1, 3] == pytest.approx(xs.std() / max(half, 4), rel=1e-9)
        assert described[label - 1, 4] == pytest.approx(ys.std() / max(half, 4), rel=1e-9)


@given(st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(lambda shape: arrays(bool, shape)))
def test_any_drawing_has_finite_features(is_line):
    line = np.full((*is_line.shape, 4), (255, 255, 255, 0), np.uint8)
    line[is_line] = (0, 0, 0, 255)
    features = encode(line)
    assert features.shape == (len(segment(line)), GeometryEncoder.width)
    assert np.isfinite(features).all()
