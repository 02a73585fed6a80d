"""DACoN's training on three tiny clips, with a tiny backbone and a tiny U-Net."""

import shutil
from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.encoders.dacon import DaconEncoder, load_dacon
from core.encoders.dacon_network import Dacon, Perceptron
from core.encoders.unet import UNet
from core.images import read_image, read_line_image, write_png
from core.segments import segment
from core.training.clips import read_frames
from core.training.dacon import OFFSETS, DaconTrainer, Plan, classification, draw_pair
from core.training.loop import CHECKPOINT, TrainingError, run
from core.truth import find_clips
from tests.core.encoders.tiny import DINO, dinov2

TINY = Plan(epochs=1, batch=1, rate=1e-2)


def network(version="1.1"):
    torch.manual_seed(2)
    fusion = Perceptron(16, 16, 8) if version == "1.0" else None
    return Dacon(UNet((2, 4), 4, 8), Perceptron(DINO.width, 16, 8), fusion)


def trainer(clips, cache, plan=TINY, *, version="1.1", dino=None, **options):
    found = [find_clips(clips)]
    return DaconTrainer(plan, network(version), dino or dinov2(), found, cache, **options)


def share_right(training):
    """The share of segments that are right in all pairs of an epoch; single clips are too few."""
    with torch.no_grad():
        return np.mean([training.loss(part)[1].item() for part in range(12)])


@pytest.mark.slow
@pytest.mark.parametrize(("version", "consistency"), [("1.1", 0.0), ("1.0", 0.2)])
def test_the_loss_falls_and_the_trained_network_is_better(clips, tmp_path, version, consistency):
    plan = replace(TINY, epochs=3, consistency=consistency)
    training = trainer(clips, tmp_path, plan, version=version, development=[clips])
    before = share_right(training)
    reports = list(run(training, tmp_path / "dacon.safetensors", report_seconds=0))
    losses = [each.loss for each in reports]
    assert np.mean(losses[-12:]) < np.mean(losses[:12])
    training.step = 0
    assert share_right(training) > before + 0.05
    assert reports[-1].development.keys() == {"clips0 cf", "clips0 kf1"}


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(clips, tmp_path):
    whole, halves = tmp_path / "whole.safetensors", tmp_path / "halves.safetensors"
    limit = {"minutes": 3 / 60, "save_seconds": 0}  # three looks at a clock that ticks
    list(run(trainer(clips, tmp_path), whole, clock=count().__next__, **limit))
    steps = run(trainer(clips, tmp_path), halves, clock=count().__next__, **limit)
    next(steps)
    steps.close()
    resume = halves.with_suffix(CHECKPOINT)
    again = trainer(clips, tmp_path)
    list(run(again, halves, resume=resume, clock=count().__next__, **limit))
    assert again.step == 3
    assert whole.read_bytes() == halves.read_bytes()
    other = trainer(clips, tmp_path, replace(TINY, consistency=0))
    with pytest.raises(TrainingError, match="another consistency"):
        next(run(other, halves, resume=resume))


@pytest.fixture
def checkpoint(clips, tmp_path):
    out = tmp_path / "first.safetensors"
    steps = run(trainer(clips, tmp_path), out, save_seconds=0)
    next(steps)
    steps.close()
    return out.with_suffix(CHECKPOINT)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("drawings", "it was made on other clips."),
        ("colours", "it was made on other clips."),
        ("dino", "it was made with another DINOv2; give its --dino."),
        ("version", "it is of the other version of DACoN; give its --version or --from."),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(clips, checkpoint, tmp_path, other, reason):
    data, options = tmp_path / "data", {}
    shutil.copytree(clips, data)
    if other in ("drawings", "colours"):
        path = data / "clip1" / {"drawings": "line", "colours": "gt"}[other] / "0002.png"
        image = read_image(path).copy()
        image[:20, :20] = (1, 2, 3, 255)
        write_png(path, image)
    elif other == "dino":
        options["dino"] = dinov2()
        with torch.no_grad():
            for each in options["dino"].parameters():
                each += 1
    else:
        options["version"] = "1.0"
    training = trainer(data, tmp_path, **options)
    with pytest.raises(TrainingError) as refused:
        next(run(training, tmp_path / "o.safetensors", resume=checkpoint, save_seconds=0))
    assert str(refused.value) == f"{checkpoint} does not go with this run: {reason}"


@pytest.mark.parametrize("is_old", [False, True])
def test_one_of_the_same_run_goes_on_wherever_its_clips_lie(clips, checkpoint, tmp_path, is_old):
    data = tmp_path / "elsewhere"
    shutil.copytree(clips, data)
    if is_old:
        stored = torch.load(checkpoint, weights_only=True)  # noqa: TID251
        del stored["data"], stored["dino"]
        torch.save(stored, checkpoint)
    out = tmp_path / "o.safetensors"
    assert next(run(trainer(data, tmp_path), out, resume=checkpoint, save_seconds=0)).step == 2


