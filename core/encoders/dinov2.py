"""DINOv2 and other frozen backbones through timm: a line image in, one vector per patch out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch import library as torch_library
from torch.nn import functional

from core.encoders import SegmentFeatures
from core.encoders.checkpoints import (
    CheckpointError,
    fingerprint,
    load_exactly,
    misfit,
    read_state,
)
from core.encoders.devices import (
    Passes,
    computing,
    pick_device,
    run_within_memory,
    stop_inside,
)
from core.encoders.pooling import Size, pool, shrink, weights
from core.encoders.scale import Scale
from core.segments import Segments

PATCH, GRID = 14, 37
"""Pixels of a patch, and patches of an image, along each axis."""

INPUT_SIZE = (PATCH * GRID, PATCH * GRID)
"""518 x 518; the aspect ratio is not kept."""

HEAD_WIDTH = 64
"""Channels of an attention head in every published DINOv2; checkpoints do not say."""

TINY_HEAD_WIDTH = 16
"""The same where a network is too narrow for 64: those of tests."""

TIMM_NAMES = {
    "vits14": "vit_small_patch14_dinov2.lvd142m",
    "vitb14": "vit_base_patch14_dinov2.lvd142m",
    "vitl14": "vit_large_patch14_dinov2.lvd142m",
    "vitg14": "vit_giant_patch14_dinov2.lvd142m",
    "vits14_reg": "vit_small_patch14_reg4_dinov2.lvd142m",
    "vitb14_reg": "vit_base_patch14_reg4_dinov2.lvd142m",
    "vitl14_reg": "vit_large_patch14_reg4_dinov2.lvd142m",
    "vitg14_reg": "vit_giant_patch14_reg4_dinov2.lvd142m",
}
"""DINOv2 by the short names of its authors, with and without registers."""

SIZES = {"vits14": (384, 12), "vitb14": (768, 12), "vitl14": (1024, 24), "vitg14": (1536, 40)}
"""Channels and blocks, to call a checkpoint by its short name."""

INPUT_SIZES = (
    ("dinov3", (592, 592)),  # the 37 x 37 patches of DINOv2; not in the paper
    ("dinov2", INPUT_SIZE),
    ("sam2_hiera_large", (1024, 1024)),
    ("convnext_large", (224, 224)),
)
"""Input sizes of the paper's zero-shot comparison by a part of the name; else timm's own."""

POOL_SIZE = (512, 512)

Notice = Callable[[str], None]

_schemas: list[object] = []  # schemas live as long as the objects that defined them


@dataclass(frozen=True)
class Architecture:
    """The sizes of a DINOv2 network, as read from its weights."""

    width: int
    depth: int
    heads: int
    patch: int
    grid: int
    registers: int
    hidden: int
    is_gated: bool

    @property
    def name(self) -> str:
        """The short name, or the sizes where there is none."""
        known = [name for name, size in SIZES.items() if size == (self.width, self.depth)]
        name = known[0] if known else f"{self.width} channels, {self.depth} blocks"
        return f"{name}_reg" if self.registers else name


def load_timm() -> ModuleType:
    """Import timm, also where torchvision does not load its own operators.

    WORKAROUND https://github.com/pytorch/vision/issues/9085 timm imports torchvision, and a
    torchvision built for another torch (CUDA beside CPU) fails with “operator torchvision::nms
    does not exist”. Two schemas are all that is missing; nothing here ever calls the operators.
    """
    try:
        import torchvision  # type: ignore[import-untyped]  # noqa: F401
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        library = torch_library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for name in ("nms", "qnms"):
            schema = f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            library.define(schema)  # type: ignore[no-untyped-call]
        _schemas.append(library)
    import timm

    return timm


# ---------------------------------------------------------------- DINOv2 from a file


def architecture(state: Mapping[str, Tensor]) -> Architecture:
    """Read the sizes of a DINOv2 network from its weights (keys as in `to_timm`).

    Raises:
        KeyError: if a key is missing that every DINOv2 has.
    """
    width, _, patch, _ = state["patch_embed.proj.weight"].shape
    depth = 1 + max(int(key.split(".")[1]) for key in state if re.match(r"blocks\.\d+\.", key))
    registers = state["reg_token"].shape[1] if "reg_token" in state else 0
    fc1, fc2 = (state[f"blocks.0.mlp.{name}.weight"] for name in ("fc1", "fc2"))
    return Architecture(
        width=width,
        depth=depth,
        heads=width // HEAD_WIDTH or max(1, width // TINY_HEAD_WIDTH),
        patch=patch,
        grid=round((state["pos_embed"].shape[1] - (0 if registers else 1)) ** 0.5),
        registers=registers,
        hidden=len(fc1),
        is_gated=len(fc1) == 2 * fc2.shape[1],
    )


def to_timm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the keys of an official DINOv2 file to timm's; timm's own pass unchanged.

    With registers timm keeps the class token's position inside the class token.
    """
    state = {
        re.sub(r"\.mlp\.w12\.", ".mlp.fc1.", re.sub(r"\.mlp\.w3\.", ".mlp.fc2.", key)): value
        for key, value in state.items()
        if key != "mask_token"
    }
    if "register_tokens" in state:
        state["reg_token"] = state.pop("register_tokens")
        state["cls_token"] = state["cls_token"] + state["pos_embed"][:, :1]
        state["pos_embed"] = state["pos_embed"][:, 1:]
    return state


