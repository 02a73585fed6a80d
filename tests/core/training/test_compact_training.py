import shutil
from dataclasses import replace
from itertools import count
from threading import Event

import numpy as np
import pytest
import torch

from core.encoders.compact import CompactEncoder, NetConfig, collate, from_bytes
from core.encoders.descriptors import EXTENT, LOGARITHMS, PLACE, describe
from core.images import read_image, write_png
from core.segments import segment
from core.training.clips import find_training_clips, read_frames
from core.training.compact import CompactTrainer, Plan, group_loss, reframed, thinned
from core.training.described import CLEAN, DescribedClips, DescribedFrame
from core.training.loop import CHECKPOINT, TrainingError, run
from tests.core.encoders.drawings import INK, outlines

TINY = Plan(
    steps=8,
    groups=1,
    warmup=2,
    net=NetConfig(width=32, heads=2, layers=1, pair_hidden=4, out=16),
)


def trainer(clips, cache, plan=TINY, **options):
    return CompactTrainer(
        plan, find_training_clips([clips]), DescribedClips(cache, plan.seed), **options
    )


def same_weights(one, other):
    first, second = (from_bytes(path.read_bytes(), name="").state_dict() for path in (one, other))
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=0, msg=name)


@pytest.fixture
def ticking():
    """A clock that goes on by a second whenever it is looked at."""
    return count().__next__


def test_three_clips_can_be_learned_by_heart(clips, tmp_path):
    plan = replace(TINY, steps=150, rate=3e-3)
    out = tmp_path / "weights.safetensors"
    *_, last = run(trainer(clips, tmp_path, plan, development=[clips]), out)
    assert last.step == 150
    assert last.accuracy > 0.9
    assert set(last.development) == {f"{clips.name} cf", f"{clips.name} kf1"}
    assert all(accuracy > 95 for accuracy in last.development.values())
    assert CompactEncoder(out).width == 16


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(clips, tmp_path):
    whole, halves = tmp_path / "whole.safetensors", tmp_path / "halves.safetensors"
    assert [each.step for each in run(trainer(clips, tmp_path), whole)] == [8]
    steps = run(trainer(clips, tmp_path), halves, save_seconds=0)
    while next(steps).step < 3:
        pass
    steps.close()
    resume = halves.with_suffix(CHECKPOINT)
    *_, last = run(trainer(clips, tmp_path), halves, resume=resume)
    assert last.step == 8
    same_weights(whole, halves)


def test_so_does_a_run_with_a_time_limit(clips, tmp_path, ticking):
    whole, halves = tmp_path / "whole.safetensors", tmp_path / "halves.safetensors"
    limit = {"minutes": 0.2, "save_seconds": 4, "report_seconds": 1}  # 12 looks at the clock
    *_, last = run(trainer(clips, tmp_path), whole, clock=ticking, **limit)
    assert (last.step, last.share) == (12, 1)
    steps = run(trainer(clips, tmp_path), halves, clock=count(100).__next__, **limit)
    while next(steps).step < 4:
        pass
    steps.close()
    resume = halves.with_suffix(CHECKPOINT)
    *_, last = run(
        trainer(clips, tmp_path), halves, resume=resume, clock=count(500).__next__, **limit
    )
    assert (last.step, last.share) == (12, 1)
    same_weights(whole, halves)


def test_stopping_it_keeps_what_was_learned(clips, tmp_path):
    out, stop = tmp_path / "weights.safetensors", Event()
    steps = run(trainer(clips, tmp_path), out, report_seconds=0, stop=stop)
    next(steps)
    stop.set()
    assert [each.step for each in steps] == [2]
    again = trainer(clips, tmp_path)
    next(run(again, out, resume=out.with_suffix(CHECKPOINT), report_seconds=0))
    assert again.step == 3


def test_a_checkpoint_of_another_plan_is_refused(clips, tmp_path):
    out = tmp_path / "weights.safetensors"
    list(run(trainer(clips, tmp_path), out))
    other = trainer(clips, tmp_path, replace(TINY, rate=1.0))
    with pytest.raises(TrainingError, match=r"weights\.checkpoint .* another rate"):
        next(run(other, out, resume=out.with_suffix(CHECKPOINT)))


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_what_is_no_checkpoint_is_refused(clips, tmp_path, content):
    path = tmp_path / "other.checkpoint"
    if content is None:
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"other\.checkpoint"):
        next(run(trainer(clips, tmp_path), tmp_path / "out.safetensors", resume=path))


def test_training_goes_on_from_trained_weights(clips, tmp_path):
    plan = replace(TINY, steps=100, rate=3e-3)
    out = tmp_path / "weights.safetensors"
    list(run(trainer(clips, tmp_path, plan), out))
    trained = from_bytes(out.read_bytes(), name="")
    fine = trainer(clips, tmp_path, replace(TINY, steps=1, rate=1e-5), start=trained)
    (first,) = run(fine, tmp_path / "fine.safetensors")
    (fresh,) = run(trainer(clips, tmp_path, replace(TINY, steps=1)), tmp_path / "o.safetensors")
    assert first.loss < fresh.loss / 2


