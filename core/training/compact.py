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
from torch.optim.swa_utils import get_ema_multi_avg_fn

from core.encoders.compact import Batch, CompactNet, NetConfig, encode, to_bytes
from core.training.benchmark import Known
from core.training.changes import Changes
from core.training.described import CLEAN, DescribedClips
from core.training.development import measure
from core.training.loop import MisfitError, check_plan, cosine
from core.training.pool import GROUP, Drawn, FramePool

TOGETHER = {"cuda": 32}
"""Groups that are computed at once: a graphics card is hardly busy with one."""

STANDARD = 50
"""Groups from which mean and spread of the descriptors are measured."""


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


class CompactTrainer:
    """The embedded encoder as the loop sees it: the network, its average and the optimizer."""

    def __init__(
        self,
        plan: Plan,
        pool: FramePool,
        described: DescribedClips,
        *,
        development: Sequence[Path] = (),
        start: CompactNet | None = None,
    ) -> None:
        """Begin with random weights that the seed decides, or with trained ones.

        Args:
            plan: sizes, rates and the seed.
            pool: what to train on, and where.
            described: gives the frames of the development clips.
            development: folders of clips for the accuracy that is reported.
            start: a trained network; the plan's sizes then do not count.
        """
        self.plan = plan if start is None else replace(plan, net=start.config)
        self.device = pool.device
        self.step, self.steps = 0, plan.steps
        self.batch = -(-plan.groups // TOGETHER.get(self.device.type, 1))
        self._pool, self._described, self._development = pool, described, development
        self._drawn: tuple[int, Drawn, Changes] | None = None
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
        drawn = self._pool.draw(STANDARD, np.random.default_rng([self.plan.seed, 0]))
        batch, _ = self._pool.gather(drawn.frame.ravel())
        tokens = batch.tokens[batch.is_segment]
        self.net.center.copy_(tokens.mean(dim=0))
        self.net.spread.copy_(tokens.std(dim=0, correction=0).clamp(min=0.05))

    def _draw(self, step: int) -> tuple[Drawn, Changes]:
        """Draw the groups of a step, those with short frames first; a function of seed and step."""
        if self._drawn is None or self._drawn[0] != step:
            rng = np.random.default_rng([self.plan.seed, step + 1])
            drawn = self._pool.draw(self.plan.groups, rng)
            plan = self.plan
            changes = Changes.draw(
                plan.groups, rng, reframe=plan.reframe, thin=plan.thin, blind=plan.blind
            )
            self._drawn = (step, drawn, changes)
        return self._drawn[1:]

    def loss(self, part: int) -> tuple[Tensor, Tensor]:
        """Return loss and (weighted) accuracy of a part of the groups of the present step."""
        drawn, changes = self._draw(self.step)
        in_order = np.argsort(drawn.length.max(axis=1), kind="stable")
        groups = np.array_split(in_order, self.batch)[part]
        frames = (groups[:, None] * GROUP + np.arange(GROUP)).ravel()
        generator = torch.Generator(self.device)
        generator.manual_seed(_mixed(self.plan.seed, self.step, part))
        batch, colors = self._pool.gather(drawn.frame[groups].ravel())
        batch, seen = changes.apply(batch, frames, self.net, self.plan.noise, generator)
        losses, hits = group_losses(
            self.net(seen),
            self.scale.exp(),
            batch,
            colors,
            self.plan,
            groups=len(groups),
            palette=int(drawn.palette[groups].max()),
        )
        share = self.batch / self.plan.groups
        return losses.sum() * share, hits.sum() * share

    def update(self, share: float) -> None:
        """Take a step at the rate of the schedule and average the weights."""
        self._draw(self.step + 1)  # while the graphics card is busy with this step
        rate = self.plan.rate * cosine(self.step, share, warmup=self.plan.warmup)
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = rate
        # the scale is not clipped, but a step with a gradient of it that is no number ends it all
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), self.plan.clip)
        slope = self.scale.grad
        if torch.isfinite(norm if slope is None else torch.stack([norm, slope])).all():
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        keep = min(self.plan.ema, (self.step + 2) / (self.step + 11))
        with torch.no_grad():
            get_ema_multi_avg_fn(keep)(  # type: ignore[no-untyped-call]
                list(self.averaged.parameters()), list(self.net.parameters()), None
            )

    def state(self) -> dict[str, Any]:
        """Return everything that `load` needs."""
        return {
            "plan": json.dumps(asdict(replace(self.plan, steps=0))),
            "data": self._pool.content,
            "step": self.step,
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "scale": self.scale.detach(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state; the plan may differ in its steps only.

        Raises:
            MisfitError: if it was made with another plan or on other clips.
        """
        check_plan(state["plan"], self.state()["plan"])
        own = self._pool.content
        if state.get("data", own) != own:  # older checkpoints do not say
            raise MisfitError("it was made on other clips")
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

    def _encoded(self, clip: Path) -> tuple[list[Known], list[Known]]:
        frames, sheets = list[Known](), list[Known]()
        for packed in self._described.frames(clip, CLEAN):
            frame = packed.unpack()
            known = Known(encode(self.averaged, frame.description), frame.colors)
            (sheets if frame.is_sheet else frames).append(known)
        return frames, sheets


def _mixed(*numbers: int) -> int:
    """Make one seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def group_losses(
    features: Tensor,
    scale: Tensor,
    batch: Batch,
    colors: Tensor,
    plan: Plan,
    *,
    groups: int,
    palette: int,
) -> tuple[Tensor, Tensor]:
    """Let every frame of a group colour every other one.

    Args:
        features: `[B, N, C]`, unit rows; frames of a group follow each other.
        scale: 1 / temperature.
        batch: the frames.
        colors: `[B, N]`, numbers from 0 on.
        plan: weights of small segments.
        groups: how many groups the batch has.
        palette: how many colours there are.

    Returns:
        Of every group `[G]` the mean over pairs of a frame and its reference (another frame, or all
        others together) of the weighted mean over segments whose colour occurs in the reference of
        -log p(true colour); and the weighted share of segments that are right.
    """
    longest = batch.is_segment.shape[1]
    is_segment = batch.is_segment.view(groups, -1, longest)
    count = is_segment.shape[1]
    target = colors.view(groups, count, longest)
    is_color = nn.functional.one_hot(target, palette).to(features.dtype) * is_segment[..., None]
    area = torch.exp(2 * batch.sizes) * 256**2  # as if the figure were 512 pixels
    weight = (area / plan.full).clamp(plan.smallest, 1) * batch.is_segment
    weight = weight.view(groups, count, longest)

    flat = features.view(groups, count * longest, -1)
    scores = (flat @ flat.mT * scale).view(groups, count, longest, count, longest)
    scores = scores + torch.log(weight + 1e-9)[:, None, None]  # a speck is a poor reference as well
    mass = torch.exp(scores - scores.detach().amax((3, 4), keepdim=True))
    others = ~torch.eye(count, dtype=torch.bool, device=features.device)[..., None]
    by_color = torch.einsum("ganbm,gbmk->gabnk", mass, is_color) * others[..., None]
    by_color = torch.cat([by_color, by_color.sum(2, keepdim=True)], dim=2)  # all others together
    own = target[:, :, None, :, None].expand(-1, -1, count + 1, -1, 1)
    right = by_color.gather(-1, own)[..., 0] / by_color.sum(-1).clamp(min=1e-30)  # [g, a, b + 1, N]

    in_frame = is_color.amax(dim=2)  # [g, b, K]
    occurs = (
        in_frame[:, None]
        .expand(-1, count, -1, -1)
        .gather(  # [g, a, b, N]
            -1, target[:, :, None].expand(-1, -1, count, -1)
        )
        * others
    )
    occurs = torch.cat([occurs, occurs.amax(2, keepdim=True)], dim=2)
    weights = weight[:, :, None] * occurs
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)
    pairs = (weights.sum(-1) > 0).sum((1, 2)).clamp(min=1)
    losses = -(torch.log(right + 1e-8) * weights).sum((1, 2, 3)) / pairs
    hits = (by_color.argmax(-1) == own[..., 0]) * weights
    return losses, hits.sum((1, 2, 3)) / pairs
