"""DACoN 1.0 and 1.1: what a part is (DINOv2) and where it lies (U-Net), fused per segment.

Read `DaconEncoder._features`, and you know what it computes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.encoders import SegmentFeatures
from core.encoders.checkpoints import CheckpointError, fingerprint, part, read_state
from core.encoders.dacon_network import Dacon, Version, dacon_from
from core.encoders.devices import (
    SAME_MATCHES,
    Passes,
    Precision,
    check_precision,
    computing,
    fastest,
    match_agreement,
    pick_device,
    run_within_memory,
    stop_inside,
)
from core.encoders.dinov2 import (
    INPUT_SIZE,
    SIZES,
    TIMM_NAMES,
    dinov2_from,
    inputs,
    patch_tokens,
)
from core.encoders.pooling import Cells, Size, pool, shrink, weights
from core.encoders.scale import Scale
from core.encoders.trials import recall, remember
from core.encoders.unet import INPUT_SIZE as UNET_SIZE
from core.segments import Segments

POOL_SIZE: dict[Version, Size | None] = {"1.0": None, "1.1": (512, 512)}
"""To what size the masks are shrunk; 1.0 pools at the size of the drawing."""

BATCH = {"cuda": 2}
"""Drawings at a time: 2 on a graphics card stay below 3.2 GB with ViT-L (estimated)."""

ENOUGH = 50
"""Segments that drawings must have together to try a precision on: a few always match."""

Line = npt.NDArray[np.uint8]
"""A line image `[H, W, 4]`."""

Frame = tuple[Line, Segments]


class Features(NamedTuple):
    """What the network says of the L segments of a drawing, each a tensor `[L, …]`."""

    dino: Tensor
    """Raw DINOv2 features, the mean over each segment: 1024 numbers with ViT-L."""
    fused: Tensor
    """The features that are compared, not yet of unit length: 128 numbers."""


class DaconEncoder:
    """DACoN as an encoder: any number of references, any size of drawing."""

    scale = Scale()

    def __init__(
        self,
        dino: nn.Module,
        network: Dacon,
        *,
        device: torch.device | str = "auto",
        precision: Precision | Literal["auto"] = "float32",
        trials: Path | None = None,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Use a DINOv2 backbone and a DACoN network.

        Args:
            dino: as `dinov2_from` makes it.
            network: as `dacon_from` makes it.
            device: `auto`, `cpu`, `cuda`, `cuda:N`, `mps`.
            precision: of the two networks; `auto`: float32 until `decide` finds another.
            trials: the file where `auto` remembers what it found.
            notice: told in a sentence when a graphics card fails and the processor takes over.

        Raises:
            DeviceError: if the device is not there or does not compute in this precision.
        """
        self.device = pick_device(device) if isinstance(device, str) else device
        if precision != "auto":
            check_precision(precision, self.device)
        self.name = f"dacon-{network.version}"
        self.width = len(network.dino_mlp.fc2.bias)
        self.batch = BATCH.get(self.device.type, 1)
        self._dino = dino.eval().requires_grad_(False)
        self._network = network.eval().requires_grad_(False)
        self._weights = fingerprint({**dino.state_dict(), **network.state_dict()})
        self._notice, self._trials = notice, trials
        self.stop = Event()
        self._passes = Passes(), Passes()
        for part_of_it in (self._dino, self._network):
            stop_inside(part_of_it, lambda: self.stop.is_set())
        self.is_undecided = False
        self._use("float32" if precision == "auto" else precision)
        if precision == "auto":
            self._remember_or_wait()

    def encode(self, line: Line, segments: Segments) -> SegmentFeatures:
        """Encode the segments of one line image `[H, W, 4]` as unit rows `[L, 128]`."""
        return self.encode_batch([(line, segments)])[0]

    def encode_batch(self, frames: Sequence[Frame]) -> list[SegmentFeatures]:
        """Encode several drawings at a time, which pays on a graphics card."""
        return [
            _rows(functional.normalize(features.fused, dim=1)) for features in self.features(frames)
        ]

    def features(self, frames: Sequence[Frame]) -> list[Features]:
        """Compute what the network says of several drawings, with less memory if need be."""
        found: list[Features] = []
        for start in range(0, len(frames), self.batch):
            some, self.device = run_within_memory(
                self._features,
                frames[start : start + self.batch],
                device=self.device,
                notice=self._fall,
            )
            found += some
        return found

    def accept(self, precision: Precision, frames: Sequence[Frame]) -> bool:
        """Take a faster precision over if the matches of some drawings stay what they are.

        Returns:
            Whether at least 99.5 % of the best matches equal those of float32, and it is in use.

        Raises:
            DeviceError: if the device does not compute in this precision.
        """
        check_precision(precision, self.device)
        before, device, is_same = self.precision, self.device, False
        try:
            self._use("float32")
            exact = self.encode_batch(frames)
            self._use(precision)
            fast = self.encode_batch(frames)
            is_same = self.device == device and match_agreement(exact, fast) >= SAME_MATCHES
        finally:
            if not is_same and self.device == device:  # else the processor has taken over
                self._use(before)
        return is_same

    def decide(self, frames: Sequence[Frame]) -> None:
        """Try the precision this device is fastest in, once for these weights.

        With fewer than 50 segments nothing is decided yet.

        Raises:
            Stopped: if `stop` was set; nothing is decided then.
        """
        if not self.is_undecided or sum(len(segments) for _, segments in frames) < ENOUGH:
            return
        device, precision, key = self.device, fastest(self.device), self._trial
        try:
            is_accepted = self.accept(precision, frames)
        except RuntimeError:  # an operation that this device lacks in this precision
            is_accepted = False
        self.is_undecided = False
        if self._trials is not None and self.device == device:  # not where its memory ran out
            remember(self._trials, key, is_accepted=is_accepted)

    def _remember_or_wait(self) -> None:
        """Take over what an earlier trial found; without one `decide` is waited for."""
        precision = fastest(self.device)
        if precision == "float32":
            return
        known = recall(self._trials, self._trial) if self._trials is not None else None
        self.is_undecided = known is None
        if known:
            self._use(precision)

    @property
    def _trial(self) -> str:
        """What a trial is valid for: weights, device, precision, PyTorch."""
        device = self.device.type
        if device == "cuda":
            device = torch.cuda.get_device_name(self.device)
        return f"{self._weights}, {device}, {fastest(self.device)}, PyTorch {torch.__version__}"

    def _features(self, frames: Sequence[Frame], device: torch.device) -> list[Features]:
        """Compute the features of a batch on a device; a pass that was stopped goes on."""
        dino, network = self._dino.to(device), self._network.to(device)
        pool_size = POOL_SIZE[network.version]
        cells = [shrink(segments, pool_size) for _, segments in frames]
        with computing(device, self.precision):
            small = [inputs(line, [INPUT_SIZE, UNET_SIZE], device) for line, _ in frames]
            images = torch.cat([image for image, _ in small])  # [B, 3, 518, 518]
            tokens = patch_tokens(dino, images, self._passes[0])  # [B, 37 * 37, 1024]
            semantic = _pooled(tokens, cells, _square(tokens.shape[1]))  # [L, 1024] each
            images = torch.cat([image for _, image in small])  # [B, 3, 512, 512]
            body = self._passes[1].run(network.unet.stages(), images)  # [B, 64, 512, 512]
            spatial = _pooled(body.flatten(2).transpose(1, 2), cells, UNET_SIZE)  # [L, 64] each
        self._forget()
        with computing(device, "float32"):
            return [
                Features(one.cpu(), network.fuse(one, other).cpu())
                for one, other in zip(semantic, spatial, strict=True)
            ]

    def _fall(self, text: str) -> None:
        """Go on without the graphics card: what only it can do ends."""
        self.batch, self.is_undecided = 1, False
        self._use("float32")
        self._notice(text)

    def _forget(self) -> None:
        for each in self._passes:
            each.forget()

    def _use(self, precision: Precision) -> None:
        """Compute in a precision from now on; features of another one have another version."""
        self._forget()
        self.precision: Precision = precision
        self.version = f"1-{self._weights}-{precision}"


