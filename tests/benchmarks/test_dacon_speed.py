"""DACoN stage by stage with random weights of full size.

Threads: OMP_NUM_THREADS. Peak memory is that of a process (RSS) that loads, segments and encodes,
or what PyTorch had of a graphics card.
"""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.beliefs import Reference
from core.encoders.dacon import DaconEncoder
from core.encoders.dacon_network import Dacon, Perceptron
from core.encoders.dinov2 import (
    INPUT_SIZE,
    TIMM_NAMES,
    inputs,
    load_timm,
    patch_tokens,
)
from core.encoders.pooling import pool, shrink, weights
from core.encoders.scale import Scale
from core.encoders.unet import INPUT_SIZE as UNET_SIZE
from core.encoders.unet import UNet
from core.matching import match
from core.segments import segment
from tests.frames import frame as encoded

SIZE = (1080, 1920)
COUNTS = [100, 400]


def drawing(count, size=SIZE):
    """Smooth closed curves, one over the other, until there are so many segments."""
    random = np.random.default_rng(0)
    height, width = size
    line = np.full((*size, 4), 255, np.uint8)
    line[..., 3] = 0
    angle = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    while True:
        center = np.array([width, height]) / 2 + random.normal(size=2) * [width / 8, height / 5]
        waves = 0.25 * np.sin(random.integers(2, 6) * angle + random.uniform(0, 6))
        radius = random.uniform(20, 220) * (1 + waves)
        points = center + np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]
        cv2.polylines(line, [points.astype(np.int32)], True, (0, 0, 0, 255), 2)
        segments = segment(line)
        if len(segments) >= count:
            return line, segments


@pytest.fixture(scope="module", params=COUNTS, ids=lambda count: f"{count}-segments")
def frame(request):
    return drawing(request.param)


@pytest.fixture(scope="module")
def unet():
    return UNet().eval().requires_grad_(False)


def make(dinov2, unet, device="cpu", precision="float32"):
    dino = load_timm().create_model(TIMM_NAMES[dinov2], num_classes=0)
    network = Dacon(unet, Perceptron(dino.num_features, 512, 128))
    return DaconEncoder(dino, network, device=device, precision=precision)


@pytest.fixture(scope="module", params=["vits14", "vitl14"])
def encoder(request, unet):
    return make(request.param, unet)


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


def test_segment(benchmark, frame):
    benchmark(segment, frame[0])


def test_prepare_inputs(benchmark, frame):
    benchmark(inputs, frame[0], [INPUT_SIZE, UNET_SIZE], torch.device("cpu"))


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("part", ["vits14", "vitl14", "unet"])
def test_pooling(benchmark, frame, version, part):
    _, segments = frame
    size = UNET_SIZE if part == "unet" else (37, 37)
    width = {"vits14": 384, "vitl14": 1024, "unet": 64}[part]
    features = torch.rand(size[0] * size[1], width)
    pool_size = None if version == "1.0" else (512, 512)
    benchmark(lambda: pool(features, weights(shrink(segments, pool_size), size)))


def test_unet(benchmark, unet):
    benchmark.pedantic(unet.body, (torch.rand(1, 3, *UNET_SIZE),), rounds=2, warmup_rounds=1)


def test_dinov2(benchmark, encoder):
    image = torch.rand(1, 3, *INPUT_SIZE)
    benchmark.pedantic(patch_tokens, (encoder._dino, image), rounds=2, warmup_rounds=1)


def test_fusion(benchmark, encoder, frame):
    count = len(frame[1])
    dino, spatial = torch.rand(count, encoder._dino.num_features), torch.rand(count, 64)
    benchmark(encoder._network.fuse, dino, spatial)


@pytest.mark.parametrize("references", [1, 6])
def test_matching(benchmark, frame, references):
    count = len(frame[1])
    target = encoded(np.random.default_rng(0).normal(size=(count, 128)))
    bank = [Reference(target, np.arange(1, count + 1, dtype=np.int32))] * references
    benchmark(match, target, bank, Scale())


def test_everything(benchmark, encoder, frame):
    benchmark.pedantic(encoder.encode, frame, rounds=1)


PEAK = """
import resource, sys, torch
from core.encoders.unet import UNet
from tests.benchmarks.test_dacon_speed import drawing, make
dinov2, device, precision, frames, height, width = *sys.argv[1:4], *map(int, sys.argv[4:])
encoder = make(dinov2, UNet(), device, precision)
encoder.batch = frames
encoder.encode_batch([drawing(400, (height, width))] * frames)
if device == "cpu":
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
else:
    print(torch.cuda.max_memory_allocated() / 2**30)
"""


def measure_peak(benchmark, *arguments):
    """Encode in a process of its own: the peak of this one is that of all tests before."""
    command = [sys.executable, "-c", PEAK, *map(str, arguments)]
    root = Path(__file__).parents[2]
    done = benchmark.pedantic(
        subprocess.run,
        (command,),
        {"cwd": root, "check": True, "stdout": subprocess.PIPE},
        rounds=1,
    )
    benchmark.extra_info["peak GiB"] = round(float(done.stdout), 2)


@pytest.mark.parametrize("size", [SIZE, (2160, 3840)], ids=["1080p", "4K"])
@pytest.mark.parametrize("dinov2", ["vits14", "vitl14"])
def test_peak_memory(benchmark, dinov2, size):
    measure_peak(benchmark, dinov2, "cpu", "float32", 1, *size)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no graphics card here")
@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("size", [SIZE, (2160, 3840)], ids=["1080p", "4K"])
def test_peak_memory_of_a_graphics_card(benchmark, size, frames, precision):
    measure_peak(benchmark, "vitl14", "cuda", precision, frames, *size)
