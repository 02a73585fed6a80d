"""Palette: stable ids for exact colours."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.palette import NO_COLOR, Palette, color_name, pack, unpack

RED, GREEN = (255, 0, 0, 255), (0, 128, 0, 255)


def test_ids_stay_when_colours_are_added():
    palette = Palette().with_colors([RED])
    grown = palette.with_colors([GREEN, RED])
    assert (grown.id_of(RED), grown.id_of(GREEN)) == (palette.id_of(RED), 2)
    assert grown.id_of((1, 2, 3, 255)) == NO_COLOR


def test_the_table_gives_back_every_colour_and_nothing_for_no_colour():
    table = Palette().with_colors([RED, GREEN]).table()
    assert table.tolist() == [[0, 0, 0, 0], list(RED), list(GREEN)]


def test_both_spellings_of_a_transparent_background_are_one_number():
    pixels = np.array([[0, 0, 0, 0], [255, 255, 255, 0]], np.uint8)
    assert pack(pixels).tolist() == [0, 0]
    assert color_name((0, 0, 0, 0)) == "Transparent"


@given(st.tuples(*[st.integers(0, 255)] * 3, st.integers(1, 255)))
def test_packing_loses_nothing(rgba):
    assert unpack(int(pack(np.array([rgba], np.uint8))[0])) == rgba