def load_dacon(
    path: Path,
    *,
    dinov2: Path | None = None,
    device: torch.device | str = "auto",
    precision: Precision | Literal["auto"] = "float32",
    trials: Path | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> DaconEncoder:
    """Make the encoder of a DACoN checkpoint; sizes and version are read from it.

    Published checkpoints hold no DINOv2: its weights, official or timm's, are a second file. The
    rest is as for `DaconEncoder`.

    Raises:
        CheckpointError: if a file is damaged or not what it should be.
        DeviceError: if the device is not there or does not compute in this precision.
    """
    state = read_state(path)
    inside = part(state, "dino.")
    own = {key: value for key, value in state.items() if not key.startswith("dino.")}
    network = dacon_from(own, path=path)
    width = network.dino_mlp.fc1.in_features
    if dinov2 is not None:
        inside = read_state(dinov2)
    if not inside:
        raise CheckpointError(
            f"{path} holds no DINOv2 and needs one of {width} channels"
            f"{_hint(width)}; import its weights too."
        )
    source = dinov2 or path
    backbone = dinov2_from(inside, path=source)
    if backbone.num_features != width:
        raise CheckpointError(
            f"{source} holds DINOv2 with {backbone.num_features} channels, but {path.name} needs"
            f" {width}{_hint(width)}; import that one."
        )
    return DaconEncoder(
        backbone, network, device=device, precision=precision, trials=trials, notice=notice
    )


def _pooled(maps: Tensor, cells: Sequence[Cells], map_size: Size) -> list[Tensor]:
    """Average feature maps `[B, h * w, C]` over the segments of each drawing."""
    return [
        pool(features, weights(own, map_size).to(features.device))
        for features, own in zip(maps, cells, strict=True)
    ]


def _hint(width: int) -> str:
    """Name the DINOv2 of that many channels."""
    names = [name for name, (channels, _) in SIZES.items() if channels == width]
    return f" ({names[0]}, in timm {TIMM_NAMES[names[0]]})" if names else ""


def _rows(x: Tensor) -> npt.NDArray[np.float32]:
    rows: npt.NDArray[np.float32] = x.float().numpy()
    return rows


def _square(count: int) -> Size:
    side = round(count**0.5)
    return side, side
