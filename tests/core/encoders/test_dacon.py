import subprocess
import sys
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from core.encoders import Stopped
from core.encoders.checkpoints import CheckpointError, part
from core.encoders.dacon import DaconEncoder, load_dacon
from core.encoders.devices import DeviceError, match_agreement
from core.matching import nearest
from core.segments import from_label_map
from tests.core.encoders.test_pooling import dense
from tests.core.encoders.tiny import DINO, dacon, dinov2, drawing, state_of

PARITY = Path(__file__).parents[4] / "shared" / "parity"
"""Input and output of the reference implementation, beside the repository."""

VERSIONS = ["1.0", "1.1"]
ROOMS = [
    (10, 10, 60, 60),
    (20, 20, 40, 40),
    (70, 5, 150, 80),
    (80, 15, 100, 30),
    (110, 20, 112, 22),
]


@pytest.fixture(params=VERSIONS)
def encoder(request):
    return DaconEncoder(dinov2(), dacon(request.param), device="cpu")


# ---------------------------------------------------------------- parity with the reference


@pytest.fixture(scope="module", params=VERSIONS)
def parity(request, tmp_path_factory):
    """Expected values of the reference, and what our encoder says of the same drawings."""
    name = f"parity_{request.param.replace('.', '_')}.safetensors"
    if not (PARITY / name).is_file():
        pytest.skip(f"{PARITY / name} is not on this machine")
    expected = load_file(PARITY / name)
    checkpoint = tmp_path_factory.mktemp("parity") / name
    save_file(part(expected, "state."), checkpoint)
    encoder = load_dacon(checkpoint, device="cpu")
    assert encoder.name == f"dacon-{request.param}"
    found = {}
    for which in ("src", "tgt"):
        line = np.ascontiguousarray(expected[f"{which}.line_rgba"].permute(1, 2, 0).numpy())
        label_map = expected[f"{which}.segments"].numpy()
        segments = from_label_map(label_map, np.zeros(0, np.int64), np.zeros(0, np.int8))
        found[which] = encoder.encode(line, segments), encoder.features([(line, segments)])[0]
    return expected, found


@pytest.mark.parametrize("which", ["src", "tgt"])
def test_parity_of_features(parity, which):
    expected, found = parity
    _, features = found[which]
    for own, reference in (
        (features.fused, expected[f"{which}.features"]),
        (features.dino, expected[f"{which}.dino_features"]),
    ):
        torch.testing.assert_close(own, reference, atol=1e-4, rtol=0)


def test_parity_of_similarities_and_best_matches(parity):
    expected, found = parity
    (source, source_features), (target, target_features) = found["src"], found["tgt"]
    dino = [functional.normalize(f.dino, dim=1).numpy() for f in (target_features, source_features)]
    for own, key in ((target @ source.T, "similarity"), (dino[0] @ dino[1].T, "dino_similarity")):
        reference = expected[key].numpy()
        np.testing.assert_allclose(own, reference, atol=1e-4, rtol=0)
        assert (own.argmax(axis=1) == reference.argmax(axis=1)).all()


# ---------------------------------------------------------------- the formula written out


def test_features_are_the_formulas(encoder):
    line, segments = drawing(*ROOMS, size=(1030, 300))
    network, dino = encoder._network, encoder._dino  # the weights only
    pool_size = None if network.version == "1.0" else (512, 512)
    image = torch.from_numpy(line[..., :3]).permute(2, 0, 1)[None] / 255

    def resized(side):
        return functional.interpolate(image, (side, side), mode="bilinear", align_corners=False)

    def normal(x):
        return x / (x.norm(dim=1, keepdim=True) + 1e-6)

    with torch.inference_mode():
        tokens = dino.forward_features(resized(518))[0, 1:].T.reshape(DINO.width, 37, 37)
        raw = dense(segments.label_map, tokens, pool_size).float()
        spatial = dense(segments.label_map, network.unet(resized(512))[0], pool_size).float()
        reduced = network.dino_mlp(raw)
        if network.version == "1.0":
            fused = network.dino_unet_mlp(torch.cat([reduced, spatial], dim=1))
        else:
            fused = normal(reduced) + normal(spatial)
    [features] = encoder.features([(line, segments)])
    torch.testing.assert_close(features.dino, raw, atol=1e-4, rtol=0)
    torch.testing.assert_close(features.fused, fused, atol=1e-4, rtol=0)
    np.testing.assert_allclose(encoder.features([(line, segments)])[0].dino, raw, atol=1e-4)


