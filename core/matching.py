"""Matching: every segment gets the colour of the reference segment that is most like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from core.encoders import Scale, SegmentFeatures
from core.palette import NO_COLOR

CANDIDATES = 5
"""How many colours a segment is offered at most."""

TEMPERATURE = 0.03
"""Of the softmax over the best similarity of every candidate."""


@dataclass(frozen=True)
class Reference:
    """Segments whose colour is known: a design sheet, or what a person settled in one frame.

    Attributes:
        features: `[M, C]` float32, unit rows.
        colors: `[M]` int32 palette ids.
        bonus: `[L, M]` float32 added to the similarity with the L targets (the overlap with a
            neighbouring frame), or None.
    """

    features: SegmentFeatures
    colors: npt.NDArray[np.int32]
    bonus: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Matches:
    """The answer for the L segments of one frame; arrays are read-only.

    Attributes:
        colors: `[L]` int32 palette ids.
        similarity: `[L]` float32, that of the best match, bonus included.
        confidence: `[L]` float32, 0 to 1: the margin to the best match of another colour.
        candidates: `[L, K]` int32, up to `CANDIDATES` different colours, best first (the first is
            that of `colors`); `NO_COLOR` where the references have fewer.
        chances: `[L, K]` float32, 0 to 1: the probability of each candidate.
        evidence: `[L, K, 2]` int32: the reference, and the row of it, that speaks most for each
            candidate; -1 where there is none.
    """

    colors: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    candidates: npt.NDArray[np.int32]
    chances: npt.NDArray[np.float32]
    evidence: npt.NDArray[np.int32]

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


def match(targets: SegmentFeatures, references: Sequence[Reference]) -> Matches:
    """Give every target segment the colour of its most similar reference segment.

    Args:
        targets: `[L, C]` float32, unit rows.
        references: any number, in any order; of equal similarities the first one decides. Without
            any reference segment every colour is `NO_COLOR`, with similarity and confidence 0.

    Source: DACoN (ICCV 2025), cosine similarity and argmax over all segments of all references;
        the confidence is ours.
    """
    count = len(targets)
    if not count or not sum(len(reference.colors) for reference in references):
        nothing = np.zeros(count, np.float32)
        return Matches(
            colors=np.full(count, NO_COLOR, np.int32),
            similarity=nothing,
            confidence=nothing.copy(),
            candidates=np.full((count, CANDIDATES), NO_COLOR, np.int32),
            chances=np.zeros((count, CANDIDATES), np.float32),
            evidence=np.full((count, CANDIDATES, 2), -1, np.int32),
        )

    bank = np.concatenate([r.colors for r in references])
    offsets = np.cumsum([0] + [len(r.colors) for r in references])
    similarity = targets @ np.concatenate([r.features for r in references]).T
    for reference, start in zip(references, offsets[:-1], strict=True):
        if reference.bonus is not None:
            similarity[:, start : start + len(reference.colors)] += reference.bonus

    rows = np.arange(count)
    candidates = np.full((count, CANDIDATES), NO_COLOR, np.int32)
    best = np.full((count, CANDIDATES), -1, np.float32)  # the smallest cosine there is
    evidence = np.full((count, CANDIDATES, 2), -1, np.int32)
    left = similarity.copy()
    for place in range(min(CANDIDATES, len(np.unique(bank)))):
        column = left.argmax(axis=1)
        candidates[:, place] = bank[column]
        best[:, place] = left[rows, column]
        which = np.searchsorted(offsets, column, side="right") - 1
        evidence[:, place] = np.stack([which, column - offsets[which]], axis=1)
        left[bank == candidates[:, place, None]] = -np.inf
    weights = np.exp((best - best[:, :1]) / TEMPERATURE) * (evidence[:, :, 0] >= 0)
    return Matches(
        colors=candidates[:, 0].copy(),
        similarity=best[:, 0].copy(),
        confidence=np.clip(best[:, 0] - best[:, 1], 0, 1),
        candidates=candidates,
        chances=(weights / weights.sum(axis=1, keepdims=True)).astype(np.float32),
        evidence=evidence,
    )


def overlap(
    targets: npt.NDArray[np.int32], others: npt.NDArray[np.int32], *, counts: tuple[int, int]
) -> npt.NDArray[np.float32] | None:
    """Measure how much the segments of two frames lie on top of each other.

    Args:
        targets: label map `[h, w]` of the target frame.
        others: label map of a frame near in time.
        counts: numbers of segments L and M.

    Returns:
        The intersection over union `[L, M]`, None if the frames differ in size.
    """
    if targets.shape != others.shape:
        return None
    rows, columns = counts[0] + 1, counts[1] + 1
    pairs = targets.ravel().astype(np.int64) * columns + others.ravel()
    shared = np.bincount(pairs, minlength=rows * columns).reshape(rows, columns)
    union = shared.sum(axis=1)[1:, None] + shared.sum(axis=0)[None, 1:] - shared[1:, 1:]
    iou: npt.NDArray[np.float32] = (shared[1:, 1:] / np.maximum(union, 1)).astype(np.float32)
    return iou


def bands(matches: Matches, scale: Scale) -> npt.NDArray[np.int8]:
    """Sort every match `[L]` into a `Band` by the encoder's own scale.

    Where nothing was predicted, for want of references, there is nothing to doubt either.
    """
    result = np.full(len(matches.colors), Band.SURE, np.int8)
    result[matches.confidence < scale.likely] = Band.LIKELY
    result[matches.confidence < scale.doubtful] = Band.DOUBTFUL
    result[matches.similarity < scale.no_match] = Band.NO_MATCH
    result[matches.colors == NO_COLOR] = Band.SURE
    return result