def build(sizes: Architecture) -> nn.Module:
    """Make a DINOv2 network with weights that mean nothing yet."""
    load_timm()
    from timm.layers.mlp import SwiGLUPacked
    from timm.models.vision_transformer import VisionTransformer

    kwargs: dict[str, Any] = {}
    if sizes.is_gated:
        kwargs.update(mlp_layer=SwiGLUPacked, act_layer=nn.SiLU)
    network: nn.Module = VisionTransformer(
        img_size=sizes.patch * sizes.grid,
        patch_size=sizes.patch,
        embed_dim=sizes.width,
        depth=sizes.depth,
        num_heads=sizes.heads,
        mlp_ratio=(sizes.hidden + 0.5) / sizes.width,  # timm rounds the product down
        init_values=1e-5,
        reg_tokens=sizes.registers,
        no_embed_class=sizes.registers > 0,
        num_classes=0,
        weight_init="skip",
        **kwargs,
    )
    return network.eval().requires_grad_(False)


def dinov2_from(state: Mapping[str, Tensor], *, path: Path) -> nn.Module:
    """Make the DINOv2 network that a state dict (official or timm's keys) belongs to.

    Raises:
        CheckpointError: if it is no DINOv2.
    """
    own = to_timm(state)
    try:
        sizes = architecture(own)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise misfit(
            path, state, wanted="DINOv2", problem=f"lacks {_key(error)}, which every DINOv2 has"
        ) from error
    if (sizes.patch, sizes.grid) != (PATCH, GRID):
        raise misfit(
            path,
            state,
            wanted="DINOv2",
            problem=f"has {sizes.grid} x {sizes.grid} patches of {sizes.patch} pixels"
            f" instead of {GRID} x {GRID} of {PATCH}",
        )
    load_timm()
    with torch.device("meta"):  # 3 s less for ViT-L than weights that are replaced at once
        network = build(sizes)
    load_exactly(network, own, path=path, wanted=f"DINOv2 ({sizes.name})")
    return network.eval().requires_grad_(False)


def patch_tokens(network: nn.Module, images: Tensor, passes: Passes | None = None) -> Tensor:
    """Return the patch tokens after the final norm `[B, N, C]` of images `[B, 3, 518, 518]`.

    The values stay in 0…1 without the usual mean and deviation, as in the reference. `passes` goes
    on with a pass that was stopped.
    """
    vit = cast("Any", network)
    stages = [partial(_embed, vit), *(partial(_alone, block) for block in vit.blocks)]
    tokens = vit.norm((passes or Passes()).run(stages, images))  # [B, 1 + R + N, C]
    return cast("Tensor", tokens[:, vit.num_prefix_tokens :])


def _embed(vit: Any, images: Tensor) -> tuple[Tensor]:  # noqa: ANN401 -- timm's, without types
    return (vit.norm_pre(vit.patch_drop(vit._pos_embed(vit.patch_embed(images)))),)


def _alone(layer: nn.Module, x: Tensor) -> tuple[Tensor]:
    return (layer(x),)


def inputs(
    line: npt.NDArray[np.uint8], sizes: Sequence[Size], device: torch.device
) -> list[Tensor]:
    """Make `[1, 3, h, w]` in 0…1 of a line image `[H, W, 4]`, one tensor for each size.

    As in the reference: alpha is dropped, bilinear, without antialias. The colours go one after
    the other and the division comes last, on few pixels: half the time (measured).
    """
    parts: list[list[Tensor]] = [[] for _ in sizes]
    for plane in cv2.split(line)[:3]:
        full = torch.from_numpy(plane).to(device)[None, None].float()
        for part, size in zip(parts, sizes, strict=True):
            part.append(functional.interpolate(full, size, mode="bilinear", align_corners=False))
    return [torch.cat(part, dim=1).div_(255) for part in parts]


# ---------------------------------------------------------------- zero-shot: any backbone


