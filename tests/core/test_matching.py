"""Matching: how probable the colours of the references are, and what speaks for each."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.beliefs import Reference
from core.encoders.scale import Scale
from core.matching import Band, Matches, bands, match, nearest
from core.palette import NO_COLOR
from core.tracks import tell
from tests.frames import frame

EAST, NORTH, NORTHEAST = [1, 0], [0, 1], [1, 1]
SCALE = Scale()


def reference(features, colors, overlap=None, small_map=None):
    return Reference(frame(features, small_map), np.array(colors, np.int32), overlap)


def test_a_segment_gets_the_colour_of_the_most_similar_reference_segment():
    matches = match(frame([[5, 1], [1, 5]]), [reference([EAST, NORTH], [7, 8])], SCALE)
    assert matches.colors.tolist() == [7, 8]
    assert matches.evidence[:, 0].tolist() == [[0, 0], [0, 1]]


def test_other_colours_are_offered_best_first_with_what_speaks_for_each():
    bank = [reference([[9, 1], NORTH], [7, 8]), reference([EAST, NORTHEAST], [7, 9])]
    matches = match(frame([EAST]), bank, SCALE)
    assert matches.candidates.tolist() == [[7, 9, 8, NO_COLOR, NO_COLOR]]
    assert matches.evidence[0].tolist() == [[1, 0], [1, 1], [0, 1], [-1, -1], [-1, -1]]
    chances = matches.chances[0]
    assert chances.sum() + matches.nothing[0] == pytest.approx(1)
    assert chances.tolist() == sorted(chances.tolist(), reverse=True)
    assert chances[3:].tolist() == [0, 0]


def test_more_segments_of_a_colour_speak_louder():
    one, many = (
        reference([[3, 1], [1, 3]], [7, 8]),
        reference([[3, 1]] * 3 + [[1, 3]], [7, 7, 7, 8]),
    )
    few, more = (match(frame([NORTHEAST]), [bank], SCALE) for bank in (one, many))
    assert few.chances[0, 0] == pytest.approx(few.chances[0, 1])
    assert more.colors.tolist() == [7]
    assert more.chances[0, 0] > few.chances[0, 0]


def test_alike_segments_are_no_independent_witnesses():
    """With a sharpness of a half, four segments of a colour count as two."""
    bank = [reference([EAST] * 5, [7, 7, 7, 7, 8])]
    chances = match(frame([EAST]), bank, replace(SCALE, sharpness=0.5)).chances[0]
    assert chances[0] / chances[1] == pytest.approx(2, rel=1e-4)


def test_of_equally_probable_colours_those_that_came_first_are_offered():
    features = [*[NORTHEAST] * 39, EAST]
    matches = match(frame([EAST]), [reference(features, np.arange(1, 41))], SCALE)
    assert matches.candidates.tolist() == [[40, 1, 2, 3, 4]]


def test_what_is_like_nothing_in_the_references_is_said_to_be_in_none():
    matches = match(frame([[0, 0, 1]]), [reference(np.eye(3)[:2], [7, 8])], SCALE)
    assert matches.nothing[0] > 0.8
    assert bands(matches, SCALE).tolist() == [Band.NO_MATCH]


def test_without_references_nothing_is_predicted():
    empty = reference(np.zeros((0, 2)), [], small_map=np.zeros((4, 4)))
    unknown = reference([EAST], [NO_COLOR])
    for references in ([], [empty], [unknown]):
        matches = match(frame([EAST]), references, SCALE)
        assert matches.colors.tolist() == [NO_COLOR]
        assert matches.confidence.tolist() == [0]
        assert bands(matches, SCALE).tolist() == [Band.SURE]


def test_a_frame_without_segments_has_no_answer():
    empty = frame(np.zeros((0, 2)), np.zeros((4, 4)))
    assert match(empty, [reference([EAST], [7])], SCALE).colors.shape == (0,)


def test_overlap_can_decide_between_equals():
    lies_on = np.array([[0, 1]], np.float32)
    matches = match(frame([NORTHEAST]), [reference([EAST, NORTH], [7, 8], lies_on)], SCALE)
    assert matches.colors.tolist() == [8]


LEFT_TO_RIGHT = [[1, 1, 2, 2, 3, 3]] * 4


def test_colours_that_touch_in_the_references_touch_here():
    """Skin (7) beside hair (8), cloth (9) beside shoe (6); the middle could be hair or shoe."""
    features = np.eye(4)
    bank = [
        reference(features[:2], [7, 8], small_map=[[1, 1, 1, 2, 2, 2]] * 4),
        reference(features[2:], [9, 6], small_map=[[1, 1, 1, 2, 2, 2]] * 4),
    ]
    between = features[1] + features[3]
    beside_skin = frame([features[0], between, features[0]], LEFT_TO_RIGHT)
    beside_cloth = frame([features[2], between, features[2]], LEFT_TO_RIGHT)
    assert match(beside_skin, bank, SCALE).colors[1] == 8
    assert match(beside_cloth, bank, SCALE).colors[1] == 6


@pytest.mark.parametrize(("first", "rest"), [(0, [1, 2, 3, 4]), (5, [6, 7, 8, 9])])
def test_what_a_segment_is_decides_along_a_chain_of_neighbours(first, rest):
    """Two rows of five colours; all segments but the first could be of either row."""
    features = np.eye(10)
    row = [[1, 1, 2, 2, 3, 3, 4, 4, 5, 5]] * 4
    bank = [
        reference(features[:5], [10, 11, 12, 13, 14], small_map=row),
        reference(features[5:], [15, 16, 17, 18, 19], small_map=row),
    ]
    either = features[1:5] + features[6:]
    matches = match(frame([features[first], *either], row), bank, SCALE)
    assert matches.colors.tolist() == [10 + each for each in (first, *rest)]


def test_references_in_which_nothing_touches_say_nothing_of_neighbours():
    bank = [reference([EAST], [7]), reference([NORTH], [8])]
    target = frame([[3, 1], [1, 3], [1, 1]], LEFT_TO_RIGHT)
    deaf = match(target, bank, replace(SCALE, adjacency=0))
    matches = match(target, bank, SCALE)
    np.testing.assert_allclose(matches.chances, deaf.chances, atol=1e-6)
    np.testing.assert_allclose(matches.nothing, deaf.nothing, atol=1e-6)


def test_a_settled_segment_is_certain_and_speaks_for_those_like_it():
    features = np.array([[0, 0, 1], [0, 0.1, 1], [1, 0, 0]])
    bank = [reference(np.eye(3)[:2], [7, 8])]
    settled = np.array([9, NO_COLOR, NO_COLOR], np.int32)
    matches = match(frame(features), bank, SCALE, settled)
    assert matches.colors.tolist() == [9, 9, 7]
    assert matches.chances[0, 0] == pytest.approx(1)
    assert matches.evidence[1, 0].tolist() == [1, 0]  # after the last reference: the frame itself


def test_a_settled_segment_says_less_than_one_of_a_reference_that_is_as_much_alike():
    settled = np.array([7, NO_COLOR], np.int32)
    matches = match(frame([EAST, EAST]), [reference([EAST], [9])], SCALE, settled)
    assert matches.colors.tolist() == [7, 9]
    chances = matches.chances[1]
    odds = np.exp(SCALE.sharpness * SCALE.own / SCALE.temperature)
    assert chances[0] / chances[1] == pytest.approx(odds, rel=1e-4)


def test_a_track_speaks_against_nothing_as_well_as_for_its_colour():
    before = match(frame([[0, 0, 1]] * 2), [reference(np.eye(3)[:2], [7, 8])], SCALE)
    assert before.nothing.min() > 0.8
    row, color, place = (np.array(each, np.int32) for each in ([0], [8], [[1, 5]]))
    told = tell(before, row, color, place, SCALE)
    assert told.colors[0] == 8
    assert told.evidence[0, 0].tolist() == [1, 5]
    np.testing.assert_allclose(told.chances.sum(axis=1) + told.nothing, 1, rtol=1e-5)
    assert bands(told, SCALE).tolist() == [Band.LIKELY, Band.NO_MATCH]


def test_bands_follow_confidence():
    scale = replace(SCALE, likely=0.5, sure=0.9)
    colors = np.array([7, 7, 7, 7], np.int32)
    chances = np.array([[0.95], [0.7], [0.3], [0.3]], np.float32)
    matches = Matches(
        colors=colors,
        confidence=chances[:, 0].copy(),
        nothing=np.array([0, 0, 0, 0.4], np.float32),
        candidates=colors[:, None].copy(),
        chances=chances,
        evidence=np.zeros((4, 1, 2), np.int32),
    )
    assert bands(matches, scale).tolist() == [
        Band.SURE,
        Band.LIKELY,
        Band.DOUBTFUL,
        Band.NO_MATCH,
    ]


def test_nothing_must_be_more_probable_than_the_colour_shown_to_be_no_match():
    matches = Matches(
        colors=np.array([7], np.int32),
        confidence=np.array([0.4], np.float32),
        nothing=np.array([0.4], np.float32),
        candidates=np.array([[7]], np.int32),
        chances=np.array([[0.4]], np.float32),
        evidence=np.zeros((1, 1, 2), np.int32),
    )
    assert bands(matches, SCALE).tolist() == [Band.DOUBTFUL]
    less = replace(matches, chances=np.array([[0.39]], np.float32))
    assert bands(less, SCALE).tolist() == [Band.NO_MATCH]


def test_the_published_rule_takes_the_nearest_segment():
    features = np.eye(2, dtype=np.float32)
    colors = np.array([7, 8], np.uint32)
    assert nearest(features[::-1], features, colors).tolist() == [8, 7]


def random_case(targets, bank, parts, seed):
    random = np.random.default_rng(seed)
    rows, colors = random.normal(size=(bank, 6)), random.integers(1, 9, bank)
    pieces = [
        reference(f, c)
        for f, c in zip(np.array_split(rows, parts), np.array_split(colors, parts), strict=True)
        if len(f)
    ]
    return frame(random.normal(size=(targets, 6))), pieces


cases = (st.integers(1, 30), st.integers(1, 30), st.integers(1, 5), st.integers(0, 2**32 - 1))


@given(*cases)
def test_the_order_of_the_references_does_not_matter(targets, bank, parts, seed):
    target, pieces = random_case(targets, bank, parts, seed)
    one, other = (match(target, each, SCALE) for each in (pieces, pieces[::-1]))
    np.testing.assert_allclose(one.chances, other.chances, atol=1e-4)
    clear = one.chances[:, 0] - one.chances[:, 1] > 1e-3
    assert one.colors[clear].tolist() == other.colors[clear].tolist()


@given(*cases)
def test_what_a_person_settled_is_never_overridden(targets, bank, parts, seed):
    target, pieces = random_case(targets, bank, parts, seed)
    settled = np.random.default_rng(seed).integers(0, 12, targets).astype(np.int32)
    matches = match(target, pieces, SCALE, settled)
    is_settled = settled != NO_COLOR
    assert matches.colors[is_settled].tolist() == settled[is_settled].tolist()
    assert (matches.chances[is_settled, 0] > 0.99).all()


@given(*cases)
def test_a_reference_with_the_very_segment_never_lowers_its_colour(targets, bank, parts, seed):
    target, pieces = random_case(targets, bank, parts, seed)
    scale = replace(SCALE, adjacency=0)  # with it, other segments count as well
    before = match(target, pieces, scale)
    twin = Reference(frame(target.features[:1]), before.colors[:1])
    after = match(target, [*pieces, twin], scale)
    assert after.colors[0] == before.colors[0]
    assert after.chances[0, 0] >= before.chances[0, 0] - 1e-6


def test_five_thousand_segments_of_one_colour():
    random = np.random.default_rng(0)
    features = random.normal(size=(5000, 8))
    label_map = np.arange(1, 5001).reshape(50, 100).repeat(2, axis=1)
    many = frame(features, label_map)
    matches = match(many, [Reference(many, np.full(5000, 7, np.int32))], SCALE)
    assert set(matches.colors.tolist()) == {7}
    assert (matches.confidence > 0.9).all()
