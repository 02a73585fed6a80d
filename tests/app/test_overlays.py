"""Overlays: doubt as hatch and outline over the visible part of the label map."""

import numpy as np
import pytest

from app.overlays import (
    ORANGE,
    SHADE,
    SKY_BLUE,
    VEIL,
    VERMILLION,
    WHITE,
    doubt_overlay,
    flash_overlay,
    visible_labels,
)
from app.thumbnails import veil
from app.view import View
from core.matching import Band

LABELS = np.repeat(np.array([[1, 2]], np.int32), [60, 60], axis=1).repeat(80, axis=0)


def overlay(*bands, **options):
    return doubt_overlay(LABELS, np.array(bands, np.int8), **options)


def test_what_is_sure_is_left_alone():
    assert not overlay(Band.SURE, Band.SURE).any()


@pytest.mark.parametrize(
    ("band", "color"),
    [(Band.LIKELY, SKY_BLUE), (Band.DOUBTFUL, ORANGE), (Band.NO_MATCH, VERMILLION)],
)
def test_each_band_has_its_own_colour_and_leaves_most_of_the_paint_in_sight(band, color):
    pixels = overlay(band, Band.SURE)
    assert set(np.unique(pixels)) == {0, SHADE, color}
    assert not pixels[:, 60:].any()
    assert (pixels[:, :60] == 0).mean() > 0.6


def test_bands_differ_by_pattern_and_not_by_colour_alone():
    inside = np.s_[8:-8, 8:52]
    patterns = {
        tuple((overlay(band, Band.SURE)[inside] > 0).ravel().tolist())
        for band in (Band.LIKELY, Band.DOUBTFUL, Band.NO_MATCH)
    }
    assert len(patterns) == 3


def test_the_selected_segment_is_outlined_in_white_from_outside():
    pixels = overlay(Band.SURE, Band.SURE, selected=2)
    assert (pixels[:, 56:59] == WHITE).all()
    assert not pixels[:, 60:].any()


@pytest.mark.parametrize("band", Band)
def test_nothing_hides_the_colour_of_the_segment_in_question(band):
    pixels = overlay(band, band, selected=1)
    assert not pixels[:, :60].any()
    labels = np.zeros((40, 40), np.int32)
    labels[20:22, 16:24] = 1
    pixels = doubt_overlay(labels, np.array([band], np.int8), selected=1)
    assert not pixels[labels == 1].any()
    assert (pixels[16:26, 12:28] == WHITE).any()


def test_hatch_grows_with_the_resolution_of_the_screen():
    fine, coarse = overlay(Band.DOUBTFUL, Band.SURE), overlay(Band.DOUBTFUL, Band.SURE, ratio=2)
    assert (fine[40] != 0).sum() == pytest.approx((coarse[40] != 0).sum(), abs=8)
    assert np.diff((coarse[40, :60] != 0).astype(int)).clip(0).sum() < 4


def test_labels_are_sampled_by_the_nearest_pixel_and_are_zero_outside():
    label_map = np.array([[1, 2], [3, 4]], np.int32)
    seen = visible_labels(label_map, View(2, 1, 0), 6, 4)
    assert seen.tolist() == [
        [0, 1, 1, 2, 2, 0],
        [0, 1, 1, 2, 2, 0],
        [0, 3, 3, 4, 4, 0],
        [0, 3, 3, 4, 4, 0],
    ]


def test_what_flashes_is_veiled_and_outlined_and_the_rest_is_clear():
    pixels = flash_overlay(LABELS, np.array([False, True, False]), ratio=1)
    assert not pixels[:, 60:].any()
    assert (pixels[:, :58] == VEIL).all()
    assert (pixels[:, 58:60] == WHITE).all()


def test_a_veil_spares_what_is_lit_even_if_that_is_too_small_to_be_in_the_picture():
    assert np.array_equal(veil(LABELS, [2], 0x98) > 0, LABELS == 1)
    assert (veil(LABELS, [7], 0x98) == 0x98000000).all()
