"""The embedded encoder: descriptors of segments and a small transformer over those of one frame.

The only module of this program's own model that imports torch.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from core.encoders import SegmentFeatures
from core.encoders.descriptors import (
    VERSION,
    WIDTH,
    Description,
    describe,
)
from core.encoders.devices import stop_inside
from core.encoders.scale import Scale
from core.segments import Segments

ROWS = 512
"""Rows of the attention computed at once: bounds the memory that thousands of segments take."""

KEPT = 6144
"""Up to so many segments all layers share one look at the pairs, which takes 3 GB; with more every
layer looks again: half the speed, a third of the memory."""

PAIR_FEATURES = 13


class WeightsError(Exception):
    """A file of weights cannot be used; one sentence: which, why, what to do."""


@dataclass(frozen=True)
class NetConfig:
    """Sizes of the network; stored with the weights."""

    width: int = 192
    heads: int = 6
    layers: int = 6
    pair_hidden: int = 16
    out: int = 128


@dataclass(frozen=True)
class Batch:
    """Described frames, padded to the longest one.

    Attributes:
        tokens: `[B, N, WIDTH]`; positions: `[B, N, 2]`; sizes: `[B, N]`.
        border, trace, tint: `[B, N, N]`, shares of the row's border.
        is_segment: `[B, N]` bool, False on padding.
    """

    tokens: Tensor
    positions: Tensor
    sizes: Tensor
    border: Tensor
    trace: Tensor
    tint: Tensor
    is_segment: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the same batch on a device."""
        return Batch(*(part.to(device) for part in vars(self).values()))


def collate(frames: Sequence[Description]) -> Batch:
    """Pad described frames into one batch."""
    count, longest = len(frames), max(len(frame) for frame in frames)
    tokens = np.zeros((count, longest, WIDTH), np.float32)
    positions = np.zeros((count, longest, 2), np.float32)
    sizes = np.zeros((count, longest), np.float32)
    border, trace, tint = np.zeros((3, count, longest, longest), np.float32)
    is_segment = np.zeros((count, longest), bool)
    for row, frame in enumerate(frames):
        own = slice(0, len(frame))
        tokens[row, own], positions[row, own] = frame.tokens, frame.positions
        sizes[row, own], is_segment[row, own] = frame.sizes, True
        first, second = frame.touching.T
        border[row, first, second], trace[row, first, second] = frame.border, frame.trace
        tint[row, first, second] = frame.tint
    arrays = (tokens, positions, sizes, border, trace, tint, is_segment)
    return Batch(*map(torch.from_numpy, arrays))


class ChannelsFirst(nn.Linear):
    """A linear layer on the second dimension of `[B, C, R, N]`.

    A convolution takes a third of the time of a linear layer with channels last.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return `[B, out, R, N]`."""
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)


class Block(nn.Module):
    """One transformer layer: attention with an additive bias per pair and head, then an MLP."""

    def __init__(self, config: NetConfig) -> None:
        """Make the layer with random weights."""
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm_attention = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.bias = ChannelsFirst(config.pair_hidden, config.heads)
        nn.init.zeros_(self.bias.weight)
        nn.init.zeros_(self.bias.bias)

    def forward(self, x: Tensor, hidden: Iterable[Tensor], blocked: Tensor) -> Tensor:
        """Let every segment look at all others.

        Args:
            x: `[B, N, width]`.
            hidden: chunks `[B, pair_hidden, R, N]` whose rows add up to N.
            blocked: `[B, 1, 1, N]`, added to the scores; very negative on padding.
        """
        normed = self.norm_attention(x)
        query = self._split(self.query(normed))  # [B, heads, N, width / heads]
        key, value = map(self._split, self.key_value(normed).chunk(2, dim=-1))
        seen, start = [], 0
        for chunk in hidden:
            rows = slice(start, start := start + chunk.shape[2])
            bias = self.bias(chunk) + blocked  # [B, heads, R, N]
            seen.append(
                F.scaled_dot_product_attention(query[:, :, rows], key, value, attn_mask=bias)
            )
        together = seen[0] if len(seen) == 1 else torch.cat(seen, dim=2)
        x = x + self.out(together.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm_mlp(x))  # type: ignore[no-any-return]

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


