"""The network of DACoN without DINOv2, of the sizes and version that a checkpoint has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.encoders.checkpoints import State, load_exactly, misfit
from core.encoders.unet import UNet

Version = Literal["1.0", "1.1"]

NORM_FLOOR = 1e-6
"""Added to the norms of the two halves before 1.1 adds them, as in the reference."""


class Perceptron(nn.Module):
    """Linear, ReLU, linear."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        """Map `inputs` to `outputs` numbers."""
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """[L, inputs] -> [L, outputs]."""
        y: Tensor = self.fc2(functional.relu(self.fc1(x)))
        return y


class Dacon(nn.Module):
    """The network without DINOv2, which is frozen and passed in; keys as in the checkpoints.

    `dino_unet_mlp` is the fusion of version 1.0; 1.1 has none.
    """

    def __init__(
        self, unet: UNet, dino_mlp: Perceptron, dino_unet_mlp: Perceptron | None = None
    ) -> None:
        """Put the parts together."""
        super().__init__()
        self.unet, self.dino_mlp, self.dino_unet_mlp = unet, dino_mlp, dino_unet_mlp

    @property
    def version(self) -> Version:
        """The published version this network is like."""
        return "1.1" if self.dino_unet_mlp is None else "1.0"

    def fuse(self, dino: Tensor, spatial: Tensor) -> Tensor:
        """Reduce and join the pooled features of both branches.

        DINOv2's are `[L, 1024]`, the U-Net's `[L, 64]`, from before its last convolution.
        """
        reduced = self.dino_mlp(dino)  # [L, 128]
        spatial = self.unet.head(spatial)  # [L, 128]
        if self.dino_unet_mlp is not None:
            joined: Tensor = self.dino_unet_mlp(torch.cat([reduced, spatial], dim=1))
            return joined  # [L, 128]
        return _normal(reduced) + _normal(spatial)  # [L, 128]


def dacon_from(state: State, *, path: Path) -> Dacon:
    """Make the network that a state dict without DINOv2 belongs to.

    Raises:
        CheckpointError: if it is no DACoN.
    """
    try:
        network = _build(state)
    except (KeyError, ValueError, IndexError, TypeError, RuntimeError) as error:
        detail = f"lacks {error.args[0]}" if isinstance(error, KeyError) else "has other shapes"
        raise misfit(path, state, wanted="DACoN", problem=detail) from error
    load_exactly(network, state, path=path, wanted=f"DACoN {network.version}")
    return network


def _build(state: Mapping[str, Tensor]) -> Dacon:
    """Make a network of the sizes that a state dict has."""

    def size(key: str, axis: int = 0) -> int:
        return state[key].shape[axis]

    def perceptron(name: str) -> Perceptron:
        return Perceptron(
            size(f"{name}.fc1.weight", 1), size(f"{name}.fc1.weight"), size(f"{name}.fc2.weight")
        )

    levels = {key.split(".")[2] for key in state if key.startswith("unet.encoder_blocks.")}
    with torch.device("meta"):  # no time and memory for weights that are replaced at once
        return Dacon(
            UNet(
                [size(f"unet.encoder_blocks.{i}.conv.0.weight") for i in range(len(levels) or 1)],
                size("unet.bottleneck.conv.0.weight"),
                size("unet.final_conv.weight"),
            ),
            perceptron("dino_mlp"),
            perceptron("dino_unet_mlp") if "dino_unet_mlp.fc1.weight" in state else None,
        )


def _normal(x: Tensor) -> Tensor:
    """Divide by the norm as the reference does, not as `functional.normalize`."""
    unit: Tensor = x / (x.norm(dim=1, keepdim=True) + NORM_FLOOR)
    return unit
