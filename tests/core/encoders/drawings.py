"""Drawings for the tests of encoders: closed outlines at random places, from a seed."""

import numpy as np

PAPER, INK, TRACE = (255, 255, 255, 0), (0, 0, 0, 255), (255, 0, 0, 255)


def outlines(seed, *, shape=(120, 150), margin=30, count=6, thickness=2, trace=False):
    """Return a line image `[H, W, 4]` with overlapping boxes, `margin` pixels of paper around."""
    rng = np.random.default_rng(seed)
    line = np.full((*shape, 4), PAPER, np.uint8)
    height, width = shape[0] - 2 * margin, shape[1] - 2 * margin
    boxes = [(margin, margin, width, height)]
    for _ in range(count):
        w, h = rng.integers(10, width - 4), rng.integers(10, height - 4)
        boxes.append((margin + rng.integers(width - w), margin + rng.integers(height - h), w, h))
    for index, (x, y, w, h) in enumerate(boxes):
        ink = TRACE if trace and index % 3 == 2 else INK
        t = thickness
        line[y : y + t, x : x + w] = line[y + h - t : y + h, x : x + w] = ink
        line[y : y + h, x : x + t] = line[y : y + h, x + w - t : x + w] = ink
    return line


def cells(rows, columns, *, side=6):
    """Return a line image of a grid: rows * columns segments."""
    line = np.full((rows * side + 1, columns * side + 1, 4), PAPER, np.uint8)
    line[::side] = INK
    line[:, ::side] = INK
    return line
