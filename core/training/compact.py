"""Train the embedded encoder: groups of frames of one clip, each frame colours the others.

The loss is the negative logarithm of the probability of the true colour: a softmax over all
segments of another frame, or of all other frames together, summed per colour. Everything drawn at
random is a function of seed and step, so that a run that was interrupted goes on as if it had not
been.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.encoders.compact import Batch, CompactNet, NetConfig, collate, encode, mirrored, to_bytes
from core.encoders.descriptors import (
    EXTENT,
    LOGARITHMS,
    PLACE,
    SCALARS,
    WIDTH,
    Description,
)
from core.encoders.shapes import GRID
from core.encoders.windows import CHANNELS
from core.training.clips import MIN_SEGMENTS
from core.training.described import CLEAN, DescribedClips, DescribedFrame, PackedFrame
from core.training.development import Encoded, measure
from core.training.loop import check_plan, cosine

GROUP = 4
"""Frames of a group; each is target and reference of the three others."""

FIRST_SHEET = 0.4
"""How often the first sheet is taken on purpose."""

PARTS = [slice(SCALARS, SCALARS + GRID**2)] + [
    slice(start, start + CHANNELS * GRID**2)
    for start in range(SCALARS + GRID**2, WIDTH, CHANNELS * GRID**2)
]
"""Of the descriptors: shapes, and one window each."""


@dataclass(frozen=True)
class Plan:
    """How to train; all of it together with the data decides the result.

    Attributes:
        steps: all steps of the cosine schedule.
        groups: groups of four frames per step.
        rate: learning rate at the start; warmup: steps that lead up to it.
        decay: weight decay; clip: largest norm of the gradients; ema: of the averaged weights.
        variants: of every clip, the clean one included.
        smallest: the weight of a speck in the loss; segments of `full` pixels or more (of a figure
            of 512 pixels) have weight 1.
        noise: added to the descriptors, in spreads; blind: how often a frame loses one of its
            windows or its shapes; thin: the largest share of segments that a frame loses;
            reframe: how often a frame stands elsewhere and larger or smaller in its picture.
    """

    steps: int = 6000
    groups: int = 2
    rate: float = 1e-3
    warmup: int = 100
    decay: float = 0.02
    clip: float = 1.0
    ema: float = 0.998
    variants: int = 2
    smallest: float = 0.2
    full: float = 40.0
    noise: float = 0.1
    blind: float = 0.1
    thin: float = 0.15
    reframe: float = 0.25
    seed: int = 0
    net: NetConfig = field(default_factory=NetConfig)


def draw_group(
    clips: Sequence[Sequence[Path]], described: DescribedClips, plan: Plan, *, step: int, group: int
) -> list[DescribedFrame]:
    """Draw four frames of one clip; a function of seed, step and group alone.

    A folder counts with the square root of its number of clips. In about half of the groups two
    frames are near in time and one is a sheet; in the others two are sheets. The first sheet, by
    custom the front view, is the one that a clip is most often coloured from: it comes more often.
    """
    rng = np.random.default_rng([plan.seed, step + 1, group])
    share = np.sqrt([len(folder) for folder in clips])
    while True:
        folder = clips[int(rng.choice(len(clips), p=share / share.sum()))]
        clip = folder[int(rng.integers(len(folder)))]
        common = int(rng.integers(plan.variants))
        is_common = rng.random() < 0.6
        frames = described.frames(clip, common)
        drawings = [index for index, frame in enumerate(frames) if not frame.is_sheet]
        sheets = [index for index, frame in enumerate(frames) if frame.is_sheet]
        if len(drawings) < 2:
            continue
        near = int(rng.integers(len(drawings) - 1))
        pair = (
            drawings[near],
            drawings[min(near + int(rng.choice([1, 1, 1, 2, 3])), len(drawings) - 1)],
        )
        if not sheets:
            chosen = [*pair, *rng.choice(drawings, 2)]
        elif len(sheets) < 2 or rng.random() < 0.5:
            sheet = sheets[0] if rng.random() < FIRST_SHEET else rng.choice(sheets)
            chosen = [*pair, sheet, rng.integers(len(frames))]
        else:
            two = rng.choice(sheets, 2, replace=False)
            if rng.random() < FIRST_SHEET and sheets[0] not in two:
                two[0] = sheets[0]
            chosen = [*two, *rng.choice(drawings, 2, replace=False)]
        variants = [common if is_common else int(rng.integers(plan.variants)) for _ in chosen]
        packed = [
            _frame(described, clip, variant, int(index))
            for variant, index in zip(variants, chosen, strict=True)
        ]
        frames_drawn = [thinned(frame.unpack(), rng, plan.thin) for frame in packed]
        frames_drawn = [
            replace(frame, description=reframed(frame.description, rng))
            if rng.random() < plan.reframe
            else frame
            for frame in frames_drawn
        ]
        if rng.random() < 0.5:
            frames_drawn = [
                replace(frame, description=mirrored(frame.description)) for frame in frames_drawn
            ]
        return frames_drawn


def thinned(frame: DescribedFrame, rng: np.random.Generator, most: float) -> DescribedFrame:
    """Leave out up to a share of the segments, as if their lines had not been drawn."""
    description = frame.description
    kept = rng.random(len(description)) >= rng.uniform(0, most)
    if rng.random() < 0.5 or kept.sum() < MIN_SEGMENTS:
        return frame
    edges = kept[description.touching].all(axis=1)
    row = np.cumsum(kept) - 1
    return replace(
        frame,
        colors=frame.colors[kept],
        description=Description(
            tokens=description.tokens[kept],
            positions=description.positions[kept],
            sizes=description.sizes[kept],
            touching=row[description.touching[edges]].astype(np.int32),
            border=description.border[edges],
            trace=description.trace[edges],
        ),
    )


def reframed(frame: Description, rng: np.random.Generator) -> Description:
    """Measure the figure as if it were one third smaller to twice as large, and elsewhere.

    Only numbers that tell where and how large a segment is in the picture change; windows and
    shapes stay. A sheet shows the whole figure, a close-up a part of it in the same size.
    """
    zoom = rng.uniform(-0.4, 0.7)
    scale = np.float32(np.exp(zoom))
    shift = rng.uniform(-0.3, 0.3, 2).astype(np.float32)
    tokens = frame.tokens.copy()
    tokens[:, PLACE] = tokens[:, PLACE] * scale + shift
    tokens[:, EXTENT] *= scale
    tokens[:, list(LOGARITHMS)] += np.float32(zoom) * np.array([*LOGARITHMS.values()], np.float32)
    return replace(
        frame,
        tokens=tokens,
        positions=frame.positions * scale + shift,
        sizes=frame.sizes + np.float32(zoom),
    )


def _frame(described: DescribedClips, clip: Path, variant: int, index: int) -> PackedFrame:
    return described.frames(clip, variant)[index]


class CompactTrainer:
    """The embedded encoder as the loop sees it: the network, its average and the optimizer."""

    def __init__(
        self,
        plan: Plan,
        clips: Sequence[Sequence[Path]],
        described: DescribedClips,
        *,
        development: Sequence[Path] = (),
        start: CompactNet | None = None,
        device: torch.device | None = None,
    ) -> None:
        """Begin with random weights that the seed decides, or with trained ones.

        Args:
            plan: sizes, rates and the seed.
            clips: of every folder of training data.
            described: gives their frames.
            development: folders of clips for the accuracy that is reported.
            start: a trained network; the plan's sizes then do not count.
            device: where to compute, by default the processor.
        """
        self.plan = plan if start is None else replace(plan, net=start.config)
        self.step, self.steps, self.batch = 0, plan.steps, plan.groups
        self.device = device or torch.device("cpu")
        self._clips, self._described, self._development = clips, described, development
        with torch.random.fork_rng():
            torch.manual_seed(plan.seed)
            self.net = CompactNet(self.plan.net)
            self.averaged = CompactNet(self.plan.net)
            self.scale = nn.Parameter(torch.tensor(2.6))  # logarithm of 1 / temperature
        if start is None:
            self._standardise()
        else:
            self.net.load_state_dict(start.state_dict())
        self.averaged.load_state_dict(self.net.state_dict())
        self.net.to(self.device)
        self.averaged.to(self.device)
        self.scale.data = self.scale.data.to(self.device)
        self.parameters = [*self.net.parameters(), self.scale]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=plan.rate, weight_decay=plan.decay, betas=(0.9, 0.98), fused=True
        )

    def _standardise(self) -> None:
        """Measure mean and spread of the descriptors; done once, before the first step."""
        groups = [self._draw(step=-1, group=group) for group in range(50)]
        tokens = np.concatenate([frame.description.tokens for group in groups for frame in group])
        self.net.center.copy_(torch.from_numpy(tokens.mean(axis=0)))
        self.net.spread.copy_(torch.from_numpy(np.maximum(tokens.std(axis=0), 0.05)))

    def _draw(self, *, step: int, group: int) -> list[DescribedFrame]:
        return draw_group(self._clips, self._described, self.plan, step=step, group=group)

    def loss(self, part: int) -> tuple[Tensor, float]:
        """Return loss and (weighted) accuracy of one group of the present step."""
        group = self._draw(step=self.step, group=part)
        batch = collate([frame.description for frame in group]).to(self.device)
        colors = [frame.colors for frame in group]
        seen = replace(batch, tokens=self._blurred(batch.tokens, [self.plan.seed, self.step, part]))
        return group_loss(self.net(seen), self.scale.exp(), batch, colors, self.plan)

    def _blurred(self, tokens: Tensor, seed: Sequence[int]) -> Tensor:
        """Add noise to the descriptors `[B, N, WIDTH]` and blind frames in some windows."""
        rng = np.random.default_rng([*seed, 1])
        noise = rng.standard_normal(tokens.shape, np.float32) * np.float32(self.plan.noise)
        is_blind = torch.from_numpy(rng.random((len(tokens), 1, len(PARTS))) < self.plan.blind)
        tokens = tokens + torch.from_numpy(noise).to(self.device) * self.net.spread
        for part, blind in zip(PARTS, is_blind.to(self.device).unbind(-1), strict=True):
            tokens[..., part] = torch.where(
                blind[..., None], self.net.center[part], tokens[..., part]
            )
        return tokens

    def update(self, share: float) -> None:
        """Take a step at the rate of the schedule and average the weights."""
        rate = self.plan.rate * cosine(self.step, share, warmup=self.plan.warmup)
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = rate
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), self.plan.clip)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        keep = min(self.plan.ema, (self.step + 2) / (self.step + 11))
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.net.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)

    def state(self) -> dict[str, Any]:
        """Return everything that `load` needs."""
        return {
            "plan": json.dumps(asdict(replace(self.plan, steps=0))),
            "step": self.step,
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "scale": self.scale.detach(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state; the plan may differ in its steps only.

        Raises:
            MisfitError: if it was made with another plan.
        """
        check_plan(state["plan"], self.state()["plan"])
        self.step = state["step"]
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        with torch.no_grad():
            self.scale.copy_(state["scale"])
        self.optimizer.load_state_dict(state["optimizer"])

    def weights(self) -> bytes:
        """Return the averaged weights as the encoder reads them."""
        return to_bytes(self.averaged, note=f"step {self.step}, seed {self.plan.seed}")

    def measure(self) -> dict[str, float]:
        """Return the development accuracy of the averaged weights."""
        return measure(self._development, self._encoded)

    def _encoded(self, clip: Path) -> list[Encoded]:
        frames = [packed.unpack() for packed in self._described.frames(clip, CLEAN)]
        return [
            Encoded(encode(self.averaged, frame.description), frame.colors, frame.is_sheet)
            for frame in frames
        ]


