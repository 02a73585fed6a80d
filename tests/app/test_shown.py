"""Shown: a person's word over the predictions, and the way through the doubts."""

import numpy as np

from app.shown import ShownFrames
from core.edits import Mark, Paint, SegmentKey
from core.jobs import Drawing, Prediction
from core.matching import Band
from core.segments import segment
from tests.drawings import draw
from tests.frames import matched

KEYS = (SegmentKey(0, 5), SegmentKey(9, 4))


def drawn(digest):
    line = draw("...#..")
    return Drawing(digest, line, segment(line))


def prediction(colors, bands):
    matches = matched(colors)
    nothing = np.zeros((1, 1), np.int32)
    return Prediction(
        revision=1,
        frame_id=7,
        digest="d",
        keys=KEYS,
        matches=matches,
        bands=np.array(bands, np.int8),
        sources=(8,),
        evidence=matches.evidence,
        small_map=nothing,
        small_line=nothing.astype(np.uint8),
    )


def test_a_persons_word_wins_and_is_beyond_doubt():
    shown = ShownFrames()
    shown.put(prediction([3, 4], [Band.DOUBTFUL, Band.DOUBTFUL]))
    colors = shown.colors(7, {KEYS[1]: Paint(9, Mark.CORRECTED)})
    assert colors.colors.tolist() == [3, 9]
    assert colors.marks.tolist() == [0, Mark.CORRECTED]
    assert colors.doubtful.tolist() == [1]


def test_paint_is_shown_before_there_is_a_prediction():
    shown = ShownFrames()
    assert shown.colors(7, {}) is None
    drawing = drawn("d")
    paint = {drawing.segments.keys[0]: Paint(9, Mark.CORRECTED)}
    assert shown.colors(7, paint, drawing).colors.tolist() == [9, 0]


def test_a_prediction_of_a_former_drawing_is_not_shown_on_the_present_one():
    shown = ShownFrames()
    shown.put(prediction([3, 4], [Band.SURE, Band.SURE]))
    assert shown.prediction(7, drawn("d")) is not None
    assert shown.prediction(7, drawn("anew")) is None
    assert shown.colors(7, {}, drawn("anew")).colors.tolist() == [0, 0]
