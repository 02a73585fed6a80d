"""Matching: how probable every colour of the references is for every segment of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.cache import EncodedFrame
from core.confidence import Beliefs, confidence
from core.encoders import SegmentFeatures
from core.encoders.scale import Scale
from core.palette import NO_COLOR

CANDIDATES = 5
"""How many colours a segment is offered at most."""

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


@dataclass(frozen=True)
class Matches:
    """The answer for the L segments of one frame; arrays are read-only.

    Attributes:
        colors: `[L]` int32 palette ids.
        similarity: `[L]` float32, that of the segment which speaks most for it, overlap included.
        confidence: `[L]` float32, 0 to 1: the calibrated probability that `colors` is right.
        nothing: `[L]` float32, 0 to 1: the probability that no reference has the right colour.
        candidates: `[L, K]` int32, up to `CANDIDATES` different colours, best first (the first is
            that of `colors`); `NO_COLOR` where the references have fewer.
        chances: `[L, K]` float32, 0 to 1: the probability of each candidate.
        evidence: `[L, K, 2]` int32: the reference, and the row of it, that speaks most for each
            candidate; -1 where there is none. The number after the last reference is the target
            itself: one of its settled segments.
    """

    colors: Ids
    similarity: Floats
    confidence: Floats
    nothing: Floats
    candidates: Ids
    chances: Floats
    evidence: Ids

    def __post_init__(self) -> None:
        """Lock the arrays: matches are handed from thread to thread."""
        for array in vars(self).values():
            array.setflags(write=False)


class Band(IntEnum):
    """How far a prediction may be trusted; shown by pattern, never as a number."""

    SURE = 0
    LIKELY = 1
    DOUBTFUL = 2
    NO_MATCH = 3


def nearest(
    targets: SegmentFeatures, features: SegmentFeatures, colors: npt.NDArray[np.uint32]
) -> npt.NDArray[np.uint32]:
    """Give every target segment the colour of its most similar reference segment.

    The published rule, for comparison: what the product shows is `match`.

    Source: DACoN (ICCV 2025), cosine similarity and argmax over all segments of all references.
    """
    found: npt.NDArray[np.uint32] = colors[(targets @ features.T).argmax(axis=1)]
    return found


def match(
    target: EncodedFrame,
    references: Sequence[Reference],
    scale: Scale,
    settled: Ids | None = None,
) -> Matches:
    """Say how probable the colours of the references are for every segment of a frame.

    Args:
        target: a frame with L segments.
        references: any number, in any order. Without any known segment every colour is
            `NO_COLOR`, with confidence 0.
        scale: of the encoder whose features these are.
        settled: `[L]` int32, colours that a person stands behind in this frame, `NO_COLOR` where
            there is none; they are certain, and speak for segments like them.

    Source: softmax per colour as in DACoN's loss (ICCV 2025, equation 6); the neighbours' colours
        by mean field as in Krähenbühl and Koltun (NeurIPS 2011), over touching segments.
    """
    bank = _bank(target, references, scale, settled)
    if not len(target) or not len(bank.colors):
        return _nothing(len(target))
    values, codes = np.unique(bank.colors, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(values)))
    similarity = bank.similarity[:, order]
    before = _log_chances(similarity, starts, scale)
    if settled is not None:
        rows = np.flatnonzero(settled != NO_COLOR)
        before[rows] = -CERTAIN
        before[rows, np.searchsorted(values, settled[rows])] = 0
    after = before
    if scale.adjacency:
        affinity = _affinity(references, values)
        after = _with_neighbours(before, target.context.borders, affinity * scale.adjacency)

    best, column = _best_per_color(similarity, starts)
    count = min(CANDIDATES, len(values))
    top = np.argsort(-after[:, :-1], axis=1, kind="stable")[:, :count]
    beliefs = Beliefs(before, after, best, np.diff(starts, append=len(order)))
    return Matches(
        colors=values[top[:, 0]],
        similarity=np.take_along_axis(best, top[:, :1], axis=1)[:, 0],
        confidence=confidence(target, beliefs, scale),
        nothing=np.exp(after[:, -1]),
        candidates=_padded(values[top], NO_COLOR),
        chances=_padded(np.exp(np.take_along_axis(after, top, axis=1)), 0),
        evidence=_padded(bank.places[order[np.take_along_axis(column, top, axis=1)]], -1),
    )


def bands(matches: Matches, scale: Scale) -> npt.NDArray[np.int8]:
    """Sort every match `[L]` into a `Band`.

    Where nothing was predicted, for want of references, there is nothing to doubt either.
    """
    result = np.full(len(matches.colors), Band.SURE, np.int8)
    result[matches.confidence < scale.sure] = Band.LIKELY
    result[matches.confidence < scale.likely] = Band.DOUBTFUL
    result[matches.nothing > matches.chances[:, 0]] = Band.NO_MATCH
    result[matches.colors == NO_COLOR] = Band.SURE
    return result


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
        rows = np.flatnonzero(reference.colors != NO_COLOR)
        codes = np.searchsorted(values, reference.colors[rows])
        has_color = np.zeros((len(rows), count), np.float32)
        has_color[np.arange(len(rows)), codes] = 1
        touching += has_color.T @ reference.frame.context.touching[np.ix_(rows, rows)] @ has_color
    total = touching.sum(axis=1)
    expected = np.outer(total, total) / max(float(total.sum()), 1e-6)
    return np.pad(np.log((touching + 1) / (expected + 1)), (0, 1))


def _with_neighbours(chances: Floats, borders: Floats, affinity: Floats) -> Floats:
    """Let the colours of touching segments agree with the references, by damped mean field."""
    beliefs = np.exp(chances)
    for _ in range(ROUNDS):
        beliefs = (beliefs + np.exp(_normalised(chances + borders @ beliefs @ affinity))) / 2
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


def _padded(array: npt.NDArray[Any], filler: float) -> npt.NDArray[Any]:
    """Fill the second dimension up to `CANDIDATES`."""
    missing = [(0, 0), (0, CANDIDATES - array.shape[1]), *[(0, 0)] * (array.ndim - 2)]
    return np.pad(array, missing, constant_values=filler)


def _nothing(count: int) -> Matches:
    """Answer for a frame without references."""
    return Matches(
        colors=np.full(count, NO_COLOR, np.int32),
        similarity=np.zeros(count, np.float32),
        confidence=np.zeros(count, np.float32),
        nothing=np.ones(count, np.float32),
        candidates=np.full((count, CANDIDATES), NO_COLOR, np.int32),
        chances=np.zeros((count, CANDIDATES), np.float32),
        evidence=np.full((count, CANDIDATES, 2), -1, np.int32),
    )
