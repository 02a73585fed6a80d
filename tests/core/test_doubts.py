"""Doubts: what a person should look at, and how many frames an answer would settle."""

import numpy as np

from core.doubts import find_doubts
from core.edits import Mark, Paint, SegmentKey
from core.jobs import Prediction
from core.matching import Band
from core.shown import show
from tests.frames import matched


def predicted(frame_id, bands, areas, *, sources=(0,)):
    """A frame whose segments are like those of one sheet, one each."""
    matches = matched(range(1, len(bands) + 1))
    return Prediction(
        revision=1,
        frame_id=frame_id,
        digest="",
        keys=tuple(SegmentKey(100 * n, area) for n, area in enumerate(areas)),
        matches=matches,
        bands=np.array(bands, np.int8),
        sources=sources,
        evidence=matches.evidence,
        small_map=np.zeros((1, 1), np.int32),
        small_line=np.zeros((1, 1), np.uint8),
    )


def with_shown(prediction, paint):
    return prediction, show(prediction, paint)


def test_doubts_are_collected_with_the_number_of_frames_in_which_the_same_is_doubted():
    first = predicted(10, [Band.SURE, Band.DOUBTFUL, Band.NO_MATCH], [5, 6, 7])
    second = predicted(11, [Band.LIKELY, Band.DOUBTFUL, Band.SURE], [5, 6, 7])
    found = find_doubts([with_shown(first, {}), (None, None), with_shown(second, {})])
    assert [(each.position, each.label, each.area, each.frames) for each in found] == [
        (0, 2, 6, 2),
        (0, 3, 7, 1),
        (2, 2, 6, 2),
    ]


def test_the_same_place_among_the_references_of_two_frames_is_not_the_same_reference():
    bands, areas = [Band.DOUBTFUL, Band.SURE], [5, 6]
    frames = [
        with_shown(predicted(10 + number, bands, areas, sources=sources), {})
        for number, sources in enumerate([(7,), (8,), (7, 8)])
    ]
    assert [each.frames for each in find_doubts(frames)] == [2, 1, 2]


def test_what_a_person_settled_is_not_asked_again():
    prediction = predicted(10, [Band.DOUBTFUL, Band.DOUBTFUL], [5, 6])
    paint = {prediction.keys[0]: Paint(3, Mark.ACCEPTED)}
    assert [each.label for each in find_doubts([with_shown(prediction, paint)])] == [2]
