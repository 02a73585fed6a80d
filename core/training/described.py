"""Described clips: descriptions of training frames, computed once and kept on disk."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.encoders.descriptors import SCALARS, VERSION, WIDTH, Description, describe
from core.files import cached_arrays, write_whole
from core.training.augment import augment_clip
from core.training.clips import TrainingFrame, read_frames
from core.truth import frames_and_sheets, pictures

CLEAN = 0
"""The variant of a clip that is not augmented."""

STEPS = 80.0
"""Densities are kept as bytes of this many steps per unit."""

_MOST = float(np.finfo(np.float16).max)

_FORMAT = "3"  # of the augmentation and the files: part of their names


@dataclass(frozen=True)
class DescribedFrame:
    """A frame as the loss needs it: its description, true colours `[L]`, and whose it is."""

    description: Description
    colors: npt.NDArray[np.uint32]
    is_sheet: bool


class DescribedClips:
    """Gives the frames of a clip in some variant; the same ones for the same seed, always."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Keep files in a folder, which need not exist yet."""
        self._folder = folder
        self._seed = seed
        self._states: dict[Path, str] = {}

    def frames(self, clip: Path, variant: int) -> list["PackedFrame"]:
        """Return all frames of a clip, drawings first; unpack only those that are used."""
        stored = self._load(clip, variant)
        if stored is None:
            self.prepare(clip, variants=variant + 1)
            stored = self._load(clip, variant)
            assert stored is not None
        return [PackedFrame(arrays) for arrays in stored]

    def prepare(self, clip: Path, *, variants: int) -> None:
        """Store the first variants of a clip; reads its pictures once for all of them."""
        missing = [each for each in range(variants) if not self._path(clip, each).exists()]
        if not missing:
            return
        every = list(read_frames(clip))
        frames = [frame for frame in every if frame.is_useful]
        for variant in missing:
            rng = np.random.default_rng([self._seed, variant, *os.fsencode(clip.name)])
            seen = frames if variant == CLEAN else augment_clip(frames, rng)
            self._store(clip, variant, seen, left_out=len(every) - len(frames))

    def left_out(self, clip: Path) -> int:
        """Return how many drawings of a clip have too few or too many segments."""
        with np.load(self._path(clip, CLEAN)) as stored:
            return int(stored["left_out"])

    def _store(
        self, clip: Path, variant: int, frames: list[TrainingFrame], *, left_out: int
    ) -> None:
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "count": np.array(len(frames)),
            "left_out": np.array(left_out),
        }
        for index, frame in enumerate(frames):
            packed = PackedFrame.pack(frame)
            arrays |= {f"{index}.{name}": value for name, value in packed.arrays.items()}
        path = self._path(clip, variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        stored = io.BytesIO()
        np.savez(stored, allow_pickle=False, **arrays)
        write_whole(path, stored.getbuffer(), is_durable=False)

    def _load(self, clip: Path, variant: int) -> list[dict[str, npt.NDArray[np.generic]]] | None:
        """Return what is stored, None if it is absent or damaged."""
        path = self._path(clip, variant)
        stored = cached_arrays(path)
        if stored is None:
            path.unlink(missing_ok=True)
            return None
        frames: list[dict[str, npt.NDArray[np.generic]]]
        frames = [{} for _ in range(int(stored["count"]))]
        for key, array in stored.items():
            if "." in key:
                index, name = key.split(".")
                frames[int(index)][name] = array
        return frames

    def _path(self, clip: Path, variant: int) -> Path:
        seed = self._seed if variant != CLEAN else 0
        text = f"{clip.resolve()} {self._state(clip)} {variant} {seed} {VERSION} {_FORMAT}"
        return (
            self._folder / f"{hashlib.blake2b(os.fsencode(text), digest_size=12).hexdigest()}.npz"
        )

    def _state(self, clip: Path) -> str:
        """Say when the drawings of a clip were last written; looked at once."""
        if clip not in self._states:
            places = ((place, part) for place in frames_and_sheets(clip) for part in ("gt", "line"))
            every = [path for place in places for path in pictures(*place).values()]
            found = [(path.name, path.stat()) for path in every]
            states = [(name, state.st_mtime_ns, state.st_size) for name, state in found]
            self._states[clip] = hashlib.blake2b(repr(states).encode(), digest_size=12).hexdigest()
        return self._states[clip]


@dataclass(frozen=True)
class PackedFrame:
    """A described frame in a quarter of its size."""

    arrays: dict[str, npt.NDArray[np.generic]]

    @classmethod
    def pack(cls, frame: TrainingFrame) -> "PackedFrame":
        """Describe a frame and pack the description."""
        found = describe(frame.segments)
        density = np.clip(np.round(found.tokens[:, SCALARS:] * STEPS), 0, 255)
        packed: dict[str, npt.NDArray[np.generic]] = {
            "scalars": np.clip(found.tokens[:, :SCALARS], -_MOST, _MOST).astype(np.float16),
            "density": density.astype(np.uint8),
            "positions": found.positions.astype(np.float16),
            "sizes": found.sizes.astype(np.float16),
            "touching": found.touching.astype(np.int16),
            "border": found.border.astype(np.float16),
            "trace": found.trace.astype(np.float16),
            "tint": found.tint.astype(np.float16),
            "colors": frame.colors,
            "is_sheet": np.array(frame.is_sheet),
        }
        return cls(packed)

    @property
    def is_sheet(self) -> bool:
        """Whether it is of a design sheet."""
        return bool(self.arrays["is_sheet"])

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self.arrays["colors"])

    def unpack(self) -> DescribedFrame:
        """Return the frame in full."""
        stored = self.arrays
        tokens = np.empty((len(self), WIDTH), np.float32)
        tokens[:, :SCALARS] = stored["scalars"]
        tokens[:, SCALARS:] = stored["density"].astype(np.float32) / np.float32(STEPS)
        description = Description(
            tokens=tokens,
            positions=stored["positions"].astype(np.float32),
            sizes=stored["sizes"].astype(np.float32),
            touching=stored["touching"].astype(np.int32),
            border=stored["border"].astype(np.float32),
            trace=stored["trace"].astype(np.float32),
            tint=stored["tint"].astype(np.float32),
        )
        return DescribedFrame(description, stored["colors"].astype(np.uint32), self.is_sheet)