def group_loss(
    features: Tensor, scale: Tensor, batch: Batch, colors: Sequence[np.ndarray], plan: Plan
) -> tuple[Tensor, float]:
    """Let every frame of a group colour every other one.

    Args:
        features: `[B, N, C]`, unit rows.
        scale: 1 / temperature.
        batch: the frames.
        colors: `[L]` per frame, any numbers.
        plan: weights of small segments.

    Returns:
        The mean over pairs of a frame and its reference (another frame, or all others together) of
        the weighted mean over segments whose colour occurs in the reference of -log p(true
        colour); and the weighted share of segments that are right.
    """
    count, longest = batch.is_segment.shape
    _, ids = np.unique(np.concatenate(colors), return_inverse=True)
    target = torch.zeros(count, longest, dtype=torch.long, device=features.device)
    target[batch.is_segment] = torch.from_numpy(ids).to(features.device)
    is_color = nn.functional.one_hot(target, int(ids.max()) + 1) * batch.is_segment[..., None]
    area = torch.exp(2 * batch.sizes) * 256**2  # as if the figure were 512 pixels
    weight = (area / plan.full).clamp(plan.smallest, 1) * batch.is_segment

    flat = features.flatten(0, 1)
    scores = (flat @ flat.T * scale).view(count, longest, count, longest)
    scores = scores + torch.log(weight + 1e-9)  # a speck is a poor reference as well
    mass = torch.exp(scores - scores.detach().amax((2, 3), keepdim=True))
    others = ~torch.eye(count, dtype=torch.bool, device=features.device)[..., None]
    by_color = torch.einsum("anbm,bmk->abnk", mass, is_color.to(mass.dtype)) * others[..., None]
    by_color = torch.cat([by_color, by_color.sum(1, keepdim=True)], dim=1)  # all others together
    own = target[:, None, :, None].expand(count, count + 1, longest, 1)
    right = by_color.gather(-1, own)[..., 0] / by_color.sum(-1).clamp(min=1e-30)  # [a, b + 1, N]

    occurs = is_color.any(dim=1).T[target].permute(0, 2, 1) * others  # [a, b, N]
    occurs = torch.cat([occurs, occurs.any(1, keepdim=True)], dim=1)
    weights = weight[:, None] * occurs
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)
    pairs = (weights.sum(-1) > 0).sum().clamp(min=1)
    loss = -(torch.log(right + 1e-8) * weights).sum() / pairs
    hits = (by_color.argmax(-1) == own[..., 0]) * weights
    return loss, float(hits.sum() / pairs)
