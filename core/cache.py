"""Cache: what was computed from a drawing, keyed by content; may be deleted at any time."""

import contextlib
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.context import Context, measure
from core.edits import SegmentKey
from core.encoders import SegmentFeatures
from core.files import cached_arrays, write_whole
from core.segments import Segments, keys_of

PREVIEW_SIDE = 480
"""Longest side of the small label map, in pixels: enough for thumbnails and for overlaps."""


@dataclass(frozen=True, eq=False)
class EncodedFrame:
    """Everything the matcher and the strip need of a drawing, small enough to keep for a whole cut.

    Attributes:
        features: `[L, C]` float32, unit rows.
        areas: `[L]` int32. first_pixels: `[L]` int64.
        small_map: `[h, w]` int32, label map at preview size, lines filled from beside them; a
            segment between two of its cells has the one of its first pixel.
        small_line: `[h, w]` uint8, how much of each preview pixel is line, 0 to 255.
    """

    features: SegmentFeatures
    areas: npt.NDArray[np.int32]
    first_pixels: npt.NDArray[np.int64]
    small_map: npt.NDArray[np.int32]
    small_line: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Lock the arrays: encoded frames are shared between threads."""
        for array in vars(self).values():
            array.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of segments L."""
        return len(self.areas)

    @cached_property
    def keys(self) -> tuple[SegmentKey, ...]:
        """The key of every segment, in label order."""
        return keys_of(self.first_pixels, self.areas)

    @cached_property
    def context(self) -> Context:
        """Where the segments lie and which touch."""
        return measure(self.small_map, len(self))

    @cached_property
    def label_of(self) -> dict[SegmentKey, int]:
        """The label of every key."""
        return {key: index + 1 for index, key in enumerate(self.keys)}


def encoded_frame(
    features: SegmentFeatures, segments: Segments, line: npt.NDArray[np.uint8]
) -> EncodedFrame:
    """Shrink a segmented drawing to what is kept beside its features."""
    height, width = segments.label_map.shape
    step = -(-max(height, width) // PREVIEW_SIDE)
    small_map = np.ascontiguousarray(segments.label_map[::step, ::step])
    for _ in range(2):  # lines of up to two preview pixels; float32 holds every label exactly
        grown = cv2.dilate(small_map.astype(np.float32), np.ones((3, 3), np.uint8))
        small_map = np.where(small_map == 0, grown, small_map).astype(np.int32)
    lost = np.setdiff1d(np.arange(1, len(segments) + 1, dtype=np.int32), small_map)
    y, x = np.divmod(segments.first_pixels[lost - 1], width)
    small_map[y // step, x // step] = lost
    size = (small_map.shape[1], small_map.shape[0])
    small_line = cv2.resize(cv2.extractChannel(line, 3), size, interpolation=cv2.INTER_AREA)
    return EncodedFrame(
        features=features,
        areas=segments.areas,
        first_pixels=segments.first_pixels,
        small_map=small_map,
        small_line=small_line.astype(np.uint8, copy=False),
    )


class FrameCache:
    """Encoded frames in memory and in a folder, one `.npz` file each."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which need not exist yet."""
        self._folder = folder
        self._memory: dict[str, EncodedFrame] = {}

    def get(self, key: str) -> EncodedFrame | None:
        """Return the frame stored under a key; a damaged file counts as absent."""
        if key not in self._memory:
            stored = cached_arrays(self._path(key))
            if stored is None or stored.keys() != EncodedFrame.__annotations__.keys():
                return None
            self._memory[key] = EncodedFrame(**stored)
        return self._memory[key]

    def put(self, key: str, frame: EncodedFrame) -> None:
        """Store a frame; a full or read-only disk only costs computing it again another day."""
        self._memory[key] = frame
        stored = io.BytesIO()
        arrays = {name: getattr(frame, name) for name in EncodedFrame.__annotations__}
        np.savez_compressed(stored, allow_pickle=False, **arrays)
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(key), stored.getbuffer(), is_durable=False)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npz"
