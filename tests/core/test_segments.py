"""Segments: what the lines of a drawing enclose."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from core.edits import SegmentKey
from core.segments import segment
from tests.drawings import draw


def test_lines_are_zero_and_segments_are_numbered_in_scan_order():
    segments = segment(
        draw("""
            ..#..
            ..#..
            #####
            .....
        """)
    )
    assert segments.label_map.tolist() == [
        [1, 1, 0, 2, 2],
        [1, 1, 0, 2, 2],
        [0, 0, 0, 0, 0],
        [3, 3, 3, 3, 3],
    ]
    assert segments.areas.tolist() == [4, 4, 5]
    assert segments.boxes.tolist() == [[0, 0, 2, 2], [3, 0, 2, 2], [0, 3, 5, 1]]
    assert segments.keys == (SegmentKey(0, 4), SegmentKey(3, 4), SegmentKey(15, 5))


def test_segments_that_touch_only_at_a_corner_are_two():
    assert len(segment(draw(".#\n#."))) == 2


def test_a_blank_page_is_one_segment_and_a_black_one_has_none():
    assert len(segment(draw("....\n...."))) == 1
    black = segment(draw("##\n##"))
    assert len(black) == 0
    assert black.locate([SegmentKey(0, 4)]).tolist() == [0]


def test_a_trace_line_separates_segments_and_knows_both():
    segments = segment(draw("..b..\n..b..\n..b.."))
    assert len(segments) == 2
    assert segments.trace_pixels.tolist() == [2, 7, 12]
    assert {frozenset(pair) for pair in segments.trace_sides.tolist()} == {frozenset({1, 2})}


def test_a_trace_line_knows_whether_it_is_rather_red_or_blue():
    line = draw(".r.b.")
    tints = segment(np.vstack([line, line])).trace_tints
    assert tints.tolist() == [1, -1, 1, -1]
    line[0, 1] = (0, 200, 40, 255)  # green
    line[0, 3] = (0, 200, 255, 255)  # light blue
    assert segment(line).trace_tints.tolist() == [0, -1]


def test_every_pixel_of_a_thick_trace_line_knows_both_sides():
    segments = segment(draw("...rrr...\n" * 5))
    assert {frozenset(pair) for pair in segments.trace_sides.tolist()} == {frozenset({1, 2})}


def test_a_trace_line_sees_nothing_beyond_a_black_line():
    segments = segment(draw("..b#..\n" * 3))
    assert {tuple(pair) for pair in segments.trace_sides.tolist()} == {(1, 0)}


def test_the_antialiased_edge_of_a_trace_line_is_trace_line_too():
    line = draw("..b..")
    line[0, 1] = (170, 170, 255, 255)  # a third of blue ink on white paper
    line[0, 3] = (0, 0, 255, 80)  # the same on transparent paper
    assert segment(line).trace_pixels.tolist() == [1, 2, 3]


def test_grey_and_dark_brown_lines_are_not_trace_lines():
    line = draw(".#.#.")
    line[0, 1] = (128, 128, 128, 255)
    line[0, 3] = (70, 45, 30, 255)
    assert segment(line).trace_pixels.size == 0


def test_a_piece_of_trace_line_shut_in_by_black_lines_belongs_to_the_segment_nearby():
    segments = segment(draw("....\n####\n#bb#\n####"))
    assert segments.trace_sides[:, 0].tolist() == [1, 1]


@pytest.mark.parametrize(("black", "label"), [(2, 1), (4, 1), (8, 1), (16, 1), (17, 0)])
def test_a_piece_shut_in_takes_the_segment_behind_up_to_sixteen_pixels(black, label):
    rows = ["." * 41, *["#" * 41] * (black - 1), "#" * 20 + "b" + "#" * 20, *["#" * 41] * 20]
    segments = segment(draw("\n".join(rows)))
    assert segments.trace_sides.tolist() == [[label, 0]]


def disk(radius, outline):
    """Return a line image with a disk in a trace colour in its middle, with a black outline."""
    line = np.full((2 * radius + 40, 2 * radius + 40, 4), (255, 255, 255, 0), np.uint8)
    y, x = np.indices(line.shape[:2]) - line.shape[0] // 2
    away = np.hypot(x, y)
    line[away < radius + outline] = (0, 0, 0, 255)
    line[away < radius] = (0, 0, 255, 255)
    return line


def test_a_filled_area_shut_in_by_a_black_line_takes_no_colour_through_it():
    segments = segment(disk(radius=20, outline=3))
    assert len(segments) == 1
    assert not segments.trace_sides.any()


def test_a_small_filled_area_takes_no_colour_through_a_thin_line_either():
    assert not segment(disk(radius=5, outline=2)).trace_sides.any()


def test_a_filled_area_without_an_outline_belongs_to_the_segment_around_it():
    assert (segment(disk(radius=20, outline=0)).trace_sides == (1, 0)).all()


@pytest.mark.parametrize("outline", [0, 3])
def test_a_large_filled_area_needs_little_memory(outline):
    line = disk(radius=250, outline=outline)
    tracemalloc.start()
    segment(line)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 120e6


def test_a_segment_of_a_redrawn_frame_is_found_again_unless_it_is_quite_another():
    before = segment(draw("...#...#\n...#...#"))
    after = segment(draw("..##....\n...#...."))
    assert before.keys == (SegmentKey(0, 6), SegmentKey(4, 6))
    assert after.locate(before.keys).tolist() == [1, 2]
    larger = segment(draw("....................\n...................."))
    assert larger.locate(before.keys).tolist() == [0, 0]
    assert before.locate([]).tolist() == []


def test_in_a_drawing_that_was_shifted_every_segment_is_found_and_not_its_neighbour():
    line = draw("..............\n.#########....\n.#...#...#....\n.#...#...#....\n.#########....\n")
    line = np.repeat(np.repeat(line, 9, axis=0), 9, axis=1)
    before = segment(line)
    for shift in (1, 3, 5):
        assert segment(np.roll(line, shift, axis=1)).locate(before.keys).tolist() == [1, 2, 3]


def test_of_two_that_begin_far_away_the_one_that_is_more_alike_in_size_is_found():
    """A wisp of hair was drawn on top: where a segment begins may jump, however far."""
    line = np.full((90, 60, 4), (0, 0, 0, 255), np.uint8)
    line[10:60, 25:30] = line[30:80, 31:38] = (255, 255, 255, 0)
    after = segment(line)
    assert after.areas.tolist() == [250, 350]
    assert after.locate([SegmentKey(50 * 60 + 30, 250)]).tolist() == [1]


def test_a_segment_is_found_by_one_key_only_by_the_one_that_fits_best():
    segments = segment(draw("......"))
    (key,) = segments.keys
    assert segments.locate([SegmentKey(2, 5), key]).tolist() == [0, 1]


line_masks = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda shape: arrays(bool, shape)
)


@given(line_masks)
def test_the_label_map_is_that_of_four_connected_regions(is_line):
    line = np.full((*is_line.shape, 4), (255, 255, 255, 0), np.uint8)
    line[is_line] = (0, 0, 0, 255)
    segments = segment(line)
    expected, count = ndimage.label(~is_line)
    assert len(segments) == count
    assert (segments.label_map == expected).all()  # scipy numbers in scan order, too
    for label in range(1, count + 1):
        ys, xs = np.nonzero(expected == label)
        assert segments.areas[label - 1] == len(ys)
        assert segments.first_pixels[label - 1] == ys[0] * is_line.shape[1] + xs[0]
        assert segments.boxes[label - 1].tolist() == [
            xs.min(),
            ys.min(),
            xs.max() - xs.min() + 1,
            ys.max() - ys.min() + 1,
        ]


@given(line_masks, st.randoms(use_true_random=False))
def test_the_sides_of_trace_lines_are_segments_that_are_really_there(is_line, random):
    line = np.full((*is_line.shape, 4), (255, 255, 255, 0), np.uint8)
    line[is_line] = random.choice([(0, 0, 0, 255), (0, 0, 255, 255)])
    segments = segment(line)
    sides = segments.trace_sides
    assert sides.shape == (len(segments.trace_pixels), 2)
    assert ((sides >= 0) & (sides <= len(segments))).all()
    assert ((sides[:, 0] != sides[:, 1]) | (sides[:, 0] == 0)).all()
