"""The pool: all described frames of a training, end to end on the device that trains.

Batches are gathered and changed there, so that a graphics card does not wait for the processor.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.encoders.compact import Batch
from core.encoders.descriptors import WIDTH
from core.training.described import STEPS, PackedFrame

GROUP = 4
"""Frames of a group; each is target and reference of the three others."""

FIRST_SHEET = 0.4
"""How often the first sheet is taken on purpose."""

COLUMNS = ("scalars", "density", "positions", "sizes", "touching", "border", "trace", "tint")
"""Of the pool, as in packed frames: one row per segment; the last four one per touching pair."""

Ints = npt.NDArray[np.int64]


class FramePool:
    """Clips in one or more variants, as columns of tensors and tables of where what begins."""

    def __init__(self, device: torch.device) -> None:
        """Make an empty pool."""
        self.device = device
        self._columns: dict[str, _Column] = {}
        self._clips: list[tuple[int, int, int, int]] = []  # folder, drawings, sheets, colours
        self._first: list[list[int]] = []  # the first frame of every variant of a clip
        self._frames: list[tuple[int, int, int, int]] = []  # segments: begin, count; pairs: same
        self._tables: tuple[Ints, Ints, Ints] | None = None  # the same three as arrays
        self._content = hashlib.blake2b(digest_size=16)

    @property
    def content(self) -> str:
        """What names the drawings in it: the colours of their segments, in order."""
        return self._content.hexdigest()

    def add(self, folder: int, variants: Sequence[Sequence[PackedFrame]]) -> None:
        """Add a clip, if it has two drawings at least.

        Args:
            folder: number of the folder of training data it is from.
            variants: the frames of each, drawings first; as many in all of them.
        """
        drawings = sum(not frame.is_sheet for frame in variants[0])
        if drawings < 2:
            return
        for frame in variants[0]:  # as drawn: what is computed may round elsewhere
            colors = frame.arrays["colors"]
            self._content.update(repr((folder, frame.is_sheet, colors.tolist())).encode())
        every = [frame for frames in variants for frame in frames]
        palette, color = np.unique(
            np.concatenate([frame.arrays["colors"] for frame in every]), return_inverse=True
        )
        self._clips.append((folder, drawings, len(variants[0]) - drawings, len(palette)))
        self._first.append([len(self._frames) + i * len(variants[0]) for i in range(len(variants))])
        start, edge = self._length("sizes"), self._length("border")
        for frame in every:
            edges = len(frame.arrays["border"])
            self._frames.append((start, len(frame), edge, edges))
            start, edge = start + len(frame), edge + edges
        columns = {
            name: np.concatenate([frame.arrays[name] for frame in every]) for name in COLUMNS
        }
        for name, values in {**columns, "color": color.astype(np.int16)}.items():
            rows = torch.from_numpy(np.ascontiguousarray(values))
            if name in self._columns:
                self._columns[name].append(rows)
            else:
                self._columns[name] = _Column(rows, self.device)
        self._tables = None

    def draw(self, groups: int, rng: np.random.Generator) -> "Drawn":
        """Draw groups of four frames, each of one clip.

        A folder counts with the square root of its number of clips. In about half of the groups
        two frames are near in time and one is a sheet; in the others two are sheets. The first
        sheet, by custom the front view, is the one that a clip is most often coloured from: it
        comes more often.
        """
        clips, first, frames = self._arrays()
        of_folder = np.bincount(clips[:, 0])
        share = 1 / np.sqrt(of_folder[clips[:, 0]])
        clip = rng.choice(len(clips), groups, p=share / share.sum())
        _, drawings, sheets, palette = clips[clip].T

        def below(count: Ints) -> Ints:
            return (rng.random(groups) * count).astype(np.int64)

        def two_of(count: Ints) -> tuple[Ints, Ints]:
            one = below(count)
            return one, (one + 1 + below(count - 1)) % np.maximum(count, 1)

        near = below(drawings - 1)
        next_to = np.minimum(near + rng.choice([1, 1, 1, 2, 3], groups), drawings - 1)
        wants_first = rng.random(groups) < FIRST_SHEET
        sheet = np.where(wants_first, 0, below(sheets))
        third = np.where(sheets > 0, drawings + sheet, below(drawings))
        fourth = below(drawings + sheets)
        one, other = two_of(sheets)
        one = np.where(wants_first & (other > 0), 0, one)
        two = np.stack([drawings + one, drawings + other, *two_of(drawings)], axis=1)
        is_near = (sheets < 2) | (rng.random(groups) < 0.5)
        index = np.where(is_near[:, None], np.stack([near, next_to, third, fourth], axis=1), two)
        variants = first.shape[1]
        variant = rng.integers(variants, size=(groups, GROUP))
        is_common = rng.random(groups) < 0.6
        variant = np.where(is_common[:, None], variant[:, :1], variant)
        frame = first[clip[:, None], variant] + index
        return Drawn(frame, frames[frame, 1], palette)

    def gather(self, frame: Ints) -> tuple[Batch, Tensor]:
        """Return frames `[B]` as one batch, and the colour `[B, N]` of each segment.

        Colours are numbers from 0 on, the same for all frames of a clip.
        """
        start, length, edge, edges = self._arrays()[2][frame].T
        longest = int(length.max())
        place = np.arange(longest)
        rows = self._on_device(start[:, None] + np.minimum(place, length[:, None] - 1))
        is_segment = self._on_device(place < length[:, None])
        scalars, density = self._column("scalars")[rows], self._column("density")[rows]
        tokens = torch.empty(*rows.shape, WIDTH, device=self.device)
        tokens[..., : scalars.shape[-1]] = scalars
        tokens[..., scalars.shape[-1] :] = density
        tokens[..., scalars.shape[-1] :] /= STEPS
        begin = np.repeat(edge - np.concatenate([[0], edges.cumsum()[:-1]]), edges)
        pairs = self._on_device(np.arange(edges.sum()) + begin)
        owner = self._on_device(np.repeat(np.arange(len(frame)), edges))
        touching = self._column("touching")[pairs].long()
        shares = torch.zeros(3, len(frame), longest, longest, device=self.device)
        for share, name in zip(shares, ("border", "trace", "tint"), strict=True):
            share[owner, touching[:, 0], touching[:, 1]] = self._column(name)[pairs].float()
        border, trace, tint = shares
        batch = Batch(
            tokens=tokens * is_segment[..., None],
            positions=self._column("positions")[rows].float(),
            sizes=self._column("sizes")[rows].float(),
            border=border,
            trace=trace,
            tint=tint,
            is_segment=is_segment,
        )
        return batch, self._column("color")[rows].long()

    def _arrays(self) -> tuple[Ints, Ints, Ints]:
        """Return the tables: of clips, of the first frame of each variant, of frames."""
        if self._tables is None:
            clips, first, frames = (
                np.array(table, np.int64) for table in (self._clips, self._first, self._frames)
            )
            self._tables = clips, first, frames
        return self._tables

    def _length(self, name: str) -> int:
        return self._columns[name].length if name in self._columns else 0

    def _column(self, name: str) -> Tensor:
        return self._columns[name].values

    def _on_device(self, values: npt.NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(values).to(self.device, non_blocking=True)


@dataclass(frozen=True)
class Drawn:
    """Groups as they were drawn.

    Attributes:
        frame: `[G, 4]`, numbers of frames in the pool.
        length: `[G, 4]`, their segments.
        palette: `[G]`, colours of the clip.
    """

    frame: Ints
    length: Ints
    palette: Ints


class _Column:
    """A tensor that grows: it takes twice the room when it is full."""

    def __init__(self, rows: Tensor, device: torch.device) -> None:
        self._room = rows.to(device)
        self.length = len(rows)

    @property
    def values(self) -> Tensor:
        return self._room[: self.length]

    def append(self, rows: Tensor) -> None:
        needed = self.length + len(rows)
        if needed > len(self._room):
            grown = self._room.new_empty(2 * needed, *rows.shape[1:])
            grown[: self.length] = self.values
            self._room = grown
        self._room[self.length : needed] = rows
        self.length = needed