@pytest.mark.parametrize(
    "rooms",
    [
        [],
        ROOMS[:1],
        ROOMS,
        [(x, y, x + 5, y + 5) for x in range(0, 150, 8) for y in range(0, 80, 8)],
    ],
)
def test_any_number_of_segments(encoder, rooms):
    line, segments = drawing(*rooms)
    features = encoder.encode(line, segments)
    assert features.shape == (len(segments), encoder.width)
    assert features.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)


def test_a_drawing_that_is_line_all_over_has_no_features(encoder):
    line, segments = drawing(*[(0, y, 159, y) for y in range(90)])
    assert len(segments) == 0
    assert encoder.encode(line, segments).shape == (0, encoder.width)


def test_encoding_is_deterministic_and_batches_change_nothing(encoder):
    frames = [drawing(*ROOMS), drawing(*ROOMS[:2], size=(200, 90)), drawing()]
    once = [encoder.encode(*frame) for frame in frames]
    again = [encoder.encode(*frame) for frame in frames]
    batch = encoder.encode_batch(frames)
    for first, second, third in zip(once, again, batch, strict=True):
        assert np.array_equal(first, second)
        np.testing.assert_allclose(first, third, atol=1e-5)


def test_a_drawing_matches_itself(encoder):
    line, segments = drawing(*ROOMS)
    features = encoder.encode(line, segments)
    colors = np.arange(len(segments), dtype=np.uint32)
    assert nearest(features, features, colors).tolist() == colors.tolist()


def test_the_version_follows_weights_and_precision(encoder):
    same = DaconEncoder(dinov2(), dacon(encoder._network.version), device="cpu")
    other = DaconEncoder(dinov2(seed=9), dacon(encoder._network.version), device="cpu")
    assert encoder.version == same.version != other.version
    assert encoder.version.endswith("float32")


def test_precision_is_refused_where_it_is_only_emulated(encoder):
    with pytest.raises(DeviceError):
        encoder.accept("fp16", [drawing(*ROOMS)])
    assert encoder.precision == "float32"
    assert encoder.accept("float32", [drawing(*ROOMS)])


def test_a_faster_precision_is_taken_over_only_with_the_same_matches(monkeypatch):
    monkeypatch.setattr("core.encoders.devices._cpu_has_bfloat16", lambda: True)  # emulated here
    encoder = DaconEncoder(dinov2(), dacon("1.1"), device="cpu")
    frame = drawing(*ROOMS)
    exact = encoder.encode(*frame)
    is_accepted = encoder.accept("bf16", [frame])
    assert encoder.version.endswith("bf16" if is_accepted else "float32")
    encoder.precision = "bf16"
    fast = encoder.encode(*frame)
    assert fast.dtype == np.float32
    assert 0 < np.abs(exact - fast).max() < 0.2
    assert (match_agreement([exact], [fast]) >= 0.995) == is_accepted


@pytest.fixture
def bf16_here(monkeypatch):
    """A processor that computes in bf16 by itself; here it is emulated, with the same numbers."""
    monkeypatch.setattr("core.encoders.devices._cpu_has_bfloat16", lambda: True)


GRID = [(x, y, x + 9, y + 9) for x in range(0, 150, 12) for y in range(0, 80, 12)]


