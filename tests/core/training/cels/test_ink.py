from dataclasses import replace

import numpy as np
import pytest

from core.segments import segment
from core.training.cels.cel import Cel, Edge, View
from core.training.cels.ink import draw, make_style

PALETTE = {"red": (200, 30, 30), "blue": (30, 30, 200)}
VIEW = View(width=100, height=80, scale=10.0, centre=(0.0, 0.0))
PLAIN = replace(
    make_style(np.random.default_rng(0), has_shadow=False),
    width=1, fine=1, taper=0.0, contour=0, wobble=0.0, double=0.0, omitted=0.0, line=(0, 0, 0),
)  # fmt: skip


def square(x, y, half):
    return np.array(
        [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    )


def two_squares(second="blue", **options):
    """Return a cel with a red square, and another that covers its right half."""
    cel = Cel(VIEW)
    cel.add(0.0, square(0, 0, 2.5), "red", name="back")
    cel.add(1.0, square(2.5, 0, 2.5), second, **options)
    return cel


def drawn(cel, style=PLAIN, noise=1.0):
    painting = cel.paint(style.light)
    return draw(painting, PALETTE, style, np.random.default_rng(1), noise=noise)


def test_a_line_separates_two_parts_and_each_has_its_colour():
    drawing = drawn(two_squares())
    assert drawing.colors.tolist() == [[0, 0, 0, 0], [200, 30, 30, 255], [30, 30, 200, 255]]
    np.testing.assert_array_equal(drawing.label_map, segment(drawing.line).label_map)
    assert set(map(tuple, drawing.line[drawing.line[..., 3] > 0])) == {(0, 0, 0, 255)}


@pytest.mark.parametrize(("second", "segments"), [("red", 2), ("blue", 3)])
def test_only_a_line_between_equal_colours_is_left_out(second, segments):
    careless = replace(PLAIN, omitted=1.0)
    assert len(drawn(two_squares(second), careless).colors) == segments
    assert len(drawn(two_squares(second), careless, noise=0.0).colors) == 3


def test_a_black_fill_is_line_and_no_segment():
    drawing = drawn(two_squares(is_ink=True))
    assert drawing.colors.tolist() == [[0, 0, 0, 0], [200, 30, 30, 255]]
    assert (drawing.color[40, 70] == (0, 0, 0, 255)).all()


@pytest.mark.parametrize("has_shadow", [False, True])
def test_a_patch_has_a_trace_line_where_the_drawing_has_trace_lines(has_shadow):
    style = replace(PLAIN, light=(0.5, 0.5) if has_shadow else None)
    drawing = drawn(two_squares(edge=Edge.TRACE, within="back"), style)
    segments = segment(drawing.line)
    assert len(drawing.colors) == 3
    assert bool(len(segments.trace_pixels)) is has_shadow


def test_a_shadow_is_a_segment_of_its_own_behind_a_trace_line():
    cel = Cel(VIEW)
    cel.add(0.0, square(0, 0, 2.5), "red", shade=1.0)
    style = replace(PLAIN, light=(-0.7, 0.7), has_deep=False)
    drawing = drawn(cel, style)
    dark = [round(200 * style.shadow[0]), 30 * style.shadow[1], 30 * style.shadow[2]]
    assert len(drawing.colors) == 3
    np.testing.assert_allclose(drawing.colors[2][:3], dark, atol=1)
    inks = set(map(tuple, drawing.line[drawing.line[..., 3] > 0]))
    assert inks == {(0, 0, 0, 255), (*style.traces[0], 255)}


@pytest.mark.parametrize("seed", range(6))
def test_no_quality_of_line_opens_a_segment(seed):
    rough = replace(
        PLAIN, width=1 + seed % 4, taper=0.8, wobble=0.004, double=0.2, contour=seed % 3
    )
    cel = two_squares()
    drawing = draw(cel.paint(None), PALETTE, rough, np.random.default_rng(seed), noise=1.0)
    colors = {tuple(color) for color in drawing.colors.tolist()}
    assert colors == {(0, 0, 0, 0), (200, 30, 30, 255), (30, 30, 200, 255)}
    assert drawing.label_map[40, 45] != drawing.label_map[40, 75]


def test_a_stroke_shows_on_its_part_only():
    cel = two_squares()
    cel.stroke(np.array([(-4.0, 0.0), (4.0, 0.0)]), within="back")
    drawing = drawn(cel)
    is_line = drawing.line[40, :, 3] > 0
    assert is_line[27:49].all()
    assert not is_line[10:24].any()
    assert not is_line[52:74].any()


def test_an_unknown_shape_hides_what_should_lie_within_it():
    assert len(drawn(two_squares(within="nothing")).colors) == 2
