"""View: pure numbers between picture and canvas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.view import MAX_SCALE, View, fit

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
