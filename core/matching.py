"""Matching: how probable every colour of the references is for every segment of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from core.beliefs import Floats, Ids, Reference, believe
from core.cache import EncodedFrame
from core.confidence import confidence
from core.encoders import SegmentFeatures
from core.encoders.scale import Scale
from core.palette import NO_COLOR

CANDIDATES = 5
"""How many colours a segment is offered at most."""


@dataclass(frozen=True)
class Matches:
    """The answer for the L segments of one frame; arrays are read-only.

    Attributes:
        colors: `[L]` int32 palette ids.
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
    """
    beliefs = believe(target, references, scale, settled)
    if beliefs is None:
        return _nothing(len(target))
    chances = beliefs.after[:, :-1]
    top = np.argsort(-chances, axis=1, kind="stable")[:, :CANDIDATES]
    return Matches(
        colors=beliefs.values[top[:, 0]],
        confidence=confidence(target, beliefs, scale),
        nothing=np.exp(beliefs.after[:, -1]),
        candidates=_padded(beliefs.values[top], NO_COLOR),
        chances=_padded(np.exp(np.take_along_axis(chances, top, axis=1)), 0),
        evidence=_padded(np.take_along_axis(beliefs.places, top[:, :, None], axis=1), -1),
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


def _padded(array: npt.NDArray[Any], filler: float) -> npt.NDArray[Any]:
    """Fill the second dimension up to `CANDIDATES`."""
    missing = [(0, 0), (0, CANDIDATES - array.shape[1]), *[(0, 0)] * (array.ndim - 2)]
    return np.pad(array, missing, constant_values=filler)


def _nothing(count: int) -> Matches:
    """Answer for a frame without references."""
    return Matches(
        colors=np.full(count, NO_COLOR, np.int32),
        confidence=np.zeros(count, np.float32),
        nothing=np.ones(count, np.float32),
        candidates=np.full((count, CANDIDATES), NO_COLOR, np.int32),
        chances=np.zeros((count, CANDIDATES), np.float32),
        evidence=np.full((count, CANDIDATES, 2), -1, np.int32),
    )