def test_a_rate_that_is_far_too_high_is_one_sentence_and_leaves_no_weights(clips, tmp_path):
    out = tmp_path / "dacon.safetensors"
    training = trainer(clips, tmp_path / "cache", replace(TINY, rate=1e30))
    with pytest.raises(TrainingError, match=r"begin another run with a lower --rate\.$"):
        list(run(training, out))
    assert not list(tmp_path.glob("dacon.*"))


def test_the_weights_are_what_the_encoder_reads(clips, tmp_path):
    training = trainer(clips, tmp_path)
    next(run(training, tmp_path / "dacon.safetensors", save_seconds=0))
    dino = dinov2()
    save_file(dino.state_dict(), tmp_path / "dino.safetensors")
    loaded = load_dacon(
        tmp_path / "dacon.safetensors", dinov2=tmp_path / "dino.safetensors", device="cpu"
    )
    line = read_line_image(clips / "clip0" / "line" / "0000.png")
    expected = DaconEncoder(dino, training.network, device="cpu").encode(line, segment(line))
    np.testing.assert_array_equal(loaded.encode(line, segment(line)), expected)


def test_the_loss_is_the_formula_written_out(clips, tmp_path):
    plan = Plan(consistency=0.3)
    training = trainer(clips, tmp_path, plan)
    loss, _ = training.loss(0)
    frames = [(sorted((clip / "line").iterdir()), i) for clip in clips.iterdir() for i in range(4)]
    frames.sort()
    encoder = DaconEncoder(dinov2(), network(), device="cpu")
    found, colors = [], []
    for path in draw_pair(frames, plan, 0):
        line = read_line_image(path)
        found += encoder.features([(line, segment(line))])
        *_, frame = (f for i, f in enumerate(read_frames(path.parents[1])) if i == int(path.stem))
        colors.append(frame.colors)

    def cosine(key):
        one, other = (getattr(each, key).numpy() for each in found)
        one, other = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (one, other))
        return one @ other.T

    fused, dino = cosine("fused"), cosine("dino")
    chance = np.exp(fused / 0.1)
    terms = [
        -np.log(chance[i][colors[1] == color].sum() / chance[i].sum())
        for i, color in enumerate(colors[0])
        if color in colors[1]
    ]
    expected = 0.5 * np.mean(terms) + 0.3 * np.abs(fused / 0.1 - dino / 0.1).mean()
    assert loss.item() == pytest.approx(expected, rel=1e-3)


def test_a_colour_that_the_reference_lacks_is_left_out():
    similarity = torch.tensor([[0.5, 0.1, 0.4], [0.0, 0.9, 0.3]])
    others = np.array([7, 8, 7], np.uint32)
    both, right = classification(similarity, np.array([7, 8], np.uint32), others)
    one, _ = classification(similarity, np.array([7, 99], np.uint32), others)
    chance = torch.softmax(similarity / 0.1, dim=1).numpy()
    assert right == 1
    assert one.item() == pytest.approx(-np.log(chance[0, 0] + chance[0, 2]))
    assert both.item() == pytest.approx((one.item() - np.log(chance[1, 1])) / 2)
    none, right = classification(similarity, np.array([98, 99], np.uint32), others)
    assert (none.item(), right) == (0, 0)


def test_every_frame_is_a_target_once_an_epoch_with_a_reference_near_it(tmp_path):
    clips = [[tmp_path / str(clip) / str(i) for i in range(5 + clip)] for clip in range(3)]
    frames = [(clip, i) for clip in clips for i in range(len(clip))]
    offsets = set()
    for epoch in range(6):
        pairs = [draw_pair(frames, Plan(), epoch * len(frames) + i) for i in range(len(frames))]
        assert Counter(target for target, _ in pairs) == Counter(c[i] for c, i in frames)
        for target, reference in pairs:
            assert target.parent == reference.parent
            offsets.add(int(reference.name) - int(target.name))
    assert offsets == set(OFFSETS)


def test_every_epoch_has_an_order_of_its_own_and_every_seed(tmp_path):
    clip = [tmp_path / str(i) for i in range(20)]
    frames = [(clip, i) for i in range(len(clip))]

    def order(epoch, seed=0):
        plan = Plan(seed=seed)
        return tuple(draw_pair(frames, plan, epoch * len(clip) + i)[0] for i in range(len(clip)))

    assert len({order(0), order(1), order(2), order(0, seed=1), tuple(clip)}) == 5
    assert order(1) == order(1)


def test_what_dinov2_said_is_asked_again_where_its_file_is_cut_short(clips, tmp_path):
    expected = [each.item() for each in trainer(clips, tmp_path).loss(0)]
    stored = list(tmp_path.glob("*.safetensors"))
    assert stored
    stored[0].write_bytes(b"")
    stored[-1].write_bytes(stored[-1].read_bytes()[:100])
    assert [each.item() for each in trainer(clips, tmp_path).loss(0)] == pytest.approx(expected)
