import pytest
import torch
from torch.nn import functional

from core.encoders import unet as module
from core.encoders.unet import UNet
from tests.core.encoders.tiny import randomize


def written_out(state, x):
    """The network as the paper describes it, from the state dict alone."""

    def conv(x, key):
        x = functional.conv2d(x, state[f"{key}.weight"], state[f"{key}.bias"], padding=1)
        mean, variance = x.mean((2, 3), keepdim=True), x.var((2, 3), keepdim=True, correction=0)
        return torch.relu((x - mean) / torch.sqrt(variance + 1e-5))

    def block(x, key):
        return conv(conv(x, f"{key}.conv.0"), f"{key}.conv.3")

    def twice(x):
        return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)

    skips = []
    for level in range(4):
        x = block(x, f"encoder_blocks.{level}")
        skips.append(x)
        x = functional.max_pool2d(x, 2)
    x = block(x, "bottleneck")
    for level in range(4):
        x = conv(twice(x), f"decoder_up_convs.{level}.up.1")
        x = block(torch.cat([skips[3 - level], x], dim=1), f"decoder_conv_blocks.{level}")
    return functional.conv2d(x, state["final_conv.weight"], state["final_conv.bias"])


def exact(unet, x):
    return written_out({k: value.double() for k, value in unet.state_dict().items()}, x.double())


@pytest.mark.parametrize("images", [1, 2])
@pytest.mark.parametrize("channels", [3, 10**9])
def test_the_network_is_the_papers(monkeypatch, images, channels):
    monkeypatch.setattr(module, "WINOGRAD_CHANNELS", channels)  # everywhere, or nowhere
    unet = randomize(UNet((3, 4, 5, 6), 7, 8))
    x = torch.rand(images, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        torch.testing.assert_close(unet(x).double(), exact(unet, x), atol=2e-3, rtol=0)


def test_flat_paper_keeps_its_digits():
    """Where a map hardly varies, sloppy sums for the normalisation would be seen first."""
    unet = randomize(UNet((16, 16, 16, 16), 16, 8))
    page = torch.ones(1, 3, 64, 64)
    page[:, :, 20, 10:50] = 0
    with torch.inference_mode():
        torch.testing.assert_close(unet(page).double(), exact(unet, page), atol=1e-3, rtol=0)


def test_the_head_commutes_with_a_mean():
    unet = randomize(UNet((3, 4, 5, 6), 7, 8))
    with torch.inference_mode():
        body = unet.body(torch.rand(1, 3, 32, 32))
        after = unet.head(body.mean((2, 3)))
        before = unet.final_conv(body).mean((2, 3))
    torch.testing.assert_close(after, before)


def test_the_published_sizes():
    with torch.device("meta"):
        unet, x = UNet(), torch.zeros(1, 3, 512, 512)
    assert unet.body(x).shape == (1, 64, 512, 512)
    assert unet(x).shape == (1, 128, 512, 512)
    assert unet.bottleneck.conv[3].weight.shape == (1024, 1024, 3, 3)
