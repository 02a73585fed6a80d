"""Tiny networks with random weights, and drawings for them."""

import cv2
import numpy as np
import torch

from core.encoders.dacon_network import Dacon, Perceptron
from core.encoders.dinov2 import GRID, PATCH, Architecture, build
from core.encoders.unet import UNet
from core.segments import from_label_map, segment

DINO = Architecture(
    width=32, depth=2, heads=2, patch=PATCH, grid=GRID, registers=0, hidden=64, is_gated=False
)


def randomize(network, seed=0):
    """Give every parameter a value of about the size that trained ones have."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        fan = parameter[0].numel() if parameter.ndim > 1 else 4
        values = torch.randn(parameter.shape, generator=generator) / max(fan, 1) ** 0.5
        parameter.data.copy_(values)
    return network.eval()


def dinov2(sizes=DINO, *, seed=1):
    return randomize(build(sizes), seed)


def dacon(version, *, seed=2):
    unet = UNet((4, 4, 8, 8), 8, 8)
    fusion = Perceptron(16, 16, 8) if version == "1.0" else None
    return randomize(Dacon(unet, Perceptron(DINO.width, 16, 8), fusion), seed)


def state_of(version, *, with_dino=True):
    """The state dict of a tiny DACoN checkpoint."""
    state = dict(dacon(version).state_dict())
    if with_dino:
        state.update({f"dino.{key}": value for key, value in dinov2().state_dict().items()})
    return state


def drawing(*rectangles, size=(90, 160)):
    """A line image with rectangles (x, y, x_end, y_end), and its segments."""
    line = np.full((*size, 4), 255, np.uint8)
    line[..., 3] = 0
    for x, y, x_end, y_end in rectangles:
        cv2.rectangle(line, (x, y), (x_end, y_end), (0, 0, 0, 255), 1)
    return line, segment(line)


def segments_of(label_map):
    """Segments of a label map whose labels may have gaps."""
    label_map = np.asarray(label_map)
    labels = np.unique(label_map[label_map > 0])
    renumber = np.zeros(label_map.max(initial=0) + 1, np.int32)
    renumber[labels] = np.arange(1, len(labels) + 1)
    no_trace = np.zeros(0, np.int64), np.zeros(0, np.int8)
    return from_label_map(np.ascontiguousarray(renumber[label_map]), *no_trace)