class CompactNet(nn.Module):
    """Tokens of the segments of a frame -> one unit vector per segment `[B, N, out]`."""

    center: Tensor
    spread: Tensor

    def __init__(self, config: NetConfig) -> None:
        """Make the network with random weights."""
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("center", torch.zeros(WIDTH))
        self.register_buffer("spread", torch.ones(WIDTH))
        self.embed = nn.Sequential(
            nn.Linear(WIDTH, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.pair = ChannelsFirst(PAIR_FEATURES, config.pair_hidden)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, config.out)

    def forward(self, batch: Batch) -> Tensor:
        """Encode a batch; what stands on padding is meaningless."""
        x = self.embed((batch.tokens - self.center) / self.spread)  # [B, N, width]
        blocked = torch.where(batch.is_segment, 0.0, -1e4)[:, None, None, :]
        chunks = _chunks(x.shape[1])
        kept = [self._hidden(batch, rows) for rows in chunks] if x.shape[1] <= KEPT else None
        for block in self.blocks:
            hidden = kept or (self._hidden(batch, rows) for rows in chunks)
            x = block(x, hidden, blocked)
        return F.normalize(self.head(self.norm(x)), dim=-1)

    def _hidden(self, batch: Batch, rows: slice) -> Tensor:
        """Look at the pairs of some rows with all segments `[B, pair_hidden, R, N]`."""
        x, y = (
            batch.positions[:, None, :, axis] - batch.positions[:, rows, None, axis]
            for axis in (0, 1)
        )
        distance = (x * x + y * y + 1e-12).sqrt()
        sizes, own = batch.sizes[:, None], batch.sizes[:, rows, None]
        reach = 2 * (sizes.exp() + own.exp())
        features = [
            x,
            y,
            torch.tanh(x / reach),
            torch.tanh(y / reach),
            distance,
            torch.exp(-4 * distance),
            sizes - own,
            batch.border[:, rows],
            batch.border.transpose(1, 2)[:, rows],
            batch.trace[:, rows],
            batch.trace.transpose(1, 2)[:, rows],
            batch.tint[:, rows],
            batch.tint.transpose(1, 2)[:, rows],
        ]
        return F.relu(self.pair(torch.stack(features, dim=1)), inplace=True)


def _chunks(count: int) -> list[slice]:
    return [slice(start, min(start + ROWS, count)) for start in range(0, count, ROWS)]


class CompactEncoder:
    """The embedded model behind the `Encoder` protocol; on the processor, deterministic."""

    scale = Scale()
    device = "cpu"

    def __init__(self, weights: Path | None = None, *, name: str = "compact") -> None:
        """Load the weights in a file, by default those that are shipped; `name` as in `--model`.

        Raises:
            WeightsError: if the file is missing, damaged or for other descriptors.
        """
        packaged = resources.files("resources") / "models" / "compact.safetensors"
        try:
            data = (weights or packaged).read_bytes()
        except OSError as error:
            raise WeightsError(f"{weights or packaged} cannot be read ({error}).") from error
        self.name = name
        self._net = from_bytes(data, name=str(weights or packaged))
        self._net.eval()
        self.stop = Event()  # a frame of thousands of segments takes seconds
        stop_inside(self._net, lambda: self.stop.is_set())
        self.width = self._net.config.out
        digest = hashlib.blake2b(data, digest_size=8)
        digest.update(VERSION.encode())
        self.version = digest.hexdigest()

    def encode(self, line: npt.NDArray[np.uint8], segments: Segments) -> SegmentFeatures:  # noqa: ARG002
        """Encode the segments `[L, width]`; all that is needed of the drawing is in them.

        Raises:
            Stopped: if `stop` is set.
        """
        return encode(self._net, describe(segments))


def encode(net: CompactNet, frame: Description) -> SegmentFeatures:
    """Encode one described frame."""
    if not len(frame):
        return np.zeros((0, net.config.out), np.float32)
    with torch.inference_mode():
        batch = collate([frame]).to(net.center.device)
        features: SegmentFeatures = net(batch)[0].cpu().numpy()
    return features


def to_bytes(net: CompactNet, note: str = "") -> bytes:
    """Store the weights in half precision, with what is needed to build the network."""
    metadata = {key: str(value) for key, value in asdict(net.config).items()}
    metadata |= {"descriptors": VERSION, "note": note}
    tensors = {key: value.half().contiguous() for key, value in net.state_dict().items()}
    data: bytes = safetensors.torch.save(tensors, metadata=metadata)
    return data


def from_bytes(data: bytes, *, name: str) -> CompactNet:
    """Build the network that a file holds.

    Raises:
        WeightsError: if it is damaged or for other descriptors; `name` is for the message.
    """
    try:
        tensors = safetensors.torch.load(data)  # checks the header, also that of the metadata
        size = int.from_bytes(data[:8], "little")
        metadata = _metadata(data[8 : 8 + size])
        config = NetConfig(**{key: int(metadata[key]) for key in asdict(NetConfig())})
    except (safetensors.SafetensorError, KeyError, ValueError) as error:
        raise WeightsError(f"{name} is no file of weights of this model ({error}).") from error
    if metadata["descriptors"] != VERSION:
        raise WeightsError(
            f"{name} is for descriptors {metadata['descriptors']}, this program has {VERSION}: "
            "train it again."
        )
    net = CompactNet(config)
    try:
        net.load_state_dict({key: value.float() for key, value in tensors.items()}, strict=True)
    except RuntimeError as error:
        raise WeightsError(f"{name} does not fit the network: {error}") from error
    return net


def _metadata(header: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(header)["__metadata__"]
    return found
