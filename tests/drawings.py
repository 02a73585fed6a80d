"""Small drawings written as text, for tests of all rooms."""

from textwrap import dedent

import numpy as np

INKS = {
    ".": (255, 255, 255, 0),
    "#": (0, 0, 0, 255),
    "b": (0, 0, 255, 255),
    "r": (255, 0, 0, 255),
}


def draw(art):
    """Return a line image `[H, W, 4]`: # black line, b and r trace lines, . paper."""
    rows = dedent(art).strip().splitlines()
    return np.array([[INKS[ink] for ink in row] for row in rows], np.uint8)
