"""Beliefs: the probability of every colour for every segment, from similarity and neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame
from core.context import Context
from core.encoders.scale import Scale
from core.palette import NO_COLOR

ROUNDS = 5
"""Of the neighbours' colours: more change nothing."""

CERTAIN = 30.0
"""Log-odds of what a person settled."""

Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reference:
    """A frame with known colours: a design sheet, or a frame that a person finished.

    Attributes:
        frame: with M segments.
        colors: `[M]` int32 palette ids; `NO_COLOR` teaches nothing.
        overlap: `[L, M]` float32 with the L targets if the frame is near in time, else None.
    """

    frame: EncodedFrame
    colors: Ids
    overlap: Floats | None = None


class Beliefs(NamedTuple):
    """What is believed of L segments and C colours.

    Attributes:
        values: `[C]` int32 palette ids.
        before: `[L, C + 1]` float32, log-probabilities by similarity; the last is “nothing”: no
            reference has the right colour.
        after: the same when the neighbours have spoken.
        best: `[L, C]` float32, the similarity of the segment that speaks most for each colour.
        places: `[L, C, 2]` int32, that segment: the number of the reference and the row of it; the
            number after the last reference is the target itself.
        counts: `[C]` int64, known segments of each colour.
    """

    values: Ids
    before: Floats
    after: Floats
    best: Floats
    places: Ids
    counts: npt.NDArray[np.int64]


def believe(
    target: EncodedFrame,
    references: Sequence[Reference],
    scale: Scale,
    settled: Ids | None = None,
) -> Beliefs | None:
    """Weigh all colours of the references; None if there is no segment to colour or to learn from.

    Args are those of `core.matching.match`.

    Source: softmax per colour as in the loss of DACoN (ICCV 2025); the neighbours' colours by mean
        field as in Krähenbühl and Koltun (NeurIPS 2011), over touching segments.
    """
    bank = _bank(target, references, scale, settled)
    if not len(target) or not len(bank.colors):
        return None
    values, codes = np.unique(bank.colors, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(values)))
    similarity = bank.similarity[:, order]
    before = _log_chances(similarity, starts, scale)
    if settled is not None:
        rows = np.flatnonzero(settled != NO_COLOR)
        before[rows] = -CERTAIN
        before[rows, np.searchsorted(values, settled[rows])] = 0
    affinity = np.float32(scale.adjacency) * _affinity(references, values)
    best, columns = _best_per_color(similarity, starts)
    return Beliefs(
        values=values,
        before=before,
        after=_with_neighbours(before, target.context, affinity),
        best=best,
        places=bank.places[order[columns]],
        counts=np.diff(starts, append=len(order)),
    )


class _Bank(NamedTuple):
    """All known segments N: `[L, N]` similarity, `[N]` colours, `[N, 2]` reference and row."""

    similarity: Floats
    colors: Ids
    places: Ids


def _bank(
    target: EncodedFrame, references: Sequence[Reference], scale: Scale, settled: Ids | None
) -> _Bank:
    similarities, colors, places = [], [], []
    for number, reference in enumerate(references):
        rows = np.flatnonzero(reference.colors != NO_COLOR)
        block = target.features @ reference.frame.features[rows].T
        if reference.overlap is not None:
            block += np.float32(scale.overlap) * reference.overlap[:, rows]
        similarities.append(block)
        colors.append(reference.colors[rows])
        places.append(np.stack([np.full(len(rows), number), rows], axis=1))
    if settled is not None:
        rows = np.flatnonzero(settled != NO_COLOR)
        similarities.append(target.features @ target.features[rows].T - np.float32(scale.own))
        colors.append(settled[rows])
        places.append(np.stack([np.full(len(rows), len(references)), rows], axis=1))
    if not colors:
        return _Bank(np.zeros((len(target), 0), np.float32), *np.zeros((2, 0), np.int32))
    return _Bank(
        np.concatenate(similarities, axis=1),
        np.concatenate(colors),
        np.concatenate(places).astype(np.int32),
    )


def _log_chances(similarity: Floats, starts: npt.NDArray[np.int64], scale: Scale) -> Floats:
    """Sum the softmax over reference segments per colour `[L, C + 1]`; the last is “nothing”."""
    top = np.maximum(similarity.max(axis=1, keepdims=True), np.float32(scale.nothing))
    weights = np.exp((similarity - top) / np.float32(scale.temperature))
    sums = np.add.reduceat(weights, starts, axis=1)
    nothing = np.exp((np.float32(scale.nothing) - top) / np.float32(scale.temperature))
    logs = np.log(np.maximum(np.concatenate([sums, nothing], axis=1), 1e-12))
    return _normalised(np.float32(scale.sharpness) * logs)


def _affinity(references: Sequence[Reference], values: Ids) -> Floats:
    """Say how much more often than by chance two colours touch in the references.

    Returns:
        `[C + 1, C + 1]` float32 log-odds; 0 for “nothing”.
    """
    count = len(values)
    touching = np.zeros((count, count), np.float32)
    for reference in references:
        context = reference.frame.context
        one, other = reference.colors[context.first], reference.colors[context.second]
        is_known = (one != NO_COLOR) & (other != NO_COLOR)
        codes = (np.searchsorted(values, each[is_known]) for each in (one, other))
        np.add.at(touching, tuple(codes), context.touching[is_known])
    total = touching.sum(axis=1)
    expected = np.outer(total, total) / max(float(total.sum()), 1e-6)
    return np.pad(np.log((touching + 1) / (expected + 1)), (0, 1))


def _with_neighbours(chances: Floats, context: Context, affinity: Floats) -> Floats:
    """Let the colours of touching segments agree with the references, by damped mean field."""
    beliefs = np.exp(chances)
    for _ in range(ROUNDS):
        beliefs = (beliefs + np.exp(_normalised(chances + context.around(beliefs) @ affinity))) / 2
    logs: Floats = np.log(np.maximum(beliefs, 1e-12))
    return logs


def _normalised(logs: Floats) -> Floats:
    """Shift rows so that their exponentials sum to 1."""
    logs = logs - logs.max(axis=1, keepdims=True)
    result: Floats = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return result


def _best_per_color(
    similarity: Floats, starts: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the best similarity of every colour, and the column that has it, both `[L, C]`."""
    ends = np.append(starts[1:], similarity.shape[1])
    columns = np.stack(
        [
            start + similarity[:, start:end].argmax(axis=1)
            for start, end in zip(starts, ends, strict=True)
        ],
        axis=1,
    )
    return np.take_along_axis(similarity, columns, axis=1), columns
