"""DACoN stage by stage with random weights of full size.

Threads: OMP_NUM_THREADS. Peak memory is that of the process (RSS), so run one size at a time
(`-k vits14`) to read it.
"""

import resource

import cv2
import numpy as np
import pytest
import torch

from core.beliefs import Reference
from core.encoders.dacon import Dacon, DaconEncoder, Perceptron
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


def drawing(count):
    """Smooth closed curves, one over the other, until there are so many segments."""
    random = np.random.default_rng(0)
    height, width = SIZE
    line = np.full((*SIZE, 4), 255, np.uint8)
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


@pytest.fixture(scope="module", params=["vits14", "vitl14"])
def encoder(request, unet):
    dino = load_timm().create_model(TIMM_NAMES[request.param], num_classes=0)
    network = Dacon(unet, Perceptron(dino.num_features, 512, 128))
    return DaconEncoder(dino, network, device="cpu")


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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    benchmark.extra_info["peak GiB"] = round(peak, 2)