def auto(trials, *, seed=1):
    return DaconEncoder(
        dinov2(seed=seed), dacon("1.1"), device="cpu", precision="auto", trials=trials
    )


def test_auto_is_float32_where_nothing_else_computes_by_itself(monkeypatch, tmp_path):
    monkeypatch.setattr("core.encoders.devices._cpu_has_bfloat16", lambda: False)
    encoder = auto(tmp_path / "trials.json")
    assert (encoder.precision, encoder.is_undecided) == ("float32", False)


def test_auto_is_decided_once_for_these_weights(bf16_here, tmp_path):
    trials, frames = tmp_path / "new" / "trials.json", [drawing(*GRID), drawing(*GRID[1:])]
    encoder = auto(trials)
    assert (encoder.precision, encoder.is_undecided) == ("float32", True)
    encoder.decide(frames)
    assert not encoder.is_undecided
    exact, fast = (
        DaconEncoder(dinov2(), dacon("1.1"), device="cpu", precision=precision).encode_batch(frames)
        for precision in ("float32", "bf16")
    )
    is_same = match_agreement(exact, fast) >= 0.995
    assert encoder.precision == ("bf16" if is_same else "float32")
    again, other = auto(trials), auto(trials, seed=9)
    assert (again.precision, again.is_undecided) == (encoder.precision, False)
    assert again.version == encoder.version
    assert other.is_undecided


@pytest.mark.parametrize("share", [0, 1.1])
def test_auto_takes_a_precision_over_only_from_the_share_on(
    bf16_here, monkeypatch, tmp_path, share
):
    monkeypatch.setattr("core.encoders.dacon.SAME_MATCHES", share)
    encoder, trials = auto(tmp_path / "trials.json"), tmp_path / "trials.json"
    encoder.decide([drawing(*GRID)])
    assert encoder.precision == auto(trials).precision == ("float32" if share else "bf16")
    assert encoder.version.endswith(encoder.precision)


def test_a_few_segments_decide_nothing(bf16_here, tmp_path):
    encoder = auto(tmp_path / "trials.json")
    encoder.decide([drawing(*ROOMS)])
    assert (encoder.precision, encoder.is_undecided) == ("float32", True)


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"a": 1}'])
def test_a_damaged_file_of_trials_costs_another_trial(bf16_here, tmp_path, damage):
    trials = tmp_path / "trials.json"
    trials.write_text(damage)
    encoder = auto(trials)
    assert encoder.is_undecided
    encoder.decide([drawing(*GRID)])
    assert not auto(trials).is_undecided


def test_an_encoder_is_stopped_inside_a_drawing_and_goes_on_from_there(encoder):
    line, segments = drawing(*ROOMS)
    expected = encoder.encode(line, segments)
    encoder.stop = Event()
    layers = (*encoder._dino.blocks, *encoder._network.unet.encoder_blocks)
    worked = []

    def stop_after_each_layer(layer, *_):
        worked.append(layers.index(layer))
        encoder.stop.set()

    hooks = [layer.register_forward_hook(stop_after_each_layer) for layer in layers]
    for _ in layers:
        with pytest.raises(Stopped):
            encoder.encode(line, segments)
        encoder.stop = Event()
    np.testing.assert_array_equal(encoder.encode(line, segments), expected)
    assert worked == list(range(len(layers)))  # none twice, however often it was stopped
    for hook in hooks:
        hook.remove()


def test_what_was_worked_out_of_one_drawing_is_not_taken_for_another(encoder):
    expected = encoder.encode(*drawing(*GRID))
    encoder.stop = Event()
    hook = encoder._dino.blocks[0].register_forward_hook(lambda *_: encoder.stop.set())
    with pytest.raises(Stopped):
        encoder.encode(*drawing(*ROOMS))
    hook.remove()
    encoder.stop = Event()
    np.testing.assert_array_equal(encoder.encode(*drawing(*GRID)), expected)