class BackboneEncoder:
    """The final feature map of a backbone, averaged over segments: no training at all."""

    scale = Scale()

    def __init__(
        self,
        network: nn.Module,
        *,
        name: str,
        input_size: Size,
        mean: tuple[float, ...] = (0.0, 0.0, 0.0),
        std: tuple[float, ...] = (1.0, 1.0, 1.0),
        device: torch.device | str = "auto",
        notice: Notice = lambda _: None,
    ) -> None:
        """Use a network with timm's `forward_intermediates`, on a device, until memory runs out."""
        self.name = name
        self.device = pick_device(device) if isinstance(device, str) else device
        self.version = f"1-{fingerprint(network.state_dict())}"
        self.width = int(cast("int", network.num_features))
        self._network = network.eval().requires_grad_(False)
        self._input_size, self._notice = input_size, notice
        self.stop = Event()
        stop_inside(network, lambda: self.stop.is_set())
        self._mean, self._std = (torch.tensor(x).view(1, 3, 1, 1) for x in (mean, std))

    def encode(self, line: npt.NDArray[np.uint8], segments: Segments) -> SegmentFeatures:
        """Encode the segments of one line image `[H, W, 4]` as unit rows `[L, C]`."""
        if not len(segments):
            return np.zeros((0, self.width), np.float32)
        [features], self.device = run_within_memory(
            lambda items, device: [self._encode(*item, device) for item in items],
            [(line, segments)],
            device=self.device,
            notice=self._notice,
        )
        return features

    def _encode(
        self, line: npt.NDArray[np.uint8], segments: Segments, device: torch.device
    ) -> SegmentFeatures:
        network = self._network.to(device)
        with computing(device, "float32"):
            [image] = inputs(line, [self._input_size], device)
            image = (image - self._mean.to(device)) / self._std.to(device)
            feature_map = final_map(network, image)[0]  # [h, w, C]
            by = weights(
                shrink(segments, POOL_SIZE), (feature_map.shape[0], feature_map.shape[1])
            ).to(device)
            pooled = functional.normalize(pool(feature_map.flatten(0, 1), by), dim=1)
            features: SegmentFeatures = pooled.cpu().numpy()
        return features


def final_map(network: nn.Module, images: Tensor) -> Tensor:
    """Return the feature map of the last layer `[B, h, w, C]`, after the final norm if any."""
    forward = cast("Callable[..., list[Tensor]]", network.forward_intermediates)
    ask = partial(forward, images, indices=1, output_fmt="NCHW", intermediates_only=True)
    try:
        [last] = ask(norm=True)
    except AssertionError:  # the encoder of SAM 2 has no final norm and says so before it starts
        [last] = ask(norm=False)
    return last.permute(0, 2, 3, 1).contiguous()


def load_backbone(
    name: str,
    *,
    weights: Path | None = None,
    may_download: bool = False,
    device: torch.device | str = "auto",
    notice: Notice = lambda _: None,
) -> BackboneEncoder:
    """Make the encoder `timm:NAME`; DINOv2 also by its short name.

    The weights are a file, official or timm's; without one timm may download them, but only when
    the user asked for it. The rest is as for `BackboneEncoder`.

    Raises:
        CheckpointError: if the file does not fit, there are no weights, or timm has no such name.
    """
    timm = load_timm()
    full = TIMM_NAMES.get(name, name)
    base = full.split(".")[0]
    if not timm.is_model(base):
        raise CheckpointError(
            f"timm has no backbone “{base}”; docs/backbones.md lists names that were tried."
        )
    if weights is None and not may_download:
        raise CheckpointError(
            f"The weights of {full} are not here; import them from a file or allow the download."
        )
    config = timm.models.get_pretrained_cfg(full)
    size = input_size(full, config.input_size[1:] if config else (224, 224))
    options: dict[str, Any] = {"num_classes": 0}
    if "dinov3" in base:
        options["img_size"] = size
    try:
        network = timm.create_model(full, pretrained=weights is None, **options)
    except (OSError, RuntimeError, ValueError) as error:
        raise CheckpointError(
            f"{full} could not be fetched ({type(error).__name__}); check the network or import a"
            " file of its weights."
        ) from error
    if weights is not None:
        _fill(network, weights, name=full)
    normal = {} if "dinov2" in base or config is None else {"mean": config.mean, "std": config.std}
    return BackboneEncoder(
        network, name=f"timm:{name}", input_size=size, device=device, notice=notice, **normal
    )


def input_size(name: str, default: Size) -> Size:
    """Return the input size of a backbone."""
    return next((size for part, size in INPUT_SIZES if part in name), default)


def _fill(network: nn.Module, path: Path, *, name: str) -> None:
    """Load a file into a timm backbone; a classifier in the file is not needed."""
    state = read_state(path)
    state = to_timm(state) if "dinov2" in name else state
    classifier = cast("dict[str, Any]", network.pretrained_cfg).get("classifier") or "head"
    state = {key: value for key, value in state.items() if not key.startswith(f"{classifier}.")}
    load_exactly(network, state, path=path, wanted=name)


def _key(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, KeyError) else "the keys"
