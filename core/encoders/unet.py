"""The paper's U-Net: the spatial branch of DACoN. Module names are the keys of its checkpoints."""

from collections.abc import Sequence
from functools import partial
from itertools import repeat

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.encoders import winograd
from core.encoders.devices import Stage

HIDDEN = (64, 128, 256, 512)
BOTTLENECK = 1024
OUT = 128
INPUT_SIZE = (512, 512)

WINOGRAD_CHANNELS = 256
"""From so many input channels on the detour saves time; with 64 it takes as long (measured)."""

ROWS = 2048
"""Pixels that are looked at in one go: with 64 channels they stay in the cache of a core."""


class Conv3x3(nn.Conv2d):
    """A 3 x 3 convolution with padding 1."""

    def __init__(self, inputs: int, outputs: int) -> None:
        """Map `inputs` to `outputs` channels."""
        super().__init__(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, outputs, H, W]."""
        is_whole = not x.shape[2] % winograd.TILE and not x.shape[3] % winograd.TILE
        is_worth_it = is_whole and self.in_channels >= WINOGRAD_CHANNELS
        is_exact = x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
        if is_worth_it and is_exact and _lies_by_pixels(x):
            assert self.bias is not None
            return winograd.convolve(x, self.weight, self.bias)
        y: Tensor = super().forward(x)
        return y


class InstanceNorm(nn.InstanceNorm2d):
    """Instance normalisation; with channels last torch's takes four times as long (measured).

    Its batch and group normalisation are as fast there as this, but lose three digits (measured).
    """

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same, with channels last in the same memory."""
        if not _lies_by_pixels(x):
            y: Tensor = super().forward(x)
            return y
        x = x.float()  # the sums of many pixels need it
        for image in x.permute(0, 2, 3, 1):
            pixels = image.flatten(0, 1)  # [H * W, C]
            mean = pixels.mean(0)
            squares = [(some - mean).square_().sum(0) for some in pixels.split(ROWS)]
            scale = (torch.stack(squares).sum(0) / len(pixels) + self.eps).rsqrt_()
            torch.addcmul(-mean * scale, pixels, scale, out=pixels)
        return x


class ConvBlock(nn.Module):
    """Two times convolution, instance normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        """Map `inputs` to `outputs` channels."""
        super().__init__()
        self.conv = nn.Sequential(
            Conv3x3(inputs, outputs),
            InstanceNorm(outputs),
            nn.ReLU(inplace=True),
            Conv3x3(outputs, outputs),
            InstanceNorm(outputs),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, outputs, H, W]."""
        y: Tensor = self.conv(x)
        return y


class UpConv(nn.Module):
    """Twice the size, then convolution, instance normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        """Map `inputs` to `outputs` channels."""
        super().__init__()
        self.up = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
            Conv3x3(inputs, outputs),
            InstanceNorm(outputs),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] -> [B, outputs, 2 H, 2 W]."""
        y: Tensor = self.up(x)
        return y


class UNet(nn.Module):
    """Line image in, one feature vector per pixel out.

    The last convolution is 1 x 1 and linear, so it commutes with the mean over a segment: the
    encoder pools `body` and applies `head` to one vector per segment instead of 262,144 pixels.
    """

    def __init__(
        self, hidden: Sequence[int] = HIDDEN, bottleneck: int = BOTTLENECK, out: int = OUT
    ) -> None:
        """Take the channels of each level from the top down."""
        super().__init__()
        above, below = hidden[::-1], (bottleneck, *hidden[:0:-1])  # of each step up
        self.encoder_blocks = nn.ModuleList(map(ConvBlock, (3, *hidden[:-1]), hidden))
        self.bottleneck = ConvBlock(hidden[-1], bottleneck)
        self.decoder_up_convs = nn.ModuleList(map(UpConv, below, above))
        self.decoder_conv_blocks = nn.ModuleList(ConvBlock(2 * width, width) for width in above)
        self.final_conv = nn.Conv2d(hidden[0], out, 1)

    def body(self, x: Tensor) -> Tensor:
        """Run all but the last convolution `[B, 3, 512, 512]` -> `[B, 64, 512, 512]`."""
        state: tuple[Tensor, ...] = (x,)
        for stage in self.stages():
            state = stage(*state)
        return state[0]

    def stages(self) -> list[Stage]:
        """Return the parts of `body`; each takes and returns a map and the skips so far.

        On a processor the channels of a pixel lie side by side: 1.2 times faster (measured).
        """
        downs = [partial(_down, block) for block in self.encoder_blocks]
        ups = map(partial, repeat(_up), self.decoder_up_convs, self.decoder_conv_blocks)
        return [_by_pixels, *downs, partial(_across, self.bottleneck), *ups]

    def head(self, pooled: Tensor) -> Tensor:
        """Apply the last convolution to vectors `[L, 64]` -> `[L, 128]`."""
        return functional.linear(pooled, self.final_conv.weight.flatten(1), self.final_conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 3, 512, 512] -> [B, 128, 512, 512]."""
        y: Tensor = self.final_conv(self.body(x))
        return y


def _by_pixels(x: Tensor) -> tuple[Tensor]:
    is_by_pixels = x.device.type == "cpu" and not torch.is_grad_enabled()
    return (x.contiguous(memory_format=torch.channels_last) if is_by_pixels else x,)


def _down(block: nn.Module, x: Tensor, *skips: Tensor) -> tuple[Tensor, ...]:
    """[B, 64, 512, 512] is the first skip, [B, 512, 32, 32] the last map (published sizes)."""
    x = block(x)
    return functional.max_pool2d(x, 2), *skips, x


def _across(block: nn.Module, x: Tensor, *skips: Tensor) -> tuple[Tensor, ...]:
    """[B, 1024, 32, 32]."""
    return block(x), *skips


def _up(up: nn.Module, block: nn.Module, x: Tensor, *skips: Tensor) -> tuple[Tensor, ...]:
    """[B, 64, 512, 512] is the last map."""
    *others, skip = skips
    return block(torch.cat([skip, up(x)], dim=1)), *others


def _lies_by_pixels(x: Tensor) -> bool:
    """Whether images are in main memory with the channels of each pixel side by side."""
    is_plain = x.device.type == "cpu" and not torch.is_grad_enabled()
    return is_plain and x.is_contiguous(memory_format=torch.channels_last)