def test_what_was_worked_out_in_one_precision_is_not_taken_for_another(bf16_here, encoder):
    expected = encoder.encode(*drawing(*GRID))
    encoder.stop = Event()
    hook = encoder._network.unet.bottleneck.register_forward_hook(lambda *_: encoder.stop.set())
    with pytest.raises(Stopped):
        encoder.accept("bf16", [drawing(*GRID)])
    hook.remove()
    encoder.stop = Event()
    np.testing.assert_array_equal(encoder.encode(*drawing(*GRID)), expected)


def test_torch_is_not_needed_for_the_other_encoders():
    program = "import core.encoders, core.encoders.geometry, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


# ---------------------------------------------------------------- checkpoints


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("with_dino", [True, False])
def test_checkpoints_load(tmp_path, version, suffix, with_dino):
    save = save_file if suffix == ".safetensors" else torch.save
    path = tmp_path / f"dacon{suffix}"
    save(state_of(version, with_dino=with_dino), path)
    other = tmp_path / f"dinov2{suffix}"
    save(dinov2().state_dict(), other)
    encoder = load_dacon(path, dinov2=None if with_dino else other, device="cpu")
    line, segments = drawing(*ROOMS)
    expected = DaconEncoder(dinov2(), dacon(version), device="cpu").encode(line, segments)
    np.testing.assert_array_equal(encoder.encode(line, segments), expected)


def test_training_snapshots_and_half_precision_load(tmp_path):
    path = tmp_path / "model_epoch_5.pt"
    state = {key: value.half() for key, value in state_of("1.1").items()}
    torch.save({"epoch": 5, "model_state_dict": state}, path)
    assert load_dacon(path, device="cpu").name == "dacon-1.1"


def broken(change):
    state = state_of("1.0")
    change(state)
    return state


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            broken(lambda s: s.pop("unet.bottleneck.conv.3.bias")),
            ["lacks unet.bottleneck.conv.3.bias", "seems to be DACoN"],
        ),
        (broken(lambda s: s.pop("dino_mlp.fc1.weight")), ["lacks dino_mlp.fc1.weight"]),
        (
            broken(lambda s: s.update({f"x.{i}": torch.zeros(1) for i in range(5)})),
            ["has unknown x.0, x.1, x.2 and 2 more"],
        ),
        (
            broken(lambda s: s.update({"unet.final_conv.bias": torch.zeros(3)})),
            ["has another shape for unet.final_conv.bias"],
        ),
        (dict(dinov2().state_dict()), ["does not fit DACoN", "seems to be DINOv2"]),
        (
            {"model.diffusion_model.out.weight": torch.zeros(1)},
            ["lacks unet", "seems to be Stable Diffusion"],
        ),
        (broken(lambda s: s.update({"unet.bottleneck.conv.0.weight": torch.zeros(())})), ["shape"]),
    ],
)
def test_foreign_checkpoints_are_refused_in_a_sentence(tmp_path, state, words):
    path = tmp_path / "foreign.safetensors"
    save_file(state, path)
    with pytest.raises(CheckpointError) as caught:
        load_dacon(path, device="cpu")
    message = str(caught.value)
    assert str(path) in message
    assert all(word in message for word in words), message
    assert message.endswith(".")
    assert "choose a checkpoint of" in message


def test_a_missing_or_wrong_dinov2_is_named(tmp_path):
    path, other = tmp_path / "dacon.pth", tmp_path / "dinov2.pth"
    torch.save(state_of("1.1", with_dino=False), path)
    with pytest.raises(CheckpointError, match="holds no DINOv2 and needs one of 32 channels"):
        load_dacon(path, device="cpu")
    from dataclasses import replace

    torch.save(dinov2(replace(DINO, width=48, heads=3)).state_dict(), other)
    with pytest.raises(CheckpointError, match=r"48 channels, but dacon.pth needs 32"):
        load_dacon(path, dinov2=other, device="cpu")
