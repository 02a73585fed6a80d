"""Encoders: a line image and its segments in, one feature vector per segment out."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from core.encoders.scale import Scale
from core.segments import Segments

SegmentFeatures = npt.NDArray[np.float32]
"""`[L, C]` float32, rows of unit length."""


class Encoder(Protocol):
    """What the engine asks of a model; it knows nothing of colours and references.

    Attributes:
        name: as in `--model`.
        width: the length C of a feature vector.
        version: changes whenever the same drawing would give other features (part of cache keys).
        scale: how to read the similarities of its features.
    """

    name: str
    version: str
    width: int
    scale: Scale

    def encode(self, line: npt.NDArray[np.uint8], segments: Segments) -> SegmentFeatures:
        """Encode the segments of one line image `[H, W, 4]`, deterministically, any size."""
        ...


@runtime_checkable
class BatchEncoder(Encoder, Protocol):
    """An encoder that is faster with several drawings at a time.

    Attributes:
        batch: how many.
    """

    batch: int

    def encode_batch(
        self, frames: Sequence[tuple[npt.NDArray[np.uint8], Segments]]
    ) -> list[SegmentFeatures]:
        """Encode several drawings; the features are those of `encode`."""
        ...
