"""Motion: how far every segment moved between two frames, and how they overlap after that."""

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame

ROUNDS = ((1.0, 0.2), *((0.15, 0.12),) * 4)
"""Of the estimate: how far from where it is expected a segment is looked for, and within about how
many halves of the figure segments move together. First roughly, then more and more closely."""

TEMPERATURE = 0.04
"""Of the guess which segment became which."""

PLACE = 0.3
"""What the distance to where it is expected takes from the similarity at most in that guess."""

STRAY = 0.05
"""Who moves otherwise than its surroundings by so many halves of the figure counts a quarter."""

Floats = npt.NDArray[np.float32]


def overlap(target: EncodedFrame, other: EncodedFrame) -> Floats | None:
    """Measure how much the segments of two frames near in time lie on top of each other.

    The target is moved onto the other frame first, every segment as its surroundings moved.

    Returns:
        The intersection over union `[L, M]` float32, None if the frames differ in size.
    """
    if target.small_map.shape != other.small_map.shape:
        return None
    shared = _shared(target, other, _motion(target, other))
    union = target.context.cells[:, None] + other.context.cells[None] - shared
    return np.asarray(shared / np.maximum(union, 1), np.float32)


def _motion(target: EncodedFrame, other: EncodedFrame) -> npt.NDArray[np.int64]:
    """Estimate the motion of every target segment in whole cells `[L, 2]` (y, x).

    Every segment guesses where it came from; a mean over the surroundings, the sure and large
    ones first, makes it a motion. With that it guesses again, and whoever moves otherwise than a
    segment counts less for it: limbs that cross keep apart. The background stays.
    """
    mine, its = target.context, other.context
    if not len(target) or not len(other):
        return np.zeros((len(target), 2), np.int64)
    here, there = (np.stack([each.y, each.x]) / mine.half for each in (mine, its))
    similarity = target.features @ other.features.T
    size = np.minimum(1, np.sqrt(mine.cells) / 10)
    motion = np.zeros_like(here)
    for look, reach in ROUNDS:
        away = _squares(here - motion, there).clip(max=look**2)
        guess = _softmax(np.asarray(similarity - PLACE / look**2 * away, np.float32))
        moved = np.asarray(here - there @ guess.T, np.float32)
        weight = guess.max(axis=1) ** 2 * size
        weight[mine.background] = 0
        del away, guess  # in drawings of thousands of segments memory is what counts
        near = np.exp(_squares(here, here) * (-0.5 / reach**2)) * weight
        if motion.any():
            near /= (1 + _squares(motion, moved) / STRAY**2) ** 2
        motion = moved @ near.T / np.maximum(near.sum(axis=1), 1e-6)
        motion[:, mine.background] = 0
    return np.asarray(np.rint(motion.T * mine.half), np.int64)


def _softmax(score: Floats) -> Floats:
    """Turn scores `[L, M]`, in place, into shares of each row."""
    score -= score.max(axis=1, keepdims=True)
    score /= TEMPERATURE
    np.exp(score, out=score)
    score /= score.sum(axis=1, keepdims=True)
    return score


def _squares(one: Floats, other: Floats) -> Floats:
    """Return the squared distances `[L, M]` of points `[2, L]` and `[2, M]`."""
    (y, x), (other_y, other_x) = one, other
    result: Floats = (y[:, None] - other_y) ** 2
    result += (x[:, None] - other_x) ** 2
    return result


def _shared(
    target: EncodedFrame, other: EncodedFrame, motion: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Count the cells that every moved target segment shares with every other segment `[L, M]`."""
    height, width = target.small_map.shape
    labels = target.small_map.ravel()
    cells = np.flatnonzero(labels)
    rows = labels[cells] - 1
    y, x = np.divmod(cells, width)
    y -= motion[rows, 0]
    x -= motion[rows, 1]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    rows, at = rows[inside], (y * width + x)[inside]
    size = len(other) + 1
    pairs = rows.astype(np.int64) * size + other.small_map.ravel()[at]
    return np.bincount(pairs, minlength=len(target) * size).reshape(-1, size)[:, 1:]
