import pytest
import torch
from torch.nn import functional

from core.encoders import winograd
from core.encoders.winograd import convolve


def rand(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


@pytest.mark.parametrize("chunk_bytes", [1, 16 * 2**20])
@pytest.mark.parametrize(
    ("images", "inputs", "outputs", "height", "width"),
    [(1, 1, 1, 4, 4), (1, 5, 7, 8, 20), (2, 16, 3, 24, 12)],
)
def test_it_is_the_convolution(monkeypatch, chunk_bytes, images, inputs, outputs, height, width):
    monkeypatch.setattr(winograd, "CHUNK_BYTES", chunk_bytes)  # one row of tiles, or all of them
    x, weight, bias = (
        rand(images, inputs, height, width),
        rand(outputs, inputs, 3, 3),
        rand(outputs),
    )
    exact = functional.conv2d(x.double(), weight.double(), bias.double(), padding=1)
    found = convolve(x, weight, bias)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), exact, atol=2e-4, rtol=0)


def test_its_result_has_the_channels_of_a_pixel_side_by_side():
    found = convolve(rand(1, 2, 8, 8), rand(3, 2, 3, 3), rand(3))
    assert found.is_contiguous(memory_format=torch.channels_last)
