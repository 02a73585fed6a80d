"""Changes of described frames in training: made on the numbers, in a batch, on any device."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.encoders.compact import Batch, CompactNet
from core.encoders.descriptors import (
    EXTENT,
    LOGARITHMS,
    MIRROR_ORDER,
    MIRROR_SIGN,
    PLACE,
    SCALARS,
    TINT,
    WIDTH,
)
from core.encoders.shapes import GRID
from core.encoders.windows import CHANNELS
from core.training.clips import MIN_SEGMENTS
from core.training.pool import GROUP

PARTS = [slice(SCALARS, SCALARS + GRID**2)] + [
    slice(start, start + CHANNELS * GRID**2)
    for start in range(SCALARS + GRID**2, WIDTH, CHANNELS * GRID**2)
]
"""Of the descriptors: shapes, and one window each."""


@dataclass(frozen=True)
class Changes:
    """How the frames of some groups are changed; rows of `[F]` are frames.

    Attributes:
        zoom: `[F]`, logarithm of the scale of the figure in its picture; shift: `[F, 2]`.
        thin: `[F]`, the share of segments that is left out.
        tint: `[F]`, 1 as drawn, -1 with red and blue trace lines exchanged, 0 with green ones: not
            every studio draws shadows in blue.
        is_mirrored: `[F]`; is_blind: `[F, P]`, in which of `PARTS`.
    """

    zoom: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]
    thin: npt.NDArray[np.float32]
    tint: npt.NDArray[np.float32]
    is_mirrored: npt.NDArray[np.bool_]
    is_blind: npt.NDArray[np.bool_]

    @classmethod
    def draw(
        cls, groups: int, rng: np.random.Generator, *, reframe: float, thin: float, blind: float
    ) -> "Changes":
        """Draw the changes of groups of frames.

        Args:
            groups: their number.
            rng: decides.
            reframe: how often a figure stands elsewhere and larger or smaller in its picture.
            thin: the largest share of segments that a frame loses; half of the frames lose any.
            blind: how often a frame loses its shapes, and each of its windows.
        """
        frames = groups * GROUP
        is_moved = (rng.random(frames) < reframe).astype(np.float32)
        is_thinned = rng.random(frames) < 0.5
        return cls(
            zoom=rng.uniform(-0.4, 0.7, frames).astype(np.float32) * is_moved,
            shift=rng.uniform(-0.3, 0.3, (frames, 2)).astype(np.float32) * is_moved[:, None],
            thin=(rng.uniform(0, thin, frames) * is_thinned).astype(np.float32),
            tint=np.repeat(rng.choice([1, -1, 0], groups, p=[0.7, 0.1, 0.2]), GROUP).astype(
                np.float32
            ),
            is_mirrored=np.repeat(rng.random(groups) < 0.5, GROUP),
            is_blind=rng.random((frames, len(PARTS))) < blind,
        )

    def apply(
        self,
        batch: Batch,
        frames: npt.NDArray[np.int64],
        net: CompactNet,
        noise: float,
        generator: torch.Generator,
    ) -> tuple[Batch, Batch]:
        """Change a batch of some of the frames.

        Args:
            batch: as it is in the pool.
            frames: `[B]`, the rows of these changes that it needs.
            net: has mean and spread of the descriptors.
            noise: added to them, in spreads.
            generator: for what is drawn per segment.

        Returns:
            The batch, and the same one with noise and blind parts, as the network sees it.
        """
        zoom, shift, thin, tint, is_mirrored, is_blind = (
            torch.from_numpy(values[frames]).to(batch.tokens.device)
            for values in vars(self).values()
        )
        batch = tinted(thinned(batch, thin, generator), tint)
        batch = mirrored(reframed(batch, zoom, shift), is_mirrored)
        return batch, blurred(batch, is_blind, net, noise, generator)


def thinned(batch: Batch, share: Tensor, generator: torch.Generator) -> Batch:
    """Leave out a share `[B]` of the segments, as if their lines had not been drawn."""
    chance = torch.rand(batch.is_segment.shape, generator=generator, device=batch.is_segment.device)
    kept = batch.is_segment & (chance >= share[:, None])
    is_enough = kept.sum(dim=1, keepdim=True) >= MIN_SEGMENTS
    return replace(batch, is_segment=torch.where(is_enough, kept, batch.is_segment))


def tinted(batch: Batch, tint: Tensor) -> Batch:
    """Multiply the tints of the trace lines of every frame by a number `[B]`."""
    tokens = batch.tokens.clone()
    tokens[..., TINT] *= tint[:, None]
    return replace(batch, tokens=tokens, tint=batch.tint * tint[:, None, None])


def reframed(batch: Batch, zoom: Tensor, shift: Tensor) -> Batch:
    """Measure figures as if they were larger or smaller in their pictures, and elsewhere.

    Only numbers that tell where and how large a segment is in the picture change; windows and
    shapes stay. A sheet shows the whole figure, a close-up a part of it in the same size.

    Args:
        batch: `B` frames.
        zoom: `[B]`, logarithm of the scale.
        shift: `[B, 2]`, in halves of the figure.
    """
    scale, moved = zoom.exp()[:, None, None], shift[:, None]
    tokens = batch.tokens.clone()
    tokens[..., PLACE] = tokens[..., PLACE] * scale + moved
    tokens[..., EXTENT] *= scale
    growth = torch.tensor([*LOGARITHMS.values()], device=zoom.device)
    tokens[..., list(LOGARITHMS)] += zoom[:, None, None] * growth
    return replace(
        batch,
        tokens=tokens,
        positions=batch.positions * scale + moved,
        sizes=batch.sizes + zoom[:, None],
    )


def mirrored(batch: Batch, is_mirrored: Tensor) -> Batch:
    """Return the mirror images of some frames, without looking at pixels again."""
    chosen = is_mirrored[:, None, None]
    order = torch.from_numpy(MIRROR_ORDER).to(chosen.device)
    sign = torch.from_numpy(MIRROR_SIGN).to(chosen.device)
    side = torch.tensor([-1.0, 1.0], device=chosen.device)
    return replace(
        batch,
        tokens=torch.where(chosen, batch.tokens[..., order] * sign, batch.tokens),
        positions=torch.where(chosen, batch.positions * side, batch.positions),
    )


def blurred(
    batch: Batch, is_blind: Tensor, net: CompactNet, noise: float, generator: torch.Generator
) -> Batch:
    """Add noise to the descriptors, in spreads, and blind frames in some of `PARTS` `[B, P]`."""
    shift = torch.randn(batch.tokens.shape, generator=generator, device=batch.tokens.device)
    tokens = batch.tokens + shift * (noise * net.spread)
    for part, blind in zip(PARTS, is_blind.unbind(-1), strict=True):
        tokens[..., part] = torch.where(blind[:, None, None], net.center[part], tokens[..., part])
    return replace(batch, tokens=tokens)
