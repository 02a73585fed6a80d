"""Train DACoN as published: two frames of a clip, the one coloured from the other.

DINOv2 is frozen: what it says of a drawing is computed once and kept on disk. U-Net and perceptrons
are trained. Segments are the program's own.

Source: DACoN (ICCV 2025), section 3 and the published code (`losses/loss.py`, `train.yaml`).
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.encoders.checkpoints import fingerprint
from core.encoders.dacon import POOL_SIZE
from core.encoders.dacon_network import Dacon, Perceptron, Version
from core.encoders.devices import computing
from core.encoders.dinov2 import INPUT_SIZE, inputs, patch_tokens
from core.encoders.pooling import Cells, pool, shrink, weights
from core.encoders.unet import INPUT_SIZE as UNET_SIZE
from core.encoders.unet import OUT, UNet
from core.images import Image, ImageError
from core.training.benchmark import Known
from core.training.development import measure
from core.training.loop import MisfitError, TrainingError, check_plan, write
from core.truth import complete_drawings, frames_and_sheets, partner, read_drawing

TEMPERATURE = 0.1
"""What similarities are divided by before the softmax, and in the consistency."""

OFFSETS = (-2, -1, 0, 1, 2)
"""How far the reference may be from its target, in frames."""

CLASSIFICATION = 0.5
"""The weight of the classification in the loss."""

TINY = 1e-15
"""Added to probabilities before the logarithm."""

HIDDEN = 512
"""Width of the perceptrons between their two layers."""


@dataclass(frozen=True)
class Plan:
    """How to train, by default as published.

    Attributes:
        epochs: how often every frame is a target; batch: pairs of frames in a step.
        rate: of Adam; consistency: the weight of the Feature Consistency Loss, 0 leaves it out.
    """

    epochs: int = 5
    batch: int = 2
    rate: float = 1e-4
    consistency: float = 0.2
    seed: int = 42


@dataclass(frozen=True)
class Drawing:
    """A frame with its shrunken masks and the true colour of each segment `[L]` (packed RGBA)."""

    line: Image
    cells: Cells
    colors: npt.NDArray[np.uint32]


def new_network(version: Version, channels: int, seed: int) -> Dacon:
    """Make a network of the published size for a DINOv2 of so many channels, untrained."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Dacon(
            UNet(),
            Perceptron(channels, HIDDEN, OUT),
            Perceptron(2 * OUT, HIDDEN, OUT) if version == "1.0" else None,
        )