def test_the_loss_is_the_formula_written_out():
    frames = [describe(segment(outlines(seed, count=4))) for seed in range(3)]
    colors = [np.arange(len(frame)) % 3 for frame in frames]
    colors[0][0] = 99  # occurs in one frame only: nothing can be said of it
    colors[1][:2] = 98  # occurs in the third frame, but not in the first
    colors[2][1] = 98
    batch = collate(frames)
    torch.manual_seed(0)
    features = torch.nn.functional.normalize(torch.randn(*batch.is_segment.shape, 5), dim=-1)
    loss, _ = group_loss(features, torch.tensor(4.0), batch, colors, TINY)
    rows = [features[i, : len(frame)].numpy() for i, frame in enumerate(frames)]

    def weight(frame):
        area = np.exp(2 * frame.sizes) * 256**2
        return np.clip(area / TINY.full, TINY.smallest, 1)

    means = []
    for a in range(3):
        others = [b for b in range(3) if b != a]
        for references in ([others[0]], [others[1]], others):  # each alone, and both together
            known = np.concatenate([colors[b] for b in references])
            weights_known = np.concatenate([weight(frames[b]) for b in references])
            features_known = np.concatenate([rows[b] for b in references])
            terms, weights = [], []
            for i, color in enumerate(colors[a]):
                if color not in known:
                    continue
                chance = np.exp(features_known @ rows[a][i] * 4) * weights_known
                terms.append(-np.log(chance[known == color].sum() / chance.sum()))
                weights.append(weight(frames[a])[i])
            means.append(np.average(terms, weights=weights))
    assert loss.item() == pytest.approx(np.mean(means), rel=1e-4)


def test_a_thinned_frame_is_the_frame_without_some_segments():
    description = describe(segment(outlines(0, count=12)))
    frame = DescribedFrame(description, np.arange(len(description), dtype=np.uint32), False)
    found = [thinned(frame, np.random.default_rng(seed), 0.5) for seed in range(20)]
    assert {len(each.colors) for each in found} - {len(description)}
    for each in found:
        kept, part = each.colors.astype(int), each.description
        np.testing.assert_array_equal(part.tokens, description.tokens[kept])
        np.testing.assert_array_equal(part.positions, description.positions[kept])
        np.testing.assert_array_equal(part.sizes, description.sizes[kept])
        before = dict(zip(map(tuple, description.touching), description.border, strict=True))
        edges = zip(part.touching, part.border, strict=True)
        after = {tuple(kept[pair]): border for pair, border in edges}
        assert after == {pair: before[pair] for pair in before if set(pair) <= set(kept)}


def test_a_reframed_figure_is_measured_as_one_that_stands_elsewhere_in_its_picture():
    alone = outlines(0, shape=(420, 420), margin=100)
    beside = alone.copy()
    beside[10:30, 10:30] = INK  # makes the figure larger: all else is smaller in it, and elsewhere
    one, other = describe(segment(alone)), describe(segment(beside))
    assert len(one) == len(other)
    inner = slice(1, None)  # without the paper
    zoom = other.sizes[1] - one.sizes[1]
    assert zoom < -0.2
    np.testing.assert_allclose(other.sizes[inner], one.sizes[inner] + zoom, atol=1e-5)
    scale, shift = np.exp(zoom), other.positions[1] - one.positions[1] * np.exp(zoom)
    here, there = one.tokens[inner], other.tokens[inner]
    np.testing.assert_allclose(there[:, PLACE], here[:, PLACE] * scale + shift, atol=1e-5)
    np.testing.assert_allclose(there[:, EXTENT], here[:, EXTENT] * scale, rtol=1e-5)
    large = one.sizes[inner] > np.log(0.1)
    assert large.sum() > 5
    for column, growth in LOGARITHMS.items():
        grown = here[large, column] + growth * zoom
        np.testing.assert_allclose(there[large, column], grown, atol=0.05, err_msg=str(column))


def test_reframing_moves_all_segments_of_a_frame_alike():
    before = describe(segment(outlines(0, count=12)))
    after = reframed(before, np.random.default_rng(5))
    zoom = (after.sizes - before.sizes)[0]
    np.testing.assert_allclose(after.sizes, before.sizes + zoom, atol=1e-6)
    moved = after.positions - before.positions * np.exp(zoom)
    np.testing.assert_allclose(moved, np.broadcast_to(moved[0], moved.shape), atol=1e-5)
    np.testing.assert_allclose(after.tokens[:, PLACE], after.positions, atol=1e-5)
    changed = np.flatnonzero((after.tokens != before.tokens).any(axis=0))
    assert set(changed) == {*PLACE, *EXTENT, *LOGARITHMS}


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


def test_drawings_that_change_under_the_same_names_are_described_anew(clips, tmp_path):
    clip = tmp_path / "clip"
    shutil.copytree(clips / "clip0", clip)
    before = DescribedClips(tmp_path / "cache", seed=0).frames(clip, CLEAN)[0].unpack()
    for part in ("line", "gt"):
        path = clip / part / "0000.png"
        write_png(path, np.ascontiguousarray(read_image(path)[:, ::-1]))
    after = DescribedClips(tmp_path / "cache", seed=0).frames(clip, CLEAN)[0].unpack()
    assert not np.allclose(before.description.positions, after.description.positions)
