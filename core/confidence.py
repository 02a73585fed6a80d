"""Confidence: the probability that the colour shown is right, from a dozen numbers of the match."""

import numpy as np
import numpy.typing as npt

from core.beliefs import Beliefs, Floats
from core.cache import EncodedFrame
from core.encoders.scale import Scale

FAR = 12.0
"""Log-odds beyond this are alike."""


def confidence(target: EncodedFrame, beliefs: Beliefs, scale: Scale) -> Floats:
    """Return the probability `[L]` float32 that the most probable colour is right."""
    if scale.calibration is None:
        return np.asarray(np.exp(beliefs.after[:, :-1].max(axis=1)), np.float32)
    return scale.calibration(numbers(target, beliefs))


def numbers(target: EncodedFrame, beliefs: Beliefs) -> Floats:
    """Return what the calibration looks at `[L, 14]` float32."""
    before, after = beliefs.before[:, :-1], beliefs.after[:, :-1]
    chosen = after.argmax(axis=1)
    entropy = -(np.exp(beliefs.after) * beliefs.after).sum(axis=1)
    size = np.log(np.maximum(target.context.cells, 1) / target.context.half**2)
    columns = [
        _lead(after),
        _lead(before),
        np.exp(after.max(axis=1)),
        np.maximum(_of(before, chosen), -FAR),
        before.argmax(axis=1) == chosen,
        entropy,
        target.context.around(entropy[:, None])[:, 0],
        np.minimum(_lead(beliefs.best), 1),
        beliefs.best.max(axis=1),
        beliefs.best.max(axis=1) - _of(beliefs.best, chosen),
        np.maximum(beliefs.after[:, -1], -FAR),
        np.log(beliefs.counts)[chosen],
        np.full(len(target), np.log(len(beliefs.counts))),
        size,
    ]
    return np.stack(columns, axis=1, dtype=np.float32)


def _of(table: Floats, columns: npt.NDArray[np.int64]) -> Floats:
    """Return one value of every row."""
    values: Floats = np.take_along_axis(table, columns[:, None], axis=1)[:, 0]
    return values


def _lead(table: Floats) -> Floats:
    """Return by how much the largest value of every row is ahead of the second, at most `FAR`."""
    if table.shape[1] < 2:
        return np.full(len(table), FAR, np.float32)
    second, first = np.partition(table, -2, axis=1)[:, -2:].T
    return np.asarray(np.minimum(first - second, FAR), np.float32)
