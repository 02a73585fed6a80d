"""Tools: what a click means, as pure functions."""

import numpy as np

from app.tools import accept, bucket, hit
from core.edits import Mark, Paint, SegmentKey, Stroke
from core.palette import NO_COLOR
from core.segments import segment
from core.shown import FrameColors
from tests.drawings import draw

SEGMENTS = segment(draw("...#....\n...#...."))
LEFT = SegmentKey(0, 6)


def test_a_click_hits_the_segment_under_it_or_beside_its_line():
    assert hit(SEGMENTS, 1, 0) == 1
    assert hit(SEGMENTS, 6, 1) == 2
    assert hit(SEGMENTS, 3, 0) in (1, 2)


def test_a_click_beside_the_picture_hits_nothing():
    for x, y in ((-1, 0), (8, 0), (0, 2), (0, -5)):
        assert hit(SEGMENTS, x, y) == 0


def test_a_click_deep_in_a_black_area_hits_nothing():
    assert hit(segment(draw("#########\n" * 9)), 4, 4) == 0


def test_the_bucket_gives_its_colour_by_hand():
    edit = bucket(SEGMENTS, {}, 7, 1, 3)
    assert edit.strokes == (Stroke(7, LEFT, Paint(3, Mark.CORRECTED)),)


def test_the_bucket_does_nothing_twice():
    assert bucket(SEGMENTS, {LEFT: Paint(3, Mark.CORRECTED)}, 7, 1, 3) is None


def test_a_click_on_an_accepted_segment_makes_it_the_animators_own():
    edit = bucket(SEGMENTS, {LEFT: Paint(3, Mark.ACCEPTED)}, 7, 1, 3)
    assert edit.strokes[0].paint.mark == Mark.CORRECTED


def test_erasing_is_an_edit_with_no_colour():
    edit = bucket(SEGMENTS, {}, 7, 1, NO_COLOR)
    assert (edit.text, edit.strokes[0].paint.color_id) == ("Erase segment", NO_COLOR)


def test_accepting_leaves_out_what_is_settled_and_what_has_no_colour():
    marks = np.array([0, Mark.CORRECTED, 0], np.int8)
    keys = [SegmentKey(n, n) for n in range(3)]
    shown = FrameColors(
        keys,
        colors=np.array([3, 4, NO_COLOR], np.int32),
        marks=marks,
        bands=np.zeros(3, np.int8),
        confidence=np.ones(3, np.float32),
    )
    edit = accept(shown, 7, [1, 2, 3], "Accept frame")
    assert edit.strokes == (Stroke(7, keys[0], Paint(3, Mark.ACCEPTED)),)
    assert accept(shown, 7, [2, 3], "Accept frame") is None
