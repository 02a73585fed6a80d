"""Tracks: which segments of frames that follow each other are the same, and what travels there."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.beliefs import Ids
from core.cache import EncodedFrame
from core.encoders.scale import Scale
from core.matching import CANDIDATES, Matches

MUTUAL = 0.25
"""Least product of the probabilities of a link in both directions."""

UNHEARD = 0.01
"""The least chance of a colour before a track speaks for it: a person overrules the references."""


def links(
    first: EncodedFrame,
    second: EncodedFrame,
    overlap: npt.NDArray[np.float32] | None,
    scale: Scale,
) -> Ids:
    """Find mutual best matches: for each segment of the first frame `[L]` the row in the second.

    -1 where there is none. `overlap` is `[L, M]`, as `core.motion` has it.
    """
    if not len(first) or not len(second):
        return np.full(len(first), -1, np.int32)
    similarity = first.features @ second.features.T
    if overlap is not None:
        similarity += np.float32(scale.overlap) * overlap
    there = _softmax(similarity / np.float32(scale.temperature))
    back = _softmax(similarity.T / np.float32(scale.temperature))
    rows = np.arange(len(first))
    best = there.argmax(axis=1)
    is_mutual = (back.argmax(axis=1)[best] == rows) & (
        there[rows, best] * back[best, rows] > MUTUAL
    )
    return np.where(is_mutual, best, -1).astype(np.int32)


def tell(matches: Matches, rows: Ids, colors: Ids, places: Ids, scale: Scale) -> Matches:
    """Let corrections that tracks bring from other frames count in their segments, and only there.

    Args:
        matches: of a frame.
        rows: `[K]` int32, the segments; none twice.
        colors: `[K]` int32, the colours of their tracks.
        places: `[K, 2]` int32, the evidence: which reference, and which row of it.
        scale: has the weight of a track.
    """
    candidates, chances = matches.candidates.copy(), matches.chances.copy()
    evidence, confidence = matches.evidence.copy(), matches.confidence.copy()
    nothing = matches.nothing.copy()
    odds = float(np.exp(scale.track))
    for row, color, place in zip(rows.tolist(), colors.tolist(), places, strict=True):
        at = np.flatnonzero(candidates[row] == color)
        index = int(at[0]) if len(at) else CANDIDATES - 1
        chance = max(float(chances[row, index]) if len(at) else 0, UNHEARD)
        candidates[row, index], evidence[row, index] = color, place
        total = 1 + chance * (odds - 1)
        chances[row] /= total
        chances[row, index] = chance * odds / total
        nothing[row] /= total
        order = np.argsort(-chances[row], kind="stable")
        candidates[row], chances[row] = candidates[row][order], chances[row][order]
        evidence[row] = evidence[row][order]
        confidence[row] = chances[row, 0]
    return replace(
        matches,
        colors=candidates[:, 0].copy(),
        confidence=confidence,
        nothing=nothing,
        candidates=candidates,
        chances=chances,
        evidence=evidence,
    )


def _softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: npt.NDArray[np.float32] = weights / weights.sum(axis=1, keepdims=True)
    return result
