"""View: pure numbers between picture and canvas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.view import MAX_SCALE, View, fit, scale_to_see

views = st.builds(View, st.floats(0.1, 32), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))


@given(views, st.floats(0.05, 20), st.floats(0, 2000), st.floats(0, 2000))
def test_the_pixel_under_the_cursor_stays_there_while_zooming(view, factor, x, y):
    zoomed = view.zoomed(factor, x, y)
    assert (x - zoomed.x) / zoomed.scale == pytest.approx((x - view.x) / view.scale, abs=1e-3)
    assert zoomed.scale <= MAX_SCALE


def test_fit_shows_the_whole_image_in_the_middle():
    view = fit((1920, 1080), (992, 600))
    assert view.scale == pytest.approx(0.5)
    assert (view.x, view.y) == (16, 30)


def test_fit_magnifies_small_images_by_whole_steps_only():
    assert fit((100, 100), (372, 372)).scale == 3


def test_a_centred_point_is_in_the_middle():
    view = View(2).centered(10, 20, width=100, height=50)
    assert view.to_image(50, 25) == (10, 20)


def closer(box, area, *, now=1.0, canvas=(1000, 800)):
    return scale_to_see(box, area, canvas, now=now, least=(24, 4), most=8)


def test_a_segment_that_is_large_enough_is_seen_as_it_is():
    assert closer((24, 10), 200) == 1
    assert closer((6, 6), 36, now=5) == 5


def test_a_tiny_or_thin_segment_is_shown_twice_as_large_as_it_needs():
    assert closer((12, 12), 144) == 4
    assert closer((100, 2), 200) == 4


def test_what_is_magnified_stays_in_sight_and_within_limits():
    assert closer((2, 2), 4) == 8
    assert closer((200, 2), 200, canvas=(700, 800)) == 3
    assert closer((900, 2), 900, canvas=(700, 800)) == 1
