"""Matching: the colour of the most similar reference segment, and how sure that is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encoders import Scale
from core.matching import Band, Reference, bands, match, overlap
from core.palette import NO_COLOR


def unit(*rows):
    array = np.array(rows, np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


def reference(features, colors, bonus=None):
    return Reference(features, np.array(colors, np.int32), bonus)


EAST, NORTH, NORTHEAST = [1, 0], [0, 1], [1, 1]


def test_a_segment_gets_the_colour_of_the_most_similar_reference_segment():
    matches = match(unit([5, 1], [1, 5]), [reference(unit(EAST, NORTH), [7, 8])])
    assert matches.colors.tolist() == [7, 8]
    assert matches.evidence[:, 0].tolist() == [[0, 0], [0, 1]]


def test_confidence_is_the_margin_to_another_colour_and_not_to_another_segment():
    alike = [reference(unit(EAST, EAST, NORTH), [7, 7, 8])]
    matches = match(unit(EAST), alike)
    assert matches.confidence[0] == pytest.approx(1.0)
    matches = match(unit(NORTHEAST), [reference(unit(EAST, NORTH), [7, 8])])
    assert matches.confidence[0] == pytest.approx(0.0, abs=1e-6)


def test_any_number_of_references_can_speak_and_the_source_says_which_did():
    matches = match(unit(NORTH), [reference(unit(EAST), [7]), reference(unit(EAST, NORTH), [8, 9])])
    assert (matches.colors.tolist(), matches.evidence[:, 0].tolist()) == ([9], [[1, 1]])


def test_other_colours_are_offered_best_first_with_what_speaks_for_each():
    bank = [reference(unit([9, 1], NORTH), [7, 8]), reference(unit(EAST, NORTHEAST), [7, 9])]
    matches = match(unit(EAST), bank)
    assert matches.candidates.tolist() == [[7, 9, 8, NO_COLOR, NO_COLOR]]
    assert matches.evidence[0, :3].tolist() == [[1, 0], [1, 1], [0, 1]]
    chances = matches.chances[0]
    assert chances.sum() == pytest.approx(1)
    assert chances.tolist() == sorted(chances.tolist(), reverse=True)
    assert chances[3:].tolist() == [0, 0]


def test_of_equal_similarities_the_first_reference_decides():
    matches = match(unit(EAST), [reference(unit(EAST), [7]), reference(unit(EAST), [8])])
    assert matches.colors.tolist() == [7]


def test_without_references_nothing_is_predicted():
    empty = reference(np.zeros((0, 2), np.float32), [])
    for references in ([], [empty]):
        matches = match(unit(EAST), references)
        assert matches.colors.tolist() == [NO_COLOR]
        assert matches.confidence.tolist() == [0]


def test_a_sheet_that_could_not_be_read_does_not_shift_the_sources_of_the_others():
    empty = reference(np.zeros((0, 2), np.float32), [])
    matches = match(unit(EAST), [empty, reference(unit(EAST), [7])])
    assert matches.evidence[:, 0].tolist() == [[1, 0]]


def test_a_bonus_can_decide_between_equals():
    bonus = np.array([[0, 0.1]], np.float32)
    matches = match(unit(NORTHEAST), [reference(unit(EAST, NORTH), [7, 8], bonus)])
    assert matches.colors.tolist() == [8]


def test_one_colour_in_the_bank_is_no_doubt_when_it_is_alike():
    assert match(unit(EAST), [reference(unit(EAST), [7])]).confidence.tolist() == [1]


def test_bands_follow_the_encoders_own_scale():
    scale = Scale(no_match=0.5, doubtful=0.1, likely=0.3, overlap=0)
    bank = [reference(unit([1, 0, 0], [0, 1, 0]), [7, 8])]
    targets = unit([1, 0, 0], [1, 0.75, 0], [1, 0.95, 0], [0.1, 0.1, 1])
    expected = [Band.SURE, Band.LIKELY, Band.DOUBTFUL, Band.NO_MATCH]
    assert bands(match(targets, bank), scale).tolist() == expected


def test_overlap_is_intersection_over_union():
    first, second = np.array([[1, 1, 1, 0, 2]], np.int32), np.array([[1, 1, 2, 2, 2]], np.int32)
    iou = overlap(first, second, counts=(2, 2))
    np.testing.assert_allclose(iou, [[2 / 3, 1 / 5], [0, 1 / 3]], rtol=1e-6)
    assert overlap(first, second[:, :4], counts=(2, 2)) is None


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_answer_is_the_argmax_whatever_the_order_of_the_references(targets, bank, parts, seed):
    random = np.random.default_rng(seed)
    features = unit(*random.normal(size=(targets, 6)))
    rows, colors = unit(*random.normal(size=(bank, 6))), random.integers(1, 4, bank)
    pieces = [
        reference(f, c)
        for f, c in zip(np.array_split(rows, parts), np.array_split(colors, parts), strict=True)
    ]
    expected = colors[(features @ rows.T).argmax(axis=1)]
    assert match(features, pieces).colors.tolist() == expected.tolist()
    assert match(features, pieces[::-1]).colors.tolist() == expected.tolist()
    assert (match(features, pieces).confidence >= 0).all()
