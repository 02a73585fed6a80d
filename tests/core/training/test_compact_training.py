from dataclasses import replace

import numpy as np
import pytest
import torch

from core.encoders.compact import CompactEncoder, NetConfig, collate, from_bytes
from core.encoders.descriptors import describe
from core.segments import segment
from core.training.clips import read_frames
from core.training.compact import Plan, group_loss, train_compact
from core.training.described import CLEAN, DescribedClips
from tests.core.encoders.drawings import outlines

TINY = Plan(
    steps=8,
    groups=1,
    warmup=2,
    net=NetConfig(width=32, heads=2, layers=1, pair_hidden=4, out=16),
)


def run(clips, folder, plan, **options):
    out = folder / "weights.safetensors"
    cache = folder / "cache"
    return train_compact([clips], out, plan=plan, cache=cache, **options), out


def test_two_clips_can_be_learned_by_heart(clips, tmp_path):
    plan = replace(TINY, steps=120, rate=3e-3)
    steps, out = run(clips, tmp_path, plan, development=[clips], save_every=120)
    *_, last = steps
    assert last.accuracy > 0.9
    assert all(accuracy > 95 for accuracy in last.development.values())
    assert CompactEncoder(out).width == 16


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(clips, tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "halves").mkdir()
    steps, whole = run(clips, tmp_path / "whole", TINY, save_every=4)
    assert len(list(steps)) == 2
    steps, halves = run(clips, tmp_path / "halves", TINY, save_every=4)
    next(steps)
    steps.close()
    steps, halves = run(clips, tmp_path / "halves", TINY, save_every=4)
    assert [each.step for each in steps] == [8]
    one, other = (from_bytes(path.read_bytes(), name="") for path in (whole, halves))
    for name, value in one.state_dict().items():
        torch.testing.assert_close(other.state_dict()[name], value, rtol=0, atol=0, msg=name)


def test_the_loss_is_the_formula_written_out():
    frames = [describe(segment(outlines(seed, count=4))) for seed in range(2)]
    colors = [np.arange(len(frame)) % 3 for frame in frames]
    colors[0][0] = 99  # occurs in one frame only: nothing can be said of it
    batch = collate(frames)
    torch.manual_seed(0)
    features = torch.nn.functional.normalize(torch.randn(*batch.is_segment.shape, 5), dim=-1)
    loss, _ = group_loss(features, torch.tensor(4.0), batch, colors, TINY)

    def weight(frame):
        area = np.exp(2 * frame.sizes) * 256**2
        return np.clip(area / TINY.full, TINY.smallest, 1)

    pairs = []
    for a, b in ((0, 1), (1, 0)):
        terms, weights = [], []
        for i, color in enumerate(colors[a]):
            if color not in colors[b]:
                continue
            scores = features[b, : len(frames[b])].numpy() @ features[a, i].numpy() * 4
            chance = np.exp(scores) * weight(frames[b])
            terms.append(-np.log(chance[colors[b] == color].sum() / chance.sum()))
            weights.append(weight(frames[a])[i])
        pairs.append(np.average(terms, weights=weights))
    assert loss.item() == pytest.approx(np.mean(pairs), rel=1e-4)


def test_described_frames_come_back_from_disk_nearly_as_they_were(clips, tmp_path):
    clip = clips / "clip0"
    fresh = DescribedClips(tmp_path, seed=0)
    stored = DescribedClips(tmp_path, seed=0)
    for one, other in zip(fresh.frames(clip, 1), stored.frames(clip, 1), strict=True):
        np.testing.assert_array_equal(
            one.unpack().description.tokens, other.unpack().description.tokens
        )
    first = next(read_frames(clip))
    tokens = fresh.frames(clip, CLEAN)[0].unpack().description.tokens
    np.testing.assert_allclose(tokens, describe(first.segments).tokens, atol=0.01)
