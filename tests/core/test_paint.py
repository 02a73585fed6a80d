"""Paint: output pixels are line, palette colour or nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.paint import paint, repaint
from core.palette import NO_COLOR, Palette
from core.segments import segment
from tests.drawings import draw

SKIN, SHADE, CLEAR = (250, 210, 180, 255), (200, 150, 130, 255), (0, 0, 0, 0)
PALETTE = Palette().with_colors([SKIN, SHADE, CLEAR])
BLUE, BLACK = (0, 0, 255, 255), (0, 0, 0, 255)


def painted(art, colors, **options):
    line = draw(art)
    picture = paint(line, segment(line), np.array(colors, np.int32), PALETTE, **options)
    return picture.view(np.uint8).reshape(*picture.shape, 4)


def pixel(picture, y, x):
    return tuple(picture[y, x].tolist())


def test_segments_get_their_colour_and_lines_stay():
    picture = painted("..#..", [1, 2])
    assert [pixel(picture, 0, x) for x in range(5)] == [SKIN, SKIN, BLACK, SHADE, SHADE]


def test_a_segment_without_colour_is_transparent():
    assert pixel(painted("..#..", [NO_COLOR, 2]), 0, 0) == CLEAR


@pytest.mark.parametrize("colors", [[1, 2], [2, 1]])
def test_a_trace_line_gets_the_darker_neighbours_colour(colors):
    assert pixel(painted("..b..", colors), 0, 2) == SHADE


def test_a_trace_line_beside_the_background_gets_the_painted_side():
    assert pixel(painted("..b..", [3, 1]), 0, 2) == SKIN
    assert pixel(painted("..b..", [NO_COLOR, 1]), 0, 2) == SKIN
    assert pixel(painted("..b..", [NO_COLOR, 3]), 0, 2) == CLEAR  # said to be transparent


@pytest.mark.parametrize("colors", [[NO_COLOR, 1], [1, NO_COLOR]])
def test_by_majority_too_a_side_without_a_colour_has_nothing_to_say(colors):
    assert pixel(painted("..b..", colors, trace="majority"), 0, 2) == SKIN


def test_a_trace_line_between_unpainted_segments_stays_a_line():
    assert pixel(painted("..b..", [NO_COLOR, NO_COLOR]), 0, 2) == BLUE


def test_by_majority_a_trace_line_gets_the_side_with_more_pixels_around_it():
    art = """
        .....
        ..b..
        .b#b.
    """
    line = draw(art)
    first = segment(line).trace_sides[0, 0]
    assert first == 1
    assert pixel(painted(art, [1] + [2] * (len(segment(line)) - 1), trace="majority"), 1, 2) == SKIN


def test_half_transparent_line_pixels_are_not_touched():
    line = draw("..#..")
    line[0, 2] = (30, 20, 10, 99)
    picture = paint(line, segment(line), np.array([1, 2], np.int32), PALETTE)
    assert tuple(picture.view(np.uint8).reshape(1, 5, 4)[0, 2].tolist()) == (30, 20, 10, 99)


inks = st.sampled_from([0, 0, 0, 1, 2])


@given(
    st.tuples(st.integers(1, 16), st.integers(1, 16)).flatmap(
        lambda shape: arrays(np.uint8, shape, elements=inks)
    ),
    st.data(),
)
def test_every_pixel_is_line_palette_colour_or_nothing_and_repainting_equals_painting(mask, data):
    line = np.array([(255, 255, 255, 0), BLACK, BLUE], np.uint8)[mask]
    segments = segment(line)
    ids = st.integers(0, 3)
    colors = data.draw(arrays(np.int32, len(segments), elements=ids))
    picture = paint(line, segments, colors, PALETTE)
    pixels = picture.view(np.uint8).reshape(*mask.shape, 4)
    assert (pixels[mask == 1] == BLACK).all()
    allowed = {SKIN, SHADE, CLEAR}
    assert {tuple(p) for p in pixels[mask == 0].tolist()} <= allowed
    assert {tuple(p) for p in pixels[mask == 2].tolist()} <= allowed | {BLUE}

    other = data.draw(arrays(np.int32, len(segments), elements=ids))
    changed = np.flatnonzero(other != colors) + 1
    repaint(picture, line, segments, other, PALETTE, labels=changed)
    assert (picture == paint(line, segments, other, PALETTE)).all()