class DaconTrainer:
    """DACoN as the loop sees it."""

    def __init__(
        self,
        plan: Plan,
        network: Dacon,
        dino: nn.Module,
        clips: Sequence[Sequence[Path]],
        cache: Path,
        *,
        development: Sequence[Path] = (),
        device: torch.device | None = None,
    ) -> None:
        """Train a network, new or trained before.

        Args:
            plan: sizes, rates and the seed.
            network: U-Net and perceptrons; they are changed.
            dino: as `dinov2_from` makes it; it is not changed.
            clips: of every folder of training data.
            cache: a folder for what DINOv2 says of drawings.
            development: folders of clips for the accuracy that is reported.
            device: where to compute, by default the processor.
        """
        self.plan = plan
        self.device = device or torch.device("cpu")
        self.network, self._dino = network.to(self.device).train(), dino.to(self.device)
        self._cache, self._development = cache, development
        self._clips = [
            paths for folder in clips for clip in folder if (paths := complete_drawings(clip)[0])
        ]
        self._frames = [(clip, i) for clip in self._clips for i in range(len(clip))]
        self.step, self.batch = 0, plan.batch
        self.steps = max(1, plan.epochs * len(self._frames) // plan.batch)
        self.parameters = list(self.network.parameters())
        self.optimizer = torch.optim.Adam(self.parameters, lr=plan.rate)
        self._pool_size = POOL_SIZE[network.version]
        self._dino_name = fingerprint(dino.state_dict())
        self._data = _content(self._clips)
        self._read = lru_cache(maxsize=64)(self._read_drawing)

    def loss(self, part: int) -> tuple[Tensor, Tensor]:
        """Return loss and accuracy of one pair of the present step."""
        paths = draw_pair(self._frames, self.plan, self.step * self.batch + part)
        target, reference = map(self._read, paths)
        (fused, dino), (other_fused, other_dino) = map(self._features, (target, reference))
        similarity = _cosine(fused, other_fused)
        loss, accuracy = classification(similarity, target.colors, reference.colors)
        loss = CLASSIFICATION * loss
        if self.plan.consistency:
            difference = (similarity - _cosine(dino, other_dino)).abs().mean() / TEMPERATURE
            loss = loss + self.plan.consistency * difference
        return loss, accuracy

    def update(self, share: float) -> None:  # noqa: ARG002 -- the published rate is constant
        """Take a step of Adam."""
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def state(self) -> dict[str, Any]:
        """Return everything that `load` needs."""
        return {
            "plan": json.dumps({**asdict(self.plan), "epochs": 0, "frames": len(self._frames)}),
            "data": self._data,
            "dino": self._dino_name,
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state; the plan may differ in its epochs only.

        Raises:
            MisfitError: if it was made with another plan, version or DINOv2, or on other clips.
        """
        if state["network"].keys() != self.network.state_dict().keys():
            raise MisfitError("it is of the other version of DACoN; give its --version or --from")
        if state.get("dino", self._dino_name) != self._dino_name:  # older ones do not say
            raise MisfitError("it was made with another DINOv2; give its --dino")
        if state.get("data", self._data) != self._data:
            raise MisfitError("it was made on other clips")
        check_plan(state["plan"], self.state()["plan"])
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])

    def weights(self) -> bytes:
        """Return the network as the encoder reads it, without DINOv2."""
        tensors = {key: value.cpu() for key, value in self.network.state_dict().items()}
        data: bytes = safetensors.torch.save(tensors)
        return data

    def measure(self) -> dict[str, float]:
        """Return the development accuracy."""
        return measure(self._development, self._encoded)

    def _encoded(self, clip: Path) -> tuple[list[Known], list[Known]]:
        frames, sheets = (
            [self._known(path) for path in complete_drawings(folder)[0]]
            for folder in frames_and_sheets(clip)
        )
        return frames, sheets

    def _known(self, path: Path) -> Known:
        drawing = self._read(path)
        with torch.no_grad():
            fused, _ = self._features(drawing)
        return Known(functional.normalize(fused, dim=1).cpu().numpy(), drawing.colors)

    def _read_drawing(self, path: Path) -> Drawing:
        try:
            line, segments, colors = read_drawing(path)
        except ImageError as error:
            raise TrainingError(f"{path.parent.parent}: {error}") from error
        return Drawing(line, shrink(segments, self._pool_size), colors)

    def _features(self, drawing: Drawing) -> tuple[Tensor, Tensor]:
        """Return the fused features `[L, 128]` and DINOv2's `[L, 1024]`."""
        [image] = inputs(drawing.line, [UNET_SIZE], self.device)
        body = self.network.unet.body(image)[0].flatten(1).t()  # [512 * 512, 64]
        spatial = pool(body, weights(drawing.cells, UNET_SIZE).to(self.device))  # [L, 64]
        dino = self._dino_features(drawing)
        return self.network.fuse(dino, spatial), dino

    def _dino_features(self, drawing: Drawing) -> Tensor:
        """Return what DINOv2 says, from disk if it has been asked before."""
        name = hashlib.blake2b(f"{self._dino_name} {self._pool_size}".encode(), digest_size=12)
        name.update(repr(drawing.line.shape).encode() + drawing.line.tobytes())
        path = self._cache / f"{name.hexdigest()}.safetensors"
        with suppress(FileNotFoundError, safetensors.SafetensorError):  # absent or cut short
            return safetensors.torch.load(path.read_bytes())["dino"].to(self.device)
        with computing(self.device, "float32"):
            [image] = inputs(drawing.line, [INPUT_SIZE], self.device)
            tokens = patch_tokens(self._dino, image)[0]  # [37 * 37, 1024]
            side = round(len(tokens) ** 0.5)
            found = pool(tokens, weights(drawing.cells, (side, side)).to(self.device)).cpu()
        write(path, safetensors.torch.save({"dino": found}))
        return found.clone().to(self.device)  # no tensor of inference may enter the training


def _content(clips: Sequence[Sequence[Path]]) -> str:
    """Name the drawings of clips and their colours: by their files, wherever they lie."""
    digest = hashlib.blake2b(digest_size=16)
    for clip in clips:
        digest.update(f"clip of {len(clip)} ".encode())
        for path in clip:
            for file in (path, partner(path)):
                try:
                    content = file.read_bytes()
                except OSError as error:
                    raise TrainingError(
                        f"{file} cannot be read ({error.strerror}); check the disk, or take its"
                        " clip out."
                    ) from error
                digest.update(hashlib.blake2b(content, digest_size=16).digest())
    return digest.hexdigest()


def draw_pair(
    frames: Sequence[tuple[Sequence[Path], int]], plan: Plan, index: int
) -> tuple[Path, Path]:
    """Draw target and reference number `index` of a run; a function of the seed and that alone.

    Every frame is a target once an epoch; where its reference lies is drawn from `OFFSETS`.

    Args:
        frames: the frames of a clip and the position of one of them, for every frame.
        plan: has the seed.
        index: from 0 on, over all epochs.
    """
    epoch, place = divmod(index, len(frames))
    order = np.random.default_rng([plan.seed, epoch]).permutation(len(frames))
    clip, target = frames[order[place]]
    rng = np.random.default_rng([plan.seed, epoch, place])
    others = [target + offset for offset in OFFSETS if 0 <= target + offset < len(clip)]
    return clip[target], clip[int(rng.choice(others))]


def classification(
    similarity: Tensor, colors: npt.NDArray[np.uint32], others: npt.NDArray[np.uint32]
) -> tuple[Tensor, Tensor]:
    """Say how well the colours of a frame follow from those of another.

    Args:
        similarity: `[L, M]` cosines.
        colors: of the target, `[L]`.
        others: of the reference, `[M]`.

    Returns:
        The mean of -log p(true colour) over the target segments whose colour the reference has,
        p the softmax over its segments, summed per colour; and the share of those whose most
        similar segment has the true colour.
    """
    is_same = torch.from_numpy(colors[:, None] == others).to(similarity.device)  # [L, M]
    occurs = is_same.any(dim=1)
    if not occurs.any():
        return similarity.sum() * 0, similarity.new_zeros(())
    chance = (torch.softmax(similarity / TEMPERATURE, dim=1) * is_same).sum(dim=1)
    best = similarity.argmax(dim=1, keepdim=True)
    right = is_same.gather(1, best)[occurs].float().mean()
    return -torch.log(chance[occurs] + TINY).mean(), right


def _cosine(one: Tensor, other: Tensor) -> Tensor:
    return functional.normalize(one, dim=1) @ functional.normalize(other, dim=1).t()
