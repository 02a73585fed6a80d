from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional

from core.encoders.checkpoints import CheckpointError
from core.encoders.dinov2 import (
    TIMM_NAMES,
    BackboneEncoder,
    architecture,
    dinov2_from,
    final_map,
    input_size,
    load_backbone,
    load_timm,
    patch_tokens,
    to_timm,
)
from core.encoders.pooling import pool, shrink, weights
from tests.core.encoders.tiny import DINO, dinov2, drawing

PATH = Path("dinov2.pth")


def official(sizes, *, seed=5):
    """Random weights under the names of the official files."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape):
        return torch.randn(shape, generator=generator) / shape[-1] ** 0.5

    width, hidden = sizes.width, sizes.hidden
    state = {
        "cls_token": random(1, 1, width),
        "pos_embed": random(1, 1 + sizes.grid**2, width),
        "mask_token": random(1, width),
        "patch_embed.proj.weight": random(width, 3, 14, 14),
        "patch_embed.proj.bias": random(width),
        "norm.weight": 1 + random(width),
        "norm.bias": random(width),
    }
    if sizes.registers:
        state["register_tokens"] = random(1, sizes.registers, width)
    names = ("w12", "w3") if sizes.is_gated else ("fc1", "fc2")
    for index in range(sizes.depth):
        state |= {
            f"blocks.{index}.{key}": value
            for key, value in {
                "norm1.weight": 1 + random(width),
                "norm1.bias": random(width),
                "attn.qkv.weight": random(3 * width, width),
                "attn.qkv.bias": random(3 * width),
                "attn.proj.weight": random(width, width),
                "attn.proj.bias": random(width),
                "ls1.gamma": random(width),
                "norm2.weight": 1 + random(width),
                "norm2.bias": random(width),
                f"mlp.{names[0]}.weight": random(hidden, width),
                f"mlp.{names[0]}.bias": random(hidden),
                f"mlp.{names[1]}.weight": random(width, hidden // (1 + sizes.is_gated)),
                f"mlp.{names[1]}.bias": random(width),
                "ls2.gamma": random(width),
            }.items()
        }
    return state


def written_out(state, images, *, heads):
    """DINOv2 from an official state dict: patch tokens after the final norm."""
    batch = len(images)
    width = state["cls_token"].shape[2]

    def norm(x, key):
        return functional.layer_norm(
            x, (width,), state[f"{key}.weight"], state[f"{key}.bias"], 1e-6
        )

    def linear(x, key):
        return functional.linear(x, state[f"{key}.weight"], state[f"{key}.bias"])

    x = functional.conv2d(
        images, state["patch_embed.proj.weight"], state["patch_embed.proj.bias"], stride=14
    )
    x = x.flatten(2).transpose(1, 2)
    count = x.shape[1]
    x = torch.cat([state["cls_token"].expand(batch, -1, -1), x], dim=1) + state["pos_embed"]
    if "register_tokens" in state:
        registers = state["register_tokens"].expand(batch, -1, -1)
        x = torch.cat([x[:, :1], registers, x[:, 1:]], dim=1)
    depth = sum(key.endswith("ls1.gamma") for key in state)
    for index in range(depth):
        key = f"blocks.{index}"
        qkv = linear(norm(x, f"{key}.norm1"), f"{key}.attn.qkv")
        q, k, v = qkv.unflatten(2, (3, heads, width // heads)).permute(2, 0, 3, 1, 4)
        attention = ((q * (width // heads) ** -0.5) @ k.transpose(2, 3)).softmax(dim=3)
        mixed = (attention @ v).transpose(1, 2).flatten(2)
        x = x + state[f"{key}.ls1.gamma"] * linear(mixed, f"{key}.attn.proj")
        y = norm(x, f"{key}.norm2")
        if f"{key}.mlp.w12.weight" in state:
            gate, value = linear(y, f"{key}.mlp.w12").chunk(2, dim=2)
            y = linear(functional.silu(gate) * value, f"{key}.mlp.w3")
        else:
            y = linear(functional.gelu(linear(y, f"{key}.mlp.fc1")), f"{key}.mlp.fc2")
        x = x + state[f"{key}.ls2.gamma"] * y
    return norm(x, "norm")[:, -count:]


@pytest.mark.parametrize("registers", [0, 4])
@pytest.mark.parametrize("is_gated", [False, True])
def test_official_weights_give_the_official_tokens(registers, is_gated):
    sizes = replace(DINO, registers=registers, is_gated=is_gated, hidden=48)
    state = official(sizes)
    network = dinov2_from(state, path=PATH)
    images = torch.rand(1, 3, 518, 518, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        found = patch_tokens(network, images)
        expected = written_out(state, images, heads=2)
    assert found.shape == (1, 37 * 37, sizes.width)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_the_mask_token_may_be_missing():
    state = official(DINO)
    without = {key: value for key, value in state.items() if key != "mask_token"}
    networks = [dinov2_from(s, path=PATH) for s in (state, without)]
    first, second = (network.state_dict() for network in networks)
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_sizes_are_read_from_the_weights():
    sizes = replace(DINO, registers=4, is_gated=True, hidden=48)
    assert architecture(to_timm(official(sizes))) == sizes
    assert architecture(dinov2().state_dict()) == DINO


@pytest.mark.parametrize("name", sorted(TIMM_NAMES))
def test_short_names_are_timms_networks(name):
    timm = load_timm()
    with torch.device("meta"):
        network = timm.create_model(TIMM_NAMES[name], num_classes=0)
    sizes = architecture(network.state_dict())
    assert sizes.name == name
    assert sizes.heads == network.blocks[0].attn.num_heads
    assert (sizes.patch, sizes.grid) == (14, 37)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("norm.bias"), "lacks norm.bias"),
        (lambda state: state.pop("patch_embed.proj.weight"), "lacks patch_embed.proj.weight"),
        (lambda state: state.update(head=torch.zeros(1)), "has unknown head"),
        (
            lambda state: state.update({"norm.bias": torch.zeros(3)}),
            "has another shape for norm.bias",
        ),
        (
            lambda state: state.update(pos_embed=torch.zeros(1, 257, 32)),
            "has 16 x 16 patches of 14 pixels instead of 37 x 37 of 14",
        ),
    ],
)
def test_foreign_weights_are_refused_in_a_sentence(change, words):
    state = official(DINO)
    change(state)
    with pytest.raises(CheckpointError) as caught:
        dinov2_from(state, path=PATH)
    assert words in str(caught.value)
    assert "it seems to be DINOv2" in str(caught.value)


# ---------------------------------------------------------------- zero-shot


def test_a_backbone_gives_the_mean_of_its_last_map():
    line, segments = drawing((20, 20, 60, 60), (80, 10, 140, 70))
    network = dinov2()
    encoder = BackboneEncoder(network, name="timm:tiny", input_size=(518, 518), device="cpu")
    features = encoder.encode(line, segments)
    image = torch.from_numpy(line[..., :3]).permute(2, 0, 1)[None] / 255
    image = functional.interpolate(image, (518, 518), mode="bilinear", align_corners=False)
    with torch.inference_mode():
        tokens = patch_tokens(network, image)[0]
    pooled = pool(tokens, weights(shrink(segments, (512, 512)), (37, 37)))
    expected = functional.normalize(pooled, dim=1).numpy()
    np.testing.assert_allclose(features, expected, atol=1e-5)
    assert encoder.encode(*drawing(size=(8, 8))).shape == (1, encoder.width)


@pytest.mark.parametrize(
    ("name", "size", "shape"),
    [
        ("resnet10t", 96, (3, 3, 512)),
        ("convnext_atto", 96, (3, 3, 320)),
        ("sam2_hiera_tiny", 896, None),
    ],
)
def test_any_backbone_has_a_last_map(name, size, shape):
    network = load_timm().create_model(name, num_classes=0).eval()
    if shape is None:  # no final norm; on the meta device, for its size
        network, images = network.to("meta"), torch.zeros(1, 3, size, size, device="meta")
        shape = (28, 28, 768)
    else:
        images = torch.rand(1, 3, size, size)
    with torch.inference_mode():
        assert final_map(network, images).shape == (1, *shape)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("vit_large_patch14_dinov2.lvd142m", (518, 518)),
        ("vit_large_patch16_dinov3.lvd1689m", (592, 592)),
        ("sam2_hiera_large.fb_r1024", (1024, 1024)),
        ("convnext_large_mlp.clip_laion2b_augreg", (224, 224)),
        ("resnet18", (200, 300)),
    ],
)
def test_input_sizes_are_the_papers(name, size):
    assert input_size(name, (200, 300)) == size


def test_a_backbone_takes_its_weights_from_a_file(tmp_path):
    timm = load_timm()
    network = timm.create_model("resnet10t").eval()
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    encoder = load_backbone("resnet10t", weights=tmp_path / "weights.safetensors", device="cpu")
    line, segments = drawing((20, 20, 60, 60))
    features = encoder.encode(line, segments)
    assert encoder.name == "timm:resnet10t"
    assert features.shape == (2, 512) == (2, encoder.width)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)


def test_backbones_that_cannot_be_had_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(CheckpointError, match="timm has no backbone “nonsense”"):
        load_backbone("nonsense")
    with pytest.raises(CheckpointError, match=r"dinov2\.lvd142m are not here"):
        load_backbone("vits14")
    save_file({"layer1.0.conv1.weight": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="it seems to be a ResNet"):
        load_backbone("convnext_atto", weights=tmp_path / "other.safetensors")
