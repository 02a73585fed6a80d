"""Encoders: a line image and its segments in, one feature vector per segment out."""

from collections.abc import Sequence
from threading import Event
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from core.encoders.scale import Scale
from core.segments import Segments

SegmentFeatures = npt.NDArray[np.float32]
"""`[L, C]` float32, rows of unit length."""


class Stopped(Exception):  # noqa: N818 - a wish and no error
    """An encoder was told to stop inside a drawing; there are no features."""


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

    @property
    def device(self) -> object:
        """Where it computes now; as a string as in `--device`."""
        ...

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


@runtime_checkable
class StoppableEncoder(Encoder, Protocol):
    """An encoder that takes so long that it can be stopped inside a drawing.

    Attributes:
        stop: while it is set, encoding raises `Stopped`.
    """

    stop: Event


@runtime_checkable
class TrialEncoder(Encoder, Protocol):
    """An encoder that may turn out to be as good in a faster precision, once it sees drawings.

    Attributes:
        is_undecided: whether `decide` is still to be called, before anything is compared.
    """

    is_undecided: bool

    def decide(self, frames: Sequence[tuple[npt.NDArray[np.uint8], Segments]]) -> None:
        """Try the faster precision on some drawings; `version` changes if it is taken over."""
        ...
